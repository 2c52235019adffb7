use thiserror::Error;

use crate::accounts::AccountId;
use crate::sessions::Dialect;
use crate::{DomainError, ErrorKind, Timestamp};

define_id! {
    /// Names an app password.
    AppPasswordId
}

/// An app password as its owner sees it later: without the password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppPassword {
    /// Its id.
    pub id: AppPasswordId,
    /// Whose.
    pub account: AccountId,
    /// The API that it opens; never the native one, which has a place for a second factor.
    pub dialect: Dialect,
    /// What its owner calls it.
    pub name: AppPasswordName,
    /// When it was made.
    pub created_at: Timestamp,
    /// When somebody last logged in with it; None if nobody has.
    pub last_used_at: Option<Timestamp>,
}

impl AppPassword {
    /// How many one account can have.
    pub const MAX_PER_ACCOUNT: u32 = 50;
}

/// What somebody calls an app password: 1 to 64 characters, no control characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppPasswordName(String);

/// The text is no name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "the name of an app password has 1 to 64 characters, not all white space, and no control characters"
)]
pub struct AppPasswordNameError;

impl AppPasswordName {
    /// The longest name, in Unicode scalar values.
    pub const MAX_CHARS: usize = 64;

    /// Takes a name.
    ///
    /// # Errors
    /// [`AppPasswordNameError`].
    pub fn parse(text: &str) -> Result<Self, AppPasswordNameError> {
        let good = !text.trim().is_empty()
            && text.chars().nth(Self::MAX_CHARS).is_none()
            && !text.chars().any(char::is_control);
        good.then(|| Self(text.to_owned()))
            .ok_or(AppPasswordNameError)
    }

    /// The value of a stored row. It is not judged again: rules may have become stricter since.
    #[must_use]
    pub const fn restore(text: String) -> Self {
        Self(text)
    }

    /// The name as its owner wrote it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl DomainError for AppPasswordNameError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Invalid
    }

    fn code(&self) -> &'static str {
        "invalid-name"
    }

    fn field(&self) -> Option<&'static str> {
        Some("name")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_and_visible() {
        for good in ["x", "Grandma's tablet", &"é".repeat(64)] {
            assert_eq!(AppPasswordName::parse(good).unwrap().as_str(), good);
        }
        for bad in ["", "  ", "a\nb", &"é".repeat(65)] {
            assert_eq!(AppPasswordName::parse(bad), Err(AppPasswordNameError));
        }
    }
}
