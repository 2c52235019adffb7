//! The queue of deletions: what is left of shredded files is removed, and tried again where that fails.

use std::time::Duration;

use super::Files;
use crate::Timestamp;
use crate::ports::{ShreddedFile, StoreError, StoreExt};

/// How many are looked at in one go.
const BATCH: u32 = 500;
/// How long the first one waits that failed; each later time twice as long, up to the last.
const FIRST_WAIT: Duration = Duration::from_secs(5);
const LAST_WAIT: Duration = Duration::from_secs(60 * 60);

/// What is left of shredded files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DeletionTally {
    /// How many there are.
    pub waiting: u64,
    /// How many of them were tried, and failed.
    pub failing: u64,
    /// When the oldest was shredded.
    pub oldest: Option<Timestamp>,
}

/// What a round through the queue came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FinishedDeletions {
    /// How many files are gone for good.
    pub done: u64,
    /// How many failed, and are tried again later.
    pub failed: u64,
    /// Why the last of them did.
    pub reason: Option<String>,
}

impl Files {
    /// Removes what is left of the shredded files whose turn it is. One that fails holds up no other: it waits 5 seconds, then
    /// ever longer up to an hour, for as long as it takes.
    ///
    /// # Errors
    /// [`StoreError`], when the queue itself cannot be read or written.
    pub async fn finish_deletions(&self) -> Result<FinishedDeletions, StoreError> {
        let mut finished = FinishedDeletions::default();
        loop {
            let now = self.env.now();
            let listed: Result<Vec<(ShreddedFile, u32)>, StoreError> = self
                .env
                .store
                .ask(move |tx| tx.file_upkeep().list_deletions(now, BATCH))
                .await;
            let listed = listed?;
            if listed.is_empty() {
                return Ok(finished);
            }
            for (shredded, attempts) in listed {
                match self.clear(shredded).await {
                    Ok(()) => finished.done += 1,
                    Err(error) => {
                        let until = now + wait_after(attempts);
                        self.defer(shredded, until).await?;
                        finished.failed += 1;
                        finished.reason = Some(error.to_string());
                    }
                }
            }
        }
    }

    async fn defer(&self, shredded: ShreddedFile, until: Timestamp) -> Result<(), StoreError> {
        let deferred: Result<bool, StoreError> = self
            .env
            .store
            .write(move |tx| tx.file_upkeep().defer_deletion(shredded.id, until))
            .await;
        deferred.map(|_| ())
    }

    /// What is in the queue.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn tally_deletions(&self) -> Result<DeletionTally, StoreError> {
        self.env
            .store
            .ask(|tx| tx.file_upkeep().tally_deletions())
            .await
    }
}

/// How long one waits that failed once more, after so many times before.
fn wait_after(attempts: u32) -> Duration {
    let factor = 1_u32.checked_shl(attempts).unwrap_or(u32::MAX);
    FIRST_WAIT.saturating_mul(factor).min(LAST_WAIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_fails_often_waits_long_but_never_for_ever() {
        let waits = [0, 1, 2, 9, 10, 31, 32, u32::MAX].map(|tried| wait_after(tried).as_secs());
        assert_eq!(waits, [5, 10, 20, 2_560, 3_600, 3_600, 3_600, 3_600]);
    }
}
