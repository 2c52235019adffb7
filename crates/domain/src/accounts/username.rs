use std::fmt;

use thiserror::Error;

use crate::text::{fold, is_invisible};
use crate::{DomainError, ErrorKind};

/// The name others find an account by: 1–32 characters, no white space, no `@`, unique without regard to case.
///
/// Two usernames are equal when their folded keys are.
#[derive(Clone)]
pub struct Username {
    shown: String,
    key: String,
}

/// What is wrong with a proposed username.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum UsernameError {
    /// Empty, or longer than [`Username::MAX_CHARS`].
    #[error("a username has 1 to 32 characters")]
    Length,
    /// White space, `@`, a control character or an invisible one.
    #[error("a username has no white space, no '@' and no control or invisible characters")]
    Character,
    /// `.` or `..`, which cannot stand in a URL's path.
    #[error("a username is not '.' or '..'")]
    Dots,
}

impl Username {
    /// The longest username, in Unicode scalar values, as written and as folded.
    pub const MAX_CHARS: usize = 32;

    /// Takes a name as its owner writes it.
    ///
    /// # Errors
    /// [`UsernameError`] says which rule it breaks. The rules hold for the folded form too, since compatibility
    /// folding can make an `@` or a space out of another character.
    pub fn parse(text: &str) -> Result<Self, UsernameError> {
        // A bound before the costly folding; no character of 4 bytes can be more than one of the 32.
        if text.len() > 4 * Self::MAX_CHARS {
            return Err(UsernameError::Length);
        }
        let key = fold(text);
        for form in [text, key.as_str()] {
            if form.is_empty() || form.chars().count() > Self::MAX_CHARS {
                return Err(UsernameError::Length);
            }
            if form
                .chars()
                .any(|c| c == '@' || c.is_whitespace() || c.is_control() || is_invisible(c))
            {
                return Err(UsernameError::Character);
            }
        }
        if key == "." || key == ".." {
            return Err(UsernameError::Dots);
        }
        Ok(Self {
            shown: text.to_owned(),
            key,
        })
    }

    /// The name as its owner wrote it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.shown
    }

    /// The value of a stored row. It is not judged again: rules may have become stricter since.
    #[must_use]
    pub const fn restore(shown: String, key: String) -> Self {
        Self { shown, key }
    }

    /// The folded key, under which the name is unique and sorted.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }
}

impl PartialEq for Username {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Username {}

impl fmt::Display for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl fmt::Debug for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Username({})", self.shown)
    }
}

impl DomainError for UsernameError {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_names_of_the_documents() {
        for name in [
            "username",
            "User",
            "w",
            "potxoloTheThird",
            "日本語",
            "a.b",
            "名前_1",
        ] {
            assert_eq!(Username::parse(name).unwrap().as_str(), name);
        }
    }

    #[test]
    fn counts_characters_and_not_bytes() {
        assert!(Username::parse(&"é".repeat(32)).is_ok());
        assert_eq!(Username::parse(&"é".repeat(33)), Err(UsernameError::Length));
        assert_eq!(Username::parse(""), Err(UsernameError::Length));
        // One ligature of eighteen letters: short as written, long when folded.
        assert_eq!(
            Username::parse(&"\u{FDFA}".repeat(2)),
            Err(UsernameError::Length)
        );
    }

    #[test]
    fn refuses_what_could_deceive() {
        for name in [
            "a b",
            "a@b",
            "a\u{FF20}b",
            "a\0",
            "a\u{200B}b",
            "\u{202E}ab",
            "\u{A8}a",
        ] {
            assert_eq!(
                Username::parse(name),
                Err(UsernameError::Character),
                "{name:?}"
            );
        }
        for name in [".", "..", "\u{2025}"] {
            assert_eq!(Username::parse(name), Err(UsernameError::Dots), "{name:?}");
        }
    }

    #[test]
    fn equality_ignores_case() {
        assert_eq!(
            Username::parse("Élise").unwrap(),
            Username::parse("éLISE").unwrap()
        );
    }
}
