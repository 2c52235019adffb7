//! The operator looks at how much mail there is.

use super::Outbox;
use crate::Timestamp;
use crate::ports::{StoreError, StoreExt};

/// What is in the outbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OutboxTally {
    /// How many mails wait, those that are being sent included.
    pub waiting: u64,
    /// When the oldest of them was written.
    pub oldest: Option<Timestamp>,
    /// How many dead letters there are.
    pub dead: u64,
}

impl Outbox {
    /// What is in the outbox.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn tally(&self) -> Result<OutboxTally, StoreError> {
        self.env.store.ask(|tx| tx.outbox().tally()).await
    }
}
