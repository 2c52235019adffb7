//! The owner deletes a file: its key first, so that what is left cannot be opened.

use thiserror::Error;

use super::unshare::tell_unshared;
use super::{FileId, Files};
use crate::accounts::AccountId;
use crate::ports::{BlobError, ShreddedFile, StoreError, StoreExt, Tx};
use crate::sessions::Actor;
use crate::{Timestamp, storage};

/// Why a file was not deleted.
#[derive(Debug, Error)]
pub enum DeleteFileError {
    /// There is none, or it is somebody else's: nobody can tell which.
    #[error("no such file")]
    Unknown,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why the rest of a shredded file is still there.
#[derive(Debug, Error)]
pub(super) enum ClearError {
    #[error(transparent)]
    Blob(#[from] BlobError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Files {
    /// Deletes one of the caller's files. When it returns, the key is destroyed for good, whatever becomes of the rest.
    ///
    /// # Errors
    /// [`DeleteFileError`].
    pub async fn delete(&self, actor: &Actor, id: FileId) -> Result<(), DeleteFileError> {
        let (owner, now) = (actor.account(), self.env.now());
        let shredded = self
            .env
            .store
            .write(move |tx| shred(tx, owner, id, now))
            .await?;
        // Bytes that nobody can open any more; what fails here, the sweep does and reports.
        let _ = self.clear(shredded).await;
        Ok(())
    }

    /// Removes what is left of a shredded file: the blob, then the row that knows of it.
    pub(super) async fn clear(&self, shredded: ShreddedFile) -> Result<(), ClearError> {
        self.ports.blobs.delete(shredded.blob).await?;
        let removed: Result<bool, StoreError> = self
            .env
            .store
            .write(move |tx| tx.files().remove(shredded.id))
            .await;
        removed?;
        Ok(())
    }
}

/// Destroys the key, so that from here on the file counts no more, and tells those whom it was shared with.
pub(super) fn shred(
    tx: &mut dyn Tx,
    owner: AccountId,
    id: FileId,
    now: Timestamp,
) -> Result<ShreddedFile, DeleteFileError> {
    // Before they are gone; of a file that is somebody else's nobody is told.
    let grants = tx.file_grants().list(id, Files::MAX_SHARES)?;
    let shredded = tx.files().shred(owner, id, now)?;
    let shredded = shredded.ok_or(DeleteFileError::Unknown)?;
    storage::release(tx, owner, shredded.size)?;
    if !grants.is_empty() {
        let readers: Vec<AccountId> = grants.iter().map(|grant| grant.grantee).collect();
        tell_unshared(tx, &readers, id, now);
    }
    Ok(shredded)
}

domain_error!(DeleteFileError {
    Unknown: NotFound, "unknown-file";
} else { Store });
