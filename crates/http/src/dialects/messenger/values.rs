//! What the dialect's document demands of a new account, beyond the rules for all accounts. It holds where the dialect
//! makes an account; at login and where somebody is addressed the rules for all accounts hold.

use sealpost_domain::accounts::{Password, PasswordError, Username, UsernameError};
use sealpost_domain::{DomainError, ErrorKind};
use thiserror::Error;

/// The shortest username.
const MIN_USERNAME: usize = 2;
/// The shortest password.
const MIN_PASSWORD: usize = 10;

/// What is wrong with a new username.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(super) enum NewUsernameError {
    #[error("a username has 2 to 32 characters, and no spaces and dots")]
    Format,
    #[error(transparent)]
    Rule(#[from] UsernameError),
}

/// A username of 2 to 32 characters without spaces and dots.
pub(super) fn new_username(text: &str) -> Result<Username, NewUsernameError> {
    if text.chars().count() < MIN_USERNAME || text.contains('.') {
        return Err(NewUsernameError::Format);
    }
    Ok(Username::parse(text)?)
}

/// What is wrong with a new password: also said of a ciphertext that does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(super) enum NewPasswordError {
    #[error(
        "encrypt it with the current data key, a new ciphertext each time; it has 10 to 128 printable ASCII characters, \
         among them a lower-case and an upper-case letter, a digit and a punctuation mark"
    )]
    Format,
    #[error(transparent)]
    Rule(#[from] PasswordError),
}

/// A password of 10 to 128 printable ASCII characters with a lower-case and an upper-case letter, a digit and a
/// punctuation mark.
pub(super) fn new_password(text: &str) -> Result<Password, NewPasswordError> {
    let has = |kind: fn(char) -> bool| text.chars().any(kind);
    let printable = text.chars().all(|c| c.is_ascii_graphic() || c == ' ');
    let varied = has(|c| c.is_ascii_lowercase())
        && has(|c| c.is_ascii_uppercase())
        && has(|c| c.is_ascii_digit())
        && has(|c| c.is_ascii_punctuation());
    if text.len() < MIN_PASSWORD || text.len() > Password::MAX_CHARS || !printable || !varied {
        return Err(NewPasswordError::Format);
    }
    Ok(Password::parse(text)?)
}

impl DomainError for NewUsernameError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Invalid
    }

    fn code(&self) -> &'static str {
        "invalid-username"
    }

    fn field(&self) -> Option<&'static str> {
        Some("username")
    }
}

impl DomainError for NewPasswordError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Invalid
    }

    fn code(&self) -> &'static str {
        "invalid-password"
    }

    fn field(&self) -> Option<&'static str> {
        Some("password")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usernames() {
        for good in ["ab", "your_username", &"a".repeat(32), "Zoë"] {
            assert!(new_username(good).is_ok(), "{good}");
        }
        for bad in ["", "a", "a.b", "a b", &"a".repeat(33), "a@b"] {
            assert!(new_username(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn passwords() {
        for good in [
            "Your_secure_pa$$w0rd",
            "Aa1!aaaaaa",
            "Aa1! aaaaa",
            &"Aa1!".repeat(32),
        ] {
            assert!(new_password(good).is_ok(), "{good}");
        }
        let long = "Aa1!".repeat(33);
        for bad in [
            "",
            "Aa1!aaaaa",
            "aa1!aaaaaa",
            "AA1!AAAAAA",
            "Aaa!aaaaaa",
            "Aa11aaaaaa",
            "Aa1!aaaaaé",
            "Aa1!aaaaa\n",
            &long,
        ] {
            assert!(new_password(bad).is_err(), "{bad}");
        }
    }
}
