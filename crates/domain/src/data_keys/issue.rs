//! Somebody wants to send a password.

use std::time::Duration;

use thiserror::Error;

use super::DataKeys;
use crate::{DomainError, ErrorKind, Timestamp};

/// The public half to encrypt a password with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuedDataKey {
    /// PEM (SPKI).
    pub public_pem: String,
    /// Ask again after this. What was encrypted before is taken for [`super::DataKey::GRACE`] longer.
    pub until: Timestamp,
}

/// There is no key at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the key that passwords travel under is being made")]
pub struct NoDataKey;

impl DataKeys {
    /// The key of the hour. The same for everybody: it says nothing about any account.
    ///
    /// # Errors
    /// [`NoDataKey`] before the first one was made, or when none could be made for too long.
    pub fn issue(&self) -> Result<IssuedDataKey, NoDataKey> {
        let now = self.env.now();
        let ring = self.ring();
        let mut good = ring
            .iter()
            .map(|held| &held.key)
            .filter(|key| now < key.retires_at);
        // The newest that serves; before the first one's time (clocks of instances differ), the first one.
        let serving = good
            .clone()
            .find(|key| key.serves_from <= now)
            .or_else(|| good.next_back());
        let key = serving.ok_or(NoDataKey)?;
        Ok(IssuedDataKey {
            public_pem: key.public_pem.clone(),
            until: if now < key.serves_until {
                key.serves_until
            } else {
                key.retires_at
            },
        })
    }
}

impl DomainError for NoDataKey {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Unavailable
    }

    fn code(&self) -> &'static str {
        "no-data-key"
    }

    fn retry_after(&self) -> Option<Duration> {
        Some(Duration::from_secs(2))
    }
}
