use std::time::Duration;

use async_trait::async_trait;
use thiserror::Error;

use super::HashError;
use crate::Secret;
use crate::accounts::Password;
use crate::{DomainError, ErrorKind};

/// Why nothing was learnt from a private key. No text repeats any of it.
#[derive(Debug, Error)]
pub enum PrivatePemError {
    /// Not one PEM block of a private key, or damaged.
    #[error("not the PEM of an RSA private key that is encrypted with the password")]
    Unreadable,
    /// The private key came in clear.
    #[error("this private key is not encrypted: take it for compromised and make a new pair")]
    NotEncrypted,
    /// Encrypted in a way that is not read; says which.
    #[error("private keys encrypted with {0} are not read: use AES-CBC")]
    Unsupported(String),
    /// The password costs more to check than the server is willing to spend.
    #[error(
        "this private key takes too much work to open: use at most 2,000,000 iterations of PBKDF2, or 32 MiB of scrypt"
    )]
    TooCostly,
    /// It does not open with this password, or is no RSA key.
    #[error("this private key does not open with the password, or is no RSA key")]
    Rejected,
    /// Too many keys are being opened at once.
    #[error(transparent)]
    Busy(#[from] HashError),
}

/// RSA keys as PEM: what some dialects speak where the product keeps JWKs.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
#[async_trait]
pub trait RsaPem: Send + Sync {
    /// Opens the PEM of an encrypted RSA private key with its password, once, to learn its public half (PEM, SPKI). The
    /// private half is wiped before this returns. The forms: `RSA PRIVATE KEY` with `DEK-Info: AES-{128,192,256}-CBC`
    /// (OpenSSL's own), and `ENCRYPTED PRIVATE KEY` (PKCS#8, PBES2: RFC 8018) with PBKDF2 or scrypt and AES-CBC.
    /// Whether the public half is a *good* key is not looked at.
    ///
    /// # Errors
    /// [`PrivatePemError`].
    async fn public_half(
        &self,
        private_pem: Secret<String>,
        password: Password,
    ) -> Result<String, PrivatePemError>;

    /// The PEM (SPKI) of an RSA key that is given as a canonical JWK; None if it is another kind of key.
    fn of_jwk(&self, jwk: &str) -> Option<String>;
}

impl DomainError for PrivatePemError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Busy(error) => error.kind(),
            _ => ErrorKind::Invalid,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Unreadable | Self::Rejected => "unreadable-key",
            Self::NotEncrypted => "private-key",
            Self::Unsupported(_) => "unsupported-key",
            Self::TooCostly => "key-too-costly",
            Self::Busy(error) => error.code(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::Busy(_) => None,
            _ => Some("private_key"),
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Busy(error) => error.retry_after(),
            _ => None,
        }
    }
}
