//! What is over goes.

use super::Recoveries;
use crate::ports::{StoreError, StoreExt};

/// How many rows of a kind one unit of work deletes at most.
const BATCH: u32 = 500;

/// How many recoveries of nobody there may be. The oldest give way: no code opens them anyway, and whoever asks is told the
/// same with and without them. Those of accounts are bounded by the rate of each account.
const NOBODYS: u32 = 50_000;

/// How many of them go at once.
const TRIMMED: u32 = 10_000;

impl Recoveries {
    /// Deletes recoveries and mailed codes that have expired, and recoveries of nobody of which there are too many. To be called now and then; says how many rows went.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn sweep(&self) -> Result<u64, StoreError> {
        let now = self.env.now();
        self.env
            .store
            .write(move |tx| {
                let recoveries = tx.recoveries().sweep(now, BATCH)?;
                let nobodys = tx.recoveries().trim_nobodys(NOBODYS, TRIMMED)?;
                Ok(recoveries + nobodys + tx.codes().sweep(now, BATCH)?)
            })
            .await
    }
}
