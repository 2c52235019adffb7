use std::time::Duration;

use async_trait::async_trait;
use thiserror::Error;

use crate::{DomainError, ErrorKind, Secret};

/// A pair that nobody has yet.
#[derive(Debug, Clone)]
pub struct CustodialPair {
    /// PEM (SPKI) of the public half.
    pub public_pem: String,
    /// PKCS#8 (DER) of the private half.
    pub private: Secret<Vec<u8>>,
}

/// Why there is no pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NoPair {
    /// More are wanted than can be made.
    #[error("too many key pairs are being made at once")]
    Exhausted {
        /// When a place is likely to be free.
        retry_after: Duration,
    },
    /// The library failed.
    #[error("the key pair cannot be made")]
    Failed,
}

/// A store of ready RSA-3072 pairs, which refills itself, one pair at a time.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
#[async_trait]
pub trait CustodialPairs: Send + Sync {
    /// Takes a pair; each is given out once. When none is ready, it waits for the next, which takes about half a second.
    ///
    /// # Errors
    /// [`NoPair::Exhausted`] at once when too many wait already.
    async fn take(&self) -> Result<CustodialPair, NoPair>;
}

impl DomainError for NoPair {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Exhausted { .. } => ErrorKind::Unavailable,
            Self::Failed => ErrorKind::Internal,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Exhausted { .. } => "overloaded",
            Self::Failed => "internal-error",
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Exhausted { retry_after } => Some(*retry_after),
            Self::Failed => None,
        }
    }
}
