use async_trait::async_trait;

use super::HashError;
use crate::Secret;
use crate::accounts::Password;

/// With which salt and at what cost a key was derived from a password: everything but the password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyParameters(String);

impl KeyParameters {
    /// Wraps a text that a [`PasswordKeys`] made.
    #[must_use]
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    /// The text, for the store and the adapter.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Keys out of passwords: the slow hash of [`PasswordHasher`](super::PasswordHasher) on the same bounded pool, with a
/// salt of its own, so that the stored password hash says nothing about the key.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
#[async_trait]
pub trait PasswordKeys: Send + Sync {
    /// A key under a fresh salt and the parameters of today, and what is needed to derive it again.
    ///
    /// # Errors
    /// [`HashError::Overloaded`] at once when the queue is full.
    async fn new_key(
        &self,
        password: Password,
    ) -> Result<(KeyParameters, Secret<[u8; 32]>), HashError>;

    /// The key that [`PasswordKeys::new_key`] gave for this password with these parameters; another password gives
    /// another key.
    ///
    /// # Errors
    /// [`HashError::Overloaded`] at once when the queue is full.
    async fn key(
        &self,
        password: Password,
        parameters: KeyParameters,
    ) -> Result<Secret<[u8; 32]>, HashError>;
}
