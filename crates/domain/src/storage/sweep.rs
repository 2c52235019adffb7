//! What was reserved for uploads that came to nothing is given back.

use super::reserve::give_back;
use super::{ReservationId, Storage};
use crate::ports::{StoreError, StoreExt};

/// How many are looked at in one go.
const BATCH: u32 = 500;

impl Storage {
    /// Gives back what was reserved for uploads that were dropped here. Returns how many there were.
    ///
    /// # Errors
    /// [`StoreError`]; those that are left are tried again the next time.
    pub async fn release_abandoned(&self) -> Result<u64, StoreError> {
        let mut abandoned = self.shared.take_abandoned();
        let mut released = 0;
        while let Some(id) = abandoned.pop() {
            match self.give_back(id).await {
                Ok(was_there) => released += u64::from(was_there),
                Err(error) => {
                    abandoned.push(id);
                    abandoned.into_iter().for_each(|id| self.shared.abandon(id));
                    return Err(error);
                }
            }
        }
        Ok(released)
    }

    /// Gives back what was reserved for uploads that nobody has heard of for an hour: of processes that died.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn sweep(&self) -> Result<u64, StoreError> {
        let now = self.env.now();
        let expired: Result<Vec<ReservationId>, StoreError> = self
            .env
            .store
            .ask(move |tx| tx.storage().list_expired_reservations(now, BATCH))
            .await;
        let mut released = 0;
        // A unit each: the rows of two accounts are never locked together.
        for id in expired? {
            released += u64::from(self.give_back(id).await?);
        }
        Ok(released)
    }

    async fn give_back(&self, id: ReservationId) -> Result<bool, StoreError> {
        self.env.store.write(move |tx| give_back(tx, id)).await
    }
}
