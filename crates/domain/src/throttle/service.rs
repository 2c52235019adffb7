use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;

use super::{Counter, Guess, Rate, Subject};
use crate::ports::{Digest, Digester, MacPurpose, StoreError, Tx};
use crate::{DomainError, ErrorKind, Timestamp};

/// It was too often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("too many attempts: wait before the next one")]
pub struct TooMany {
    /// How long until one more may succeed.
    pub retry_after: Duration,
}

/// Counts in the store, inside the caller's unit of work. A refusal is an `Ok` value, because what else the unit has
/// counted must be kept: return it from the closure as one. Cloning is cheap.
#[derive(Clone)]
pub struct Throttles {
    digester: Arc<dyn Digester>,
    rates: bool,
}

impl Throttles {
    /// Counters whose keys are made with `digester`, so that the database tells neither names nor addresses. With
    /// `rates` false, rates are not counted; guesses always are.
    #[must_use]
    pub const fn new(digester: Arc<dyn Digester>, rates: bool) -> Self {
        Self { digester, rates }
    }

    /// Counts a guess that is about to be checked.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn guess(
        &self,
        tx: &mut dyn Tx,
        guess: Guess,
        subject: &Subject,
        now: Timestamp,
    ) -> Result<Result<(), TooMany>, StoreError> {
        let key = self.key(guess.code(), subject);
        count(tx, &key, now, |counter| Guess::count(counter, now))
    }

    /// Forgets all guesses: one was right.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn forgive(
        &self,
        tx: &mut dyn Tx,
        guess: Guess,
        subject: &Subject,
    ) -> Result<(), StoreError> {
        tx.throttles().remove(&self.key(guess.code(), subject))
    }

    /// Counts a request against a rate.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn spend(
        &self,
        tx: &mut dyn Tx,
        rate: Rate,
        subject: &Subject,
        now: Timestamp,
    ) -> Result<Result<(), TooMany>, StoreError> {
        if !self.rates {
            return Ok(Ok(()));
        }
        let key = self.key(rate.code(), subject);
        count(tx, &key, now, |counter| rate.count(counter, now))
    }

    fn key(&self, code: u8, subject: &Subject) -> Digest {
        let bytes = [vec![code], subject.bytes()].concat();
        self.digester.mac(MacPurpose::Throttle, &bytes)
    }
}

fn count(
    tx: &mut dyn Tx,
    key: &Digest,
    now: Timestamp,
    rule: impl FnOnce(Counter) -> Result<Counter, Duration>,
) -> Result<Result<(), TooMany>, StoreError> {
    let counter = tx.throttles().lock(key, now)?;
    match rule(counter) {
        Ok(counted) => tx.throttles().update(key, &counted).map(Ok),
        Err(retry_after) => Ok(Err(TooMany { retry_after })),
    }
}

impl DomainError for TooMany {
    fn kind(&self) -> ErrorKind {
        ErrorKind::RateLimited
    }

    fn code(&self) -> &'static str {
        "too-many-attempts"
    }

    fn retry_after(&self) -> Option<Duration> {
        Some(self.retry_after)
    }
}
