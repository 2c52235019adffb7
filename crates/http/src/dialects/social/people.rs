//! People on the wire.

use sealpost_domain::avatars::Avatar;
use sealpost_domain::profiles::Person;
use serde::Serialize;
use utoipa::ToSchema;

use crate::media::avatar_path;

/// Somebody.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = SocialUser)]
pub(crate) struct UserBody {
    #[schema(example = "jimenetz")]
    username: String,
    /// Whether they are there.
    #[schema(example = true)]
    is_connected: bool,
    /// Where their picture is, on this server.
    #[schema(example = "/media/avatars/default.png")]
    avatar: String,
    /// The usernames of their friends, sorted.
    #[schema(example = json!(["carmentxu", "potxoloTheThird"]))]
    friends: Vec<String>,
}

impl UserBody {
    /// The same with the picture as document 002 answers a path that was given: once more behind `/media`.
    pub(super) fn with_given_path(mut self, avatar: Avatar) -> Self {
        self.avatar = given_path(avatar);
        self
    }
}

impl From<&Person> for UserBody {
    fn from(person: &Person) -> Self {
        let friends = person.friends.iter();
        Self {
            username: person.username.as_str().to_owned(),
            is_connected: person.online,
            avatar: match person.avatar {
                // Only ever chosen by its path.
                Avatar::Fary => given_path(Avatar::Fary),
                avatar => avatar_path(avatar),
            },
            friends: friends.map(|name| name.as_str().to_owned()).collect(),
        }
    }
}

fn given_path(avatar: Avatar) -> String {
    format!("/media{}", avatar_path(avatar))
}

/// The avatar that this path names; None if there can be none.
pub(super) fn avatar_of_path(path: &str) -> Option<Avatar> {
    let path = path.strip_prefix("/media")?;
    let path = path.strip_prefix("/media").unwrap_or(path);
    Avatar::from_file_name(path.strip_prefix("/avatars/")?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_names_an_avatar_or_nothing() {
        for path in ["/media/avatars/fary.png", "/media/media/avatars/fary.png"] {
            assert_eq!(avatar_of_path(path), Some(Avatar::Fary));
        }
        for path in [
            "",
            "fary.png",
            "/avatars/fary.png",
            "/media/avatars/../avatars/fary.png",
            "/media/media/media/avatars/fary.png",
            "/media/avatars/x.svg",
            "https://evil.example/media/avatars/fary.png",
            "/media/avatars/fary.png?x",
        ] {
            assert_eq!(avatar_of_path(path), None, "{path}");
        }
    }
}
