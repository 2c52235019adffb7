use std::time::Duration;

use async_trait::async_trait;
use thiserror::Error;

use crate::accounts::Password;
use crate::{DomainError, ErrorKind};

/// A password hash in PHC string format, parameters and salt inside. Not a secret like the password itself, yet never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// Wraps a PHC string that a [`PasswordHasher`] made.
    #[must_use]
    pub const fn new(phc: String) -> Self {
        Self(phc)
    }

    /// Stands where there is no password: no password has this hash.
    #[must_use]
    pub fn unusable() -> Self {
        Self("!".to_owned())
    }

    /// Whether there is a password.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        self.0 != "!"
    }

    /// The PHC string, for the store and the hasher.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

/// What came out of checking a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verification {
    /// It is another password.
    Wrong,
    /// It is the password, hashed with the parameters of today.
    Right,
    /// It is the password, hashed with weaker parameters: store a new hash.
    RightButOutdated,
}

/// Why no hash could be computed.
#[derive(Debug, Error)]
pub enum HashError {
    /// The bounded queue is full.
    #[error("too many passwords are being checked at once")]
    Overloaded {
        /// When a place is likely to be free.
        retry_after: Duration,
    },
    /// A stored hash cannot be parsed, or the library refused.
    #[error("password hashing failed")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Slow, memory-hard password hashing (Argon2id, RFC 9106) over a peppered password, on a bounded pool of its own.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
#[async_trait]
pub trait PasswordHasher: Send + Sync {
    /// Hashes a new password with a fresh salt and the parameters of today.
    ///
    /// # Errors
    /// [`HashError::Overloaded`] at once when the queue is full.
    async fn hash(&self, password: Password) -> Result<PasswordHash, HashError>;

    /// Compares in constant time. With no hash (an unknown account) or an unusable one (an account without a password) it does the same work against a dummy of today's
    /// parameters and answers [`Verification::Wrong`], so that time tells nothing.
    ///
    /// # Errors
    /// [`HashError::Overloaded`] at once when the queue is full.
    async fn verify(
        &self,
        password: Password,
        hash: Option<PasswordHash>,
    ) -> Result<Verification, HashError>;
}

impl DomainError for HashError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Overloaded { .. } => ErrorKind::Unavailable,
            Self::Internal(_) => ErrorKind::Internal,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Overloaded { .. } => "overloaded",
            Self::Internal(_) => "internal-error",
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Overloaded { retry_after } => Some(*retry_after),
            Self::Internal(_) => None,
        }
    }
}
