use thiserror::Error;

use crate::Timestamp;
use crate::keys::{KeyId, Thumbprint};

/// A public key as its owner wrote it, kept byte for byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyText(String);

/// What is wrong with the text of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum KeyTextError {
    /// Nothing in it.
    #[error("the key is empty")]
    Empty,
    /// More than [`KeyText::MAX_BYTES`].
    #[error("a key has at most 16384 bytes")]
    TooLarge,
}

domain_error!(KeyTextError {
    Empty: Invalid, "unreadable-key", "public_key";
    TooLarge: Invalid, "key-too-large", "public_key";
});

impl KeyText {
    /// The longest key in bytes of UTF-8.
    pub const MAX_BYTES: usize = 16 * 1024;

    /// Takes what a client sent.
    ///
    /// # Errors
    /// [`KeyTextError`].
    pub fn parse(text: String) -> Result<Self, KeyTextError> {
        match text.len() {
            0 => Err(KeyTextError::Empty),
            1..=Self::MAX_BYTES => Ok(Self(text)),
            _ => Err(KeyTextError::TooLarge),
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

/// The key that an account has set through the dialect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailboxKey {
    /// Its id: that of the key in the ring, if it is there.
    pub id: KeyId,
    /// The key.
    pub text: KeyText,
    /// Its fingerprint, if it is an RSA key.
    pub thumbprint: Option<Thumbprint>,
    /// Whether it is in the owner's key ring, good or withdrawn meanwhile.
    pub in_ring: bool,
    /// When it was set.
    pub created_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_any_text_within_bounds() {
        assert_eq!(KeyText::parse(String::new()), Err(KeyTextError::Empty));
        let long = "k".repeat(KeyText::MAX_BYTES + 1);
        assert_eq!(KeyText::parse(long), Err(KeyTextError::TooLarge));
        for text in ["PUBLIC_KEY", "é", &"k".repeat(KeyText::MAX_BYTES)] {
            assert_eq!(KeyText::parse(text.to_owned()).unwrap().as_str(), text);
        }
    }
}
