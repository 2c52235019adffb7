//! Whoever seals a file themselves has to know its id before: it is bound into every byte of it.

use std::time::Duration;

use thiserror::Error;

use super::{FileId, Files};
use crate::Timestamp;
use crate::accounts::AccountId;
use crate::ports::{StoreError, StoreExt};
use crate::sessions::Actor;

/// An id that was handed out for a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReservedFileId {
    /// The id: it was never another file's, and never will be.
    pub id: FileId,
    /// Who may store a file under it, once.
    pub owner: AccountId,
    /// Until when.
    pub expires_at: Timestamp,
}

/// A [`ReservedFileId`], and what it is sealed with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealingTerms {
    /// The id.
    pub reserved: ReservedFileId,
    /// How the file is to be sealed.
    pub algorithm: &'static str,
    /// What binds it to the id.
    pub context: Vec<u8>,
}

/// Why no id is handed out.
#[derive(Debug, Error)]
pub enum ReserveFileIdError {
    /// The account has as many as one can have.
    #[error("this account has 100 file ids that were not used: use one, or wait until they expire")]
    TooMany,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Files {
    /// How many ids an account can have that it has not used.
    pub const MAX_RESERVED: u32 = 100;
    /// How long an id is kept for its account.
    pub const RESERVED_FOR: Duration = Duration::from_secs(24 * 60 * 60);

    /// An id for a file that the caller seals, good for one file within [`Files::RESERVED_FOR`].
    ///
    /// # Errors
    /// [`ReserveFileIdError`].
    pub async fn reserve_id(&self, actor: &Actor) -> Result<SealingTerms, ReserveFileIdError> {
        let now = self.env.now();
        let reserved = ReservedFileId {
            id: self.env.new_id(),
            owner: actor.account(),
            expires_at: now + Self::RESERVED_FOR,
        };
        let kept = self.env.store.write(move |tx| {
            let kept = tx.file_ids().insert(&reserved, Self::MAX_RESERVED, now)?;
            kept.then_some(()).ok_or(ReserveFileIdError::TooMany)
        });
        kept.await?;
        let cipher = &self.ports.cipher;
        Ok(SealingTerms {
            reserved,
            algorithm: cipher.algorithm(),
            context: cipher.context(&reserved.id),
        })
    }

    /// Forgets ids that nobody has used in time; says how many.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn sweep_reserved_ids(&self) -> Result<u64, StoreError> {
        let now = self.env.now();
        self.env
            .store
            .write(move |tx| tx.file_ids().sweep(now, 500))
            .await
    }
}

domain_error!(ReserveFileIdError {
    TooMany: Conflict, "too-many-file-ids";
} else { Store });
