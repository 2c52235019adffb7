//! What is over goes.

use super::Authentication;
use crate::ports::{StoreError, StoreExt};

/// How many rows of a kind one unit of work deletes at most.
const BATCH: u32 = 500;

impl Authentication {
    /// Deletes tickets that have expired and counters that say nothing any more. To be called now and then; says how
    /// many rows went.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn sweep(&self) -> Result<u64, StoreError> {
        let now = self.env.now();
        self.env
            .store
            .write(move |tx| {
                let tickets = tx.tickets().sweep(now, BATCH)?;
                Ok(tickets + tx.throttles().sweep(now, BATCH)?)
            })
            .await
    }
}
