use std::fmt;

use thiserror::Error;

/// The name a client gives a message before it sends it, unique for the sender: a repeat is answered like the original.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ClientId(String);

/// The text is no client id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a client_id has 1 to 64 visible ASCII characters; a UUID of version 7 is a good one")]
pub struct InvalidClientId;

impl ClientId {
    /// The longest id.
    pub const MAX_CHARS: usize = 64;

    /// Takes what a client sent.
    ///
    /// # Errors
    /// [`InvalidClientId`].
    pub fn parse(text: &str) -> Result<Self, InvalidClientId> {
        let fits = (1..=Self::MAX_CHARS).contains(&text.len());
        if fits && text.bytes().all(|byte| byte.is_ascii_graphic()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidClientId)
        }
    }

    /// The value of a stored row, which is not judged again.
    #[must_use]
    pub const fn restore(text: String) -> Self {
        Self(text)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn visible_ascii_and_nothing_else() {
        assert!(ClientId::parse("018f4e9c-7c3a-7d52-9a5e-0242ac120002").is_ok());
        for text in ["", "a b", "é", "a\n", &"a".repeat(65)] {
            assert_eq!(ClientId::parse(text), Err(InvalidClientId), "{text:?}");
        }
    }
}
