//! What is over is deleted.

use super::Messages;
use crate::ports::{StoreError, StoreExt};

/// How many messages lose their content in one unit of work.
const BATCH: u32 = 500;

impl Messages {
    /// Takes the content of every message away whose time is over, and says how many there were. Nobody sees it before that
    /// either; this is what makes the bytes go.
    ///
    /// # Errors
    /// [`StoreError`]. What was deleted until then is deleted.
    pub async fn sweep(&self) -> Result<u64, StoreError> {
        let mut swept = 0;
        loop {
            let now = self.env.now();
            let batch: u64 = self
                .env
                .store
                .write(move |tx| tx.messages().expire(now, BATCH))
                .await?;
            swept += batch;
            if batch < u64::from(BATCH) {
                return Ok(swept);
            }
        }
    }
}
