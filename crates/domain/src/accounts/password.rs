use thiserror::Error;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroize;

use crate::{DomainError, ErrorKind, Secret};

/// A password as it is hashed: NFC (RFC 8265, section 4.2), so that the same keys on two keyboards give the same bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Password(Secret<String>);

/// What is wrong with a proposed password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PasswordError {
    /// Shorter than [`Password::MIN_CHARS`] or longer than [`Password::MAX_CHARS`].
    #[error("a password has 8 to 128 characters")]
    Length,
    /// Holds a NUL or another control character.
    #[error("a password has no control characters")]
    Character,
    /// Everybody tries it first.
    #[error("this password is among the first that everybody tries: choose another")]
    Common,
}

impl Password {
    /// The shortest new password, in Unicode scalar values.
    pub const MIN_CHARS: usize = 8;
    /// The longest new password, in Unicode scalar values.
    pub const MAX_CHARS: usize = 128;

    /// Takes a *new* password, which has to obey the rules.
    ///
    /// # Errors
    /// [`PasswordError`].
    pub fn parse(text: &str) -> Result<Self, PasswordError> {
        if text.len() > 4 * Self::MAX_CHARS {
            return Err(PasswordError::Length);
        }
        let password = Self::normalize(text);
        let chars = password.expose().chars().count();
        if !(Self::MIN_CHARS..=Self::MAX_CHARS).contains(&chars) {
            return Err(PasswordError::Length);
        }
        if password.expose().chars().any(char::is_control) {
            return Err(PasswordError::Character);
        }
        Ok(password)
    }

    /// Takes a password *attempt*, which may be anything: whatever breaks the rules is simply wrong, at the cost of a
    /// right one. Attempts are cut past the longest possible password, which cannot make a wrong one right.
    #[must_use]
    pub fn attempt(text: &str) -> Self {
        // A cut attempt still has more characters than any password, hence matches none.
        let mut cut: String = text.chars().take(4 * Self::MAX_CHARS + 1).collect();
        let password = Self::normalize(&cut);
        cut.zeroize();
        password
    }

    fn normalize(text: &str) -> Self {
        Self(Secret::new(text.nfc().collect()))
    }

    /// The text to hash.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

impl DomainError for PasswordError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Invalid
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Length | Self::Character => "invalid-password",
            Self::Common => "common-password",
        }
    }

    fn field(&self) -> Option<&'static str> {
        Some("password")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_passwords_of_the_documents() {
        for text in [
            "Your_secure_pa$$w0rd",
            "popopopo0987",
            "popopopo1234",
            "Password",
            "password",
        ] {
            assert_eq!(Password::parse(text).unwrap().expose(), text);
        }
    }

    #[test]
    fn counts_characters_after_composition() {
        assert!(Password::parse(&"e\u{301}".repeat(128)).is_ok());
        assert_eq!(
            Password::parse(&"é".repeat(129)),
            Err(PasswordError::Length)
        );
        assert_eq!(
            Password::parse(&"e\u{301}".repeat(7)),
            Err(PasswordError::Length)
        );
        assert_eq!(Password::parse("seven77"), Err(PasswordError::Length));
        assert_eq!(Password::parse("nul\0nul\0"), Err(PasswordError::Character));
    }

    #[test]
    fn an_endless_attempt_is_bounded_and_equals_no_password() {
        let attempt = Password::attempt(&"a".repeat(1_000_000));
        assert!(attempt.expose().len() <= 4 * Password::MAX_CHARS + 1);
        assert_ne!(attempt, Password::parse(&"a".repeat(128)).unwrap());
    }
}
