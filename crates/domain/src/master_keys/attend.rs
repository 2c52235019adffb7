//! The server looks after its keys: at the start, and now and then.

use super::{MasterKeyId, MasterKeys, RotateError};
use crate::Timestamp;
use crate::ports::{StoreError, StoreExt, Tx};

impl MasterKeys {
    /// Reads the key file again. A key that seals for the first time is noted, and if there are others, everything under
    /// them is to be sealed anew. To be called at the start and every few seconds.
    ///
    /// # Errors
    /// [`RotateError`]; what was known before stays in use.
    pub async fn attend(&self) -> Result<(), RotateError> {
        self.keyring.reread().await?;
        let keys = self.keyring.keys();
        let Some(sealing) = keys.last().copied() else {
            return Ok(());
        };
        let now = self.env.now();
        let known = self
            .env
            .store
            .ask(move |tx| tx.master_keys().list())
            .await
            .map_err(RotateError::Store)?;
        if known.iter().any(|key| key.id == sealing) {
            return Ok(());
        }
        let has_older = keys.len() > 1;
        let noted: Result<(), StoreError> = self
            .env
            .store
            .write(move |tx| {
                if seals_from(tx, sealing, now)? && has_older {
                    tx.master_keys().begin(sealing, now)?;
                }
                Ok(())
            })
            .await;
        Ok(noted?)
    }
}

/// Notes that this key seals from now on, and the others no more. False if it has sealed before.
pub(super) fn seals_from(
    tx: &mut dyn Tx,
    key: MasterKeyId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    tx.master_keys().note_sealing(key, now)
}
