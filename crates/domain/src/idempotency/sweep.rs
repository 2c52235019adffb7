//! Keys are forgotten in time.

use super::Idempotency;
use crate::ports::{StoreError, StoreExt};

impl Idempotency {
    /// Deletes keys that are not remembered any longer. To be called now and then; says how many went.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn sweep(&self) -> Result<u64, StoreError> {
        let now = self.env.now();
        self.env
            .store
            .write(move |tx| tx.idempotency().sweep(now, 500))
            .await
    }
}
