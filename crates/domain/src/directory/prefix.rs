use thiserror::Error;

use crate::accounts::Username;
use crate::text::fold;
use crate::{DomainError, ErrorKind};

/// What a username is to begin with, folded as usernames are. Empty: every username begins with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsernamePrefix(String);

/// What is wrong with a text to look for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PrefixError {
    /// Longer than any username.
    #[error("a username has at most 32 characters")]
    Length,
    /// It has a NUL, which the store cannot take.
    #[error("no username has such a character")]
    Character,
}

impl UsernamePrefix {
    /// What every username begins with.
    #[must_use]
    pub const fn any() -> Self {
        Self(String::new())
    }

    /// Takes what somebody typed.
    ///
    /// # Errors
    /// [`PrefixError`].
    pub fn parse(text: &str) -> Result<Self, PrefixError> {
        // A bound before the costly folding; no character of 4 bytes can be more than one of the 32.
        if text.len() > 4 * Username::MAX_CHARS {
            return Err(PrefixError::Length);
        }
        let key = fold(text);
        if key.chars().count() > Username::MAX_CHARS {
            return Err(PrefixError::Length);
        }
        if key.contains('\0') {
            return Err(PrefixError::Character);
        }
        Ok(Self(key))
    }

    /// The lowest folded username that can begin so.
    #[must_use]
    pub fn lowest(&self) -> &str {
        &self.0
    }

    /// No folded username that begins so is higher, compared by code points (which is by bytes of UTF-8).
    #[must_use]
    pub fn highest(&self) -> String {
        let rest = std::iter::repeat_n(char::MAX, Username::MAX_CHARS);
        self.0.chars().chain(rest).collect()
    }
}

impl DomainError for PrefixError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Invalid
    }

    fn code(&self) -> &'static str {
        "invalid-prefix"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn its_bounds_hold_every_name_that_begins_so_and_no_other() {
        let prefix = UsernamePrefix::parse("ÉL").unwrap();
        let within = |name: &str| {
            let key = Username::parse(name).unwrap().key().to_owned();
            prefix.lowest() <= key.as_str() && key <= prefix.highest()
        };
        for name in ["él", "Élise", "él\u{10FFFD}z", "ÉL日本"] {
            assert!(within(name), "{name}");
        }
        for name in ["é", "ék", "ém", "el", "z"] {
            assert!(!within(name), "{name}");
        }
    }

    #[test]
    fn it_is_no_longer_than_a_username() {
        assert!(UsernamePrefix::parse(&"é".repeat(32)).is_ok());
        for long in ["a".repeat(33), "a".repeat(1_000), "\u{FDFA}".repeat(2)] {
            assert_eq!(UsernamePrefix::parse(&long), Err(PrefixError::Length));
        }
        assert_eq!(UsernamePrefix::parse("a\0"), Err(PrefixError::Character));
    }
}
