use super::{Said, channel, mailbox, messenger, social, vault};
use crate::Dialects;
use crate::problem::Problem;

/// In which shape a failure is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tongue {
    /// `application/problem+json`.
    Native,
    /// `{"msg"}`.
    Messenger,
    /// A bare JSON string, or `{"error"}` with the next keys.
    Channel,
    /// `{"detail"}`, or the fields with their errors.
    Social,
    /// Plain text.
    Mailbox,
    /// Plain text.
    Vault,
}

impl Tongue {
    /// What is spoken at this path.
    pub(crate) fn of(path: &str, served: Dialects) -> Self {
        let tongues = [
            (served.messenger, messenger::owns(path), Self::Messenger),
            (served.channel, channel::owns(path), Self::Channel),
            (served.social, social::owns(path), Self::Social),
            (served.mailbox, mailbox::owns(path), Self::Mailbox),
            (served.vault, vault::owns(path), Self::Vault),
        ];
        let spoken = tongues.into_iter().find(|(on, owns, _)| *on && *owns);
        spoken.map_or(Self::Native, |(_, _, tongue)| tongue)
    }

    /// The failure in the dialect's shape; None in the native API, which renders it itself.
    pub(crate) fn say(self, problem: &Problem) -> Option<Said> {
        match self {
            Self::Native => None,
            Self::Messenger => Some(messenger::say(problem)),
            Self::Channel => Some(channel::say(problem)),
            Self::Social => Some(social::say(problem)),
            Self::Mailbox => Some(mailbox::say(problem)),
            Self::Vault => Some(vault::say(problem)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_path_has_its_tongue() {
        let spoken = [
            (Tongue::Messenger, &["/api/login", "/api/unknown"][..]),
            (Tongue::Channel, &["/create_session_key", "/encrypt/w"]),
            (
                Tongue::Social,
                &["/auth/login", "/api/token/refresh", "/oauth/authorize"],
            ),
            (Tongue::Mailbox, &["/create_user", "/get_avatar"]),
            (Tongue::Vault, &["/load", "/get_crypto_key/1"]),
        ];
        for (tongue, paths) in spoken {
            for path in paths {
                for path in [(*path).to_owned(), format!("{path}/")] {
                    assert_eq!(Tongue::of(&path, Dialects::ALL), tongue, "{path}");
                    assert_eq!(Tongue::of(&path, Dialects::NONE), Tongue::Native, "{path}");
                }
            }
        }
        for path in ["/v1/me", "/apis/", "/", "/media/avatars/default.png"] {
            assert_eq!(Tongue::of(path, Dialects::ALL), Tongue::Native, "{path}");
        }
    }
}
