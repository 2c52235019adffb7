//! An operator has mended what kept a mail from being sent.

use std::time::Duration;

use thiserror::Error;

use super::{MailId, MailState, Outbox};
use crate::ports::{StoreError, StoreExt, Tx};
use crate::{DomainError, ErrorKind, Timestamp};

/// Why a mail is not tried again.
#[derive(Debug, Error)]
pub enum RetryMailError {
    /// There is no such mail in the outbox: it may have been sent.
    #[error("no such mail in the outbox; it may have been sent")]
    NotFound,
    /// It was given up, and what it said is destroyed.
    #[error("this mail was given up and what it said is destroyed: it has to be asked for again")]
    Dead,
    /// It says something that does not hold any more.
    #[error("it is too late for this mail: what it says does not hold any more")]
    TooLate,
    /// A worker has it in hand.
    #[error("this mail is being sent right now")]
    BeingSent,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Outbox {
    /// Makes a waiting mail due at once.
    ///
    /// # Errors
    /// [`RetryMailError`]; then nothing has changed.
    pub async fn retry(&self, id: MailId) -> Result<(), RetryMailError> {
        let now = self.env.now();
        self.env.store.write(move |tx| retry(tx, id, now)).await
    }
}

pub(super) fn retry(tx: &mut dyn Tx, id: MailId, now: Timestamp) -> Result<(), RetryMailError> {
    let mail = tx.outbox().find(id)?.ok_or(RetryMailError::NotFound)?;
    match mail.state {
        MailState::Dead => Err(RetryMailError::Dead),
        _ if mail.not_after <= now => Err(RetryMailError::TooLate),
        // A lease that has run out is due already.
        MailState::Leased if mail.next_at.is_some_and(|until| now < until) => {
            Err(RetryMailError::BeingSent)
        }
        MailState::Leased | MailState::Waiting => {
            if tx.outbox().hasten(id, mail.attempts, now)? {
                Ok(())
            } else {
                Err(RetryMailError::BeingSent)
            }
        }
    }
}

impl DomainError for RetryMailError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound => ErrorKind::NotFound,
            Self::Dead | Self::TooLate => ErrorKind::Gone,
            Self::BeingSent => ErrorKind::Conflict,
            Self::Store(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "not-found",
            Self::Dead => "mail-given-up",
            Self::TooLate => "mail-too-late",
            Self::BeingSent => "mail-being-sent",
            Self::Store(error) => error.code(),
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Store(error) => error.retry_after(),
            _ => None,
        }
    }
}
