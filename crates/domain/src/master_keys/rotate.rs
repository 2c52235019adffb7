//! The operator makes a master key, and lets a new one take the old one's place.

use thiserror::Error;

use super::attend::seals_from;
use super::{MasterKeyId, MasterKeys};
use crate::operators::Operator;
use crate::ports::{KeyringFailure, NotedMasterKey, StoreError, StoreExt};

/// What came of asking for a rotation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rotation {
    /// This key seals now, and everything is being sealed anew under it.
    Begun(MasterKeyId),
    /// One was under way and goes on.
    UnderWay(MasterKeyId),
}

/// Why no key was made or none took the other's place.
#[derive(Debug, Error)]
pub enum RotateError {
    /// There may be other instances, which do not have the new key.
    #[error(
        "other instances may serve this database, and they need the new key first: make it with `sealpost keys new`, copy \
         the key file to each of them, wait half a minute and rotate then; or, if there is no other instance, add --alone"
    )]
    OthersNeedTheKey,
    /// The key file.
    #[error(transparent)]
    Keyring(#[from] KeyringFailure),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

domain_error!(RotateError {
    OthersNeedTheKey: Conflict, "others-need-the-key";
} else { Keyring, Store });

impl MasterKeys {
    /// Makes a key that opens and does not seal yet, so that it can be brought to other instances before it does.
    ///
    /// # Errors
    /// [`RotateError`].
    pub async fn add(&self, _: Operator) -> Result<MasterKeyId, RotateError> {
        self.keyring.reread().await?;
        Ok(self.keyring.add().await?)
    }

    /// Lets a new key seal, the one that [`MasterKeys::add`] made or another, and has everything sealed anew under it. If
    /// that is under way already, or something rests under an older key and no new key waits, no further key is made.
    /// `alone`: no other instance serves this database.
    ///
    /// # Errors
    /// [`RotateError`].
    pub async fn rotate(&self, _: Operator, alone: bool) -> Result<Rotation, RotateError> {
        self.attend().await?;
        let noted: Result<_, StoreError> = self
            .env
            .store
            .read(|tx| Ok((tx.master_keys().list()?, tx.master_keys().find_rewrap()?)))
            .await;
        let (noted, rewrap) = noted?;
        let keys = self.keyring.keys();
        let sealing = keys.last().copied();
        if let Some(rewrap) = rewrap
            && rewrap.finished_at.is_none()
            && Some(rewrap.key) == sealing
        {
            return Ok(Rotation::UnderWay(rewrap.key));
        }
        let key = match (waiting(&keys, &noted), sealing) {
            (Some(waiting), _) => waiting,
            (None, Some(sealing)) if self.rests_elsewhere(sealing).await? => sealing,
            _ if self.is_shared && !alone => return Err(RotateError::OthersNeedTheKey),
            _ => self.keyring.add().await?,
        };
        if Some(key) != sealing {
            self.keyring.promote(key).await?;
        }
        let now = self.env.now();
        let begun: Result<(), StoreError> = self
            .env
            .store
            .write(move |tx| {
                seals_from(tx, key, now)?;
                tx.master_keys().begin(key, now)
            })
            .await;
        begun?;
        Ok(Rotation::Begun(key))
    }

    /// Whether anything rests under another key than this one.
    async fn rests_elsewhere(&self, key: MasterKeyId) -> Result<bool, StoreError> {
        let columns = self.count().await?;
        Ok(columns
            .iter()
            .flat_map(|column| &column.rows)
            .any(|(under, _)| *under != Some(key)))
    }
}

/// The newest key that has never sealed.
fn waiting(keys: &[MasterKeyId], noted: &[NotedMasterKey]) -> Option<MasterKeyId> {
    let has_sealed = |key: &MasterKeyId| noted.iter().any(|noted| noted.id == *key);
    keys.iter().rev().find(|key| !has_sealed(key)).copied()
}
