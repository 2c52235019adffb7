//! What is over goes.

use super::Recoveries;
use crate::ports::{StoreError, StoreExt};

/// How many rows of a kind one unit of work deletes at most.
const BATCH: u32 = 500;

impl Recoveries {
    /// Deletes recoveries and mailed codes that have expired. To be called now and then; says how many rows went.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn sweep(&self) -> Result<u64, StoreError> {
        let now = self.env.now();
        self.env
            .store
            .write(move |tx| {
                let recoveries = tx.recoveries().sweep(now, BATCH)?;
                Ok(recoveries + tx.codes().sweep(now, BATCH)?)
            })
            .await
    }
}
