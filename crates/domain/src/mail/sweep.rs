//! Dead letters are forgotten.

use std::time::Duration;

use super::Outbox;
use crate::ports::{StoreError, StoreExt};

/// How many rows go in one unit of work.
const BATCH: u32 = 500;

impl Outbox {
    /// How long a dead letter can be seen.
    pub const DEAD_LETTER_LIFETIME: Duration = Duration::from_secs(30 * 24 * 60 * 60);

    /// Deletes the dead letters that have been seen long enough. Returns how many.
    ///
    /// # Errors
    /// [`StoreError`]; what was deleted until then is deleted.
    pub async fn sweep(&self) -> Result<u64, StoreError> {
        let before = self.env.now() - Self::DEAD_LETTER_LIFETIME;
        let mut deleted = 0;
        loop {
            let batch = self
                .env
                .store
                .write(move |tx| tx.outbox().delete_dead(before, BATCH))
                .await?;
            deleted += batch;
            if batch < u64::from(BATCH) {
                return Ok(deleted);
            }
        }
    }
}
