//! Whether the server has room, before an upload and while it goes.

use std::sync::PoisonError;
use std::time::Duration;

use super::{Storage, StorageRefused};
use crate::Timestamp;
use crate::ports::{StoreError, StoreExt};

/// How long a reading of the sum is good. In this time other instances may take what it does not know of.
const READING_LASTS: Duration = Duration::from_secs(5);

/// What all accounts store together.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading {
    /// When it was read.
    at: Timestamp,
    /// The sum, with what was admitted here since.
    bytes: u64,
}

impl Storage {
    /// Whether there is room for `bytes` more: that the disk keeps its floor, and that all accounts together stay within their
    /// quota. What is admitted counts at once, also if nothing comes of it, until the sum is read again.
    ///
    /// # Errors
    /// [`StorageRefused`], but never [`StorageRefused::OverQuota`].
    pub async fn admit(&self, bytes: u64) -> Result<(), StorageRefused> {
        self.check_floor(bytes).await?;
        let Some(total) = self.rules.total else {
            return Ok(());
        };
        if self.reading().is_none() {
            let sum: Result<u64, StoreError> = self.env.store.ask(|tx| tx.storage().sum()).await;
            let reading = Reading {
                at: self.env.now(),
                bytes: sum?,
            };
            *self.lock_reading() = Some(reading);
        }
        let mut reading = self.lock_reading();
        let taken = reading.map_or(0, |reading| reading.bytes);
        let after = taken.saturating_add(bytes);
        if after > total {
            return Err(StorageRefused::Full);
        }
        if let Some(reading) = reading.as_mut() {
            reading.bytes = after;
        }
        drop(reading);
        Ok(())
    }

    pub(super) async fn check_floor(&self, bytes: u64) -> Result<(), StorageRefused> {
        let floor = self.rules.free_space_floor;
        if floor == 0 {
            return Ok(());
        }
        let free = self.blobs.free_space().await?;
        if free.is_some_and(|free| free < floor.saturating_add(bytes)) {
            return Err(StorageRefused::Full);
        }
        Ok(())
    }

    /// The last reading while it is good.
    fn reading(&self) -> Option<Reading> {
        let now = self.env.now();
        let reading = *self.lock_reading();
        reading.filter(|reading| now.since(reading.at) < READING_LASTS)
    }

    fn lock_reading(&self) -> std::sync::MutexGuard<'_, Option<Reading>> {
        let reading = self.shared.total.lock();
        reading.unwrap_or_else(PoisonError::into_inner)
    }
}
