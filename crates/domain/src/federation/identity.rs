use std::fmt;

use thiserror::Error;

use crate::Timestamp;
use crate::accounts::AccountId;
use crate::text::is_invisible;

define_id! {
    /// Names a link between an account and somebody at a provider.
    IdentityId
}

/// Who somebody is at a provider: the one thing they are known by. Compared byte for byte (OpenID Connect Core 1.0,
/// section 2: `sub` is case sensitive).
#[derive(Clone, PartialEq, Eq)]
pub struct ExternalId {
    issuer: String,
    subject: String,
}

/// The two texts name nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "an issuer has 1 to 512 bytes and a subject 1 to 255 characters, without control characters"
)]
pub struct InvalidExternalId;

impl ExternalId {
    /// The longest issuer in bytes.
    pub const MAX_ISSUER_BYTES: usize = 512;
    /// The longest subject in characters (OpenID Connect Core 1.0, section 2).
    pub const MAX_SUBJECT_CHARS: usize = 255;

    /// The subject as this issuer names it.
    ///
    /// # Errors
    /// [`InvalidExternalId`].
    pub fn new(issuer: &str, subject: &str) -> Result<Self, InvalidExternalId> {
        let plain = |text: &str| !text.is_empty() && !text.chars().any(char::is_control);
        let right = plain(issuer)
            && plain(subject)
            && issuer.len() <= Self::MAX_ISSUER_BYTES
            && subject.chars().count() <= Self::MAX_SUBJECT_CHARS;
        right
            .then(|| Self::restore(issuer.to_owned(), subject.to_owned()))
            .ok_or(InvalidExternalId)
    }

    /// The value of a stored row. It is not judged again.
    #[must_use]
    pub const fn restore(issuer: String, subject: String) -> Self {
        Self { issuer, subject }
    }

    /// Who names them: the issuer's URL (OpenID Connect), or the name the operator gave it (OAuth 2.0).
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// What the issuer calls them, for ever.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }
}

// What somebody is called elsewhere is personal data, and sometimes a mail address.
impl fmt::Debug for ExternalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ExternalId({}, …)", self.issuer)
    }
}

/// What a provider tells of somebody besides who they are: for people to recognize it by, never to decide by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IdentityProfile {
    username: Option<String>,
    picture: Option<String>,
}

impl IdentityProfile {
    /// The longest username that is kept, in characters.
    pub const MAX_USERNAME_CHARS: usize = 64;
    /// The longest address of a picture that is kept, in bytes.
    pub const MAX_PICTURE_BYTES: usize = 2_048;

    /// Takes what the provider said. A username is cut to its longest and loses what cannot be seen; what is no
    /// `https:` address is no picture.
    #[must_use]
    pub fn new(username: Option<&str>, picture: Option<&str>) -> Self {
        let seen = |c: &char| !c.is_control() && !is_invisible(*c);
        let username = username.map(|name| {
            let name = name.trim().chars().filter(seen);
            name.take(Self::MAX_USERNAME_CHARS).collect::<String>()
        });
        let is_picture = |address: &&str| {
            address.len() <= Self::MAX_PICTURE_BYTES
                && address.starts_with("https://")
                && address.bytes().all(|b| b.is_ascii_graphic())
        };
        Self {
            username: username.filter(|name| !name.is_empty()),
            picture: picture.filter(is_picture).map(str::to_owned),
        }
    }

    /// What they are called there, if it was told.
    #[must_use]
    pub fn username(&self) -> Option<&str> {
        self.username.as_deref()
    }

    /// Where their picture is, if it was told. The server never fetches it.
    #[must_use]
    pub fn picture(&self) -> Option<&str> {
        self.picture.as_deref()
    }
}

/// An account's link to somebody at a provider, who can log in to it from then on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Its id.
    pub id: IdentityId,
    /// The account it opens.
    pub account: AccountId,
    /// Who may open it; unique.
    pub external: ExternalId,
    /// What the provider told last.
    pub profile: IdentityProfile,
    /// When it was linked.
    pub linked_at: Timestamp,
    /// When it was last used to log in, or linked.
    pub used_at: Timestamp,
}

impl Identity {
    /// How many an account can have.
    pub const MAX_PER_ACCOUNT: u32 = 20;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_external_id_is_bounded_and_case_matters() {
        let of = ExternalId::new;
        assert_ne!(of("i", "a").unwrap(), of("i", "A").unwrap());
        assert!(of("i", &"é".repeat(255)).is_ok());
        for (issuer, subject) in [
            ("", "a"),
            ("i", ""),
            ("i", "a\0"),
            ("i", &*"a".repeat(256)),
            (&*"i".repeat(513), "a"),
        ] {
            assert_eq!(of(issuer, subject), Err(InvalidExternalId));
        }
        assert!(!format!("{:?}", of("i", "alice@mail.example").unwrap()).contains("alice"));
    }

    #[test]
    fn a_profile_keeps_what_is_harmless() {
        let profile =
            IdentityProfile::new(Some(" al\u{202E}ice\n "), Some("https://pic.example/1.png"));
        assert_eq!(profile.username(), Some("alice"));
        assert_eq!(profile.picture(), Some("https://pic.example/1.png"));
        for picture in [
            "javascript:alert(1)",
            "http://pic.example",
            "https://a b",
            "",
        ] {
            assert_eq!(
                IdentityProfile::new(Some("\u{200B}"), Some(picture)),
                IdentityProfile::default(),
                "{picture}"
            );
        }
    }
}
