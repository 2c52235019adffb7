//! The server keeps itself supplied with data keys.

use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;

use super::service::Held;
use super::{DataKey, DataKeys};
use crate::Timestamp;
use crate::ports::{
    Binding, DataKeyFailure, NewDataKeyPair, SealError, SealPurpose, StoreError, StoreExt,
};

/// A retired pair's row outlives it a little, for those whose clock is behind.
const LINGER: Duration = Duration::from_secs(60);

/// Why there may be no data key.
#[derive(Debug, Error)]
pub enum MaintainError {
    /// The library failed.
    #[error(transparent)]
    Cipher(#[from] DataKeyFailure),
    /// A stored pair does not open.
    #[error("data key {generation} in the database cannot be opened")]
    Sealed {
        /// Which.
        generation: u32,
        /// Why.
        #[source]
        error: SealError,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl DataKeys {
    /// Deletes what has retired, makes the next pair if its time is near, and reads what the other instances have made.
    /// To be called at the start and every half minute. Making a pair takes seconds.
    ///
    /// # Errors
    /// [`MaintainError`]; what this instance knew before stays in use.
    pub async fn maintain(&self) -> Result<(), MaintainError> {
        let now = self.env.now();
        let mut stored = self.stored(now).await?;
        let newest = stored.first();
        if newest.is_none_or(|key| key.serves_until <= now + DataKey::AHEAD) {
            let generation = newest.map_or(0, |key| key.generation).saturating_add(1);
            let serves_from = newest.map_or(now, |key| key.serves_until.max(now));
            let pair = self.cipher.generate().await?;
            let key = self.seal(generation, serves_from, pair);
            // If another instance was faster, its pair is the one.
            self.env
                .store
                .write(move |tx| tx.data_keys().insert_new(&key))
                .await
                .map_err(MaintainError::Store)?;
            stored = self.stored(now).await?;
        }
        self.hold(stored)
    }

    async fn stored(&self, now: Timestamp) -> Result<Vec<DataKey>, StoreError> {
        let keys = self.env.store.ask(|tx| tx.data_keys().list()).await?;
        let overdue = |key: &DataKey| key.retires_at + LINGER <= now;
        if keys.iter().any(overdue) {
            let before = now - LINGER;
            self.env
                .store
                .write(move |tx| tx.data_keys().delete_retired(before))
                .await?;
        }
        Ok(keys.into_iter().filter(|key| !overdue(key)).collect())
    }

    fn seal(&self, generation: u32, serves_from: Timestamp, pair: NewDataKeyPair) -> DataKey {
        let serves_until = serves_from + DataKey::SERVICE;
        DataKey {
            generation,
            public_pem: pair.public_pem,
            sealed_private: self
                .sealer
                .seal(&binding(&generation.to_be_bytes()), pair.private.expose()),
            serves_from,
            serves_until,
            retires_at: serves_until + DataKey::GRACE,
        }
    }

    fn hold(&self, stored: Vec<DataKey>) -> Result<(), MaintainError> {
        let known = self.ring();
        let held = stored
            .into_iter()
            .map(|key| match known.iter().find(|held| held.key == key) {
                Some(held) => Ok(Arc::clone(held)),
                None => self.load(key).map(Arc::new),
            });
        let ring = held.collect::<Result<Vec<_>, MaintainError>>()?;
        self.replace_ring(ring.into());
        Ok(())
    }

    fn load(&self, key: DataKey) -> Result<Held, MaintainError> {
        let generation = key.generation;
        let private = self
            .sealer
            .open(&binding(&generation.to_be_bytes()), &key.sealed_private)
            .map_err(|error| MaintainError::Sealed { generation, error })?;
        Ok(Held {
            opener: self.cipher.load(&private)?,
            key,
        })
    }
}

const fn binding(row: &[u8; 4]) -> Binding<'_> {
    Binding {
        purpose: SealPurpose::Server,
        table: "data_keys",
        column: "sealed_private",
        row: row.as_slice(),
        owner: &[],
    }
}
