use std::fmt;

use thiserror::Error;

use crate::text::fold;
use crate::{DomainError, ErrorKind};

/// A mail address, unique without regard to case. Only its outline is checked: the one proof is a mail that arrives.
#[derive(Clone)]
pub struct Email {
    shown: String,
    key: String,
}

/// The text is no mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a mail address looks like name@host.example and has at most 254 bytes")]
pub struct EmailError;

impl Email {
    /// The longest address in bytes (RFC 5321, section 4.5.3.1.3, less the angle brackets).
    pub const MAX_BYTES: usize = 254;

    /// Takes an address: one `@` with a name before and a host behind, no white space and no control characters
    /// (so that no mail header can be made of it).
    ///
    /// # Errors
    /// [`EmailError`].
    pub fn parse(text: &str) -> Result<Self, EmailError> {
        if text.len() > Self::MAX_BYTES {
            return Err(EmailError);
        }
        let (name, host) = text.rsplit_once('@').ok_or(EmailError)?;
        let plain =
            |c: char| !c.is_whitespace() && !c.is_control() && !"@<>,;:\"()[]\\".contains(c);
        let labels_are_whole = host
            .split('.')
            .all(|label| !label.is_empty() && label.len() <= 63);
        if name.is_empty()
            || name.len() > 64
            || !name.chars().chain(host.chars()).all(plain)
            || !labels_are_whole
        {
            return Err(EmailError);
        }
        Ok(Self {
            shown: text.to_owned(),
            key: fold(text),
        })
    }

    /// The address as its owner wrote it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.shown
    }

    /// The value of a stored row. It is not judged again: rules may have become stricter since.
    #[must_use]
    pub const fn restore(shown: String, key: String) -> Self {
        Self { shown, key }
    }

    /// The folded key, under which the address is unique.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }
}

impl PartialEq for Email {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Email {}

// A mail address is personal data: neither logs nor error texts show it.
impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Email(…)")
    }
}

impl DomainError for EmailError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Invalid
    }

    fn code(&self) -> &'static str {
        "invalid-email"
    }

    fn field(&self) -> Option<&'static str> {
        Some("email")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_ordinary_addresses() {
        for text in [
            "w@gmail.com",
            "first.last+tag@mail.example",
            "root@localhost",
            "é@bücher.example",
        ] {
            assert_eq!(Email::parse(text).unwrap().as_str(), text);
        }
    }

    #[test]
    fn refuses_what_is_none_or_could_break_a_header() {
        let long = format!("{}@x.example", "a".repeat(65));
        for text in [
            "",
            "a",
            "@x",
            "a@",
            "a@@x",
            "a b@x",
            "a@x\r\nBcc: b@y",
            "a@.x",
            "<a@x>",
            "a@x,b@y",
            &long,
        ] {
            assert_eq!(Email::parse(text), Err(EmailError), "{text:?}");
        }
    }
}
