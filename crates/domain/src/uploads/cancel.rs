//! The owner gives an upload up.

use super::{UploadError, Uploads};
use crate::accounts::AccountId;
use crate::files::FileId;
use crate::ports::{AbandonedUpload, BlobError, StoreError, StoreExt, Tx};
use crate::sessions::Actor;
use crate::storage;

/// Forgets the upload; from here on it counts no more.
pub(super) fn take(
    tx: &mut dyn Tx,
    owner: AccountId,
    id: FileId,
) -> Result<Option<AbandonedUpload>, StoreError> {
    let taken = tx.uploads().take(owner, id)?;
    if let Some(upload) = &taken {
        storage::release(tx, owner, upload.size())?;
    }
    Ok(taken)
}

impl Uploads {
    /// Gives one of the caller's unfinished uploads up. Its key is gone for good when this returns, whatever becomes of
    /// its bytes. A complete upload is a file, and unknown here.
    ///
    /// # Errors
    /// [`UploadError`].
    pub async fn cancel(&self, actor: &Actor, id: FileId) -> Result<(), UploadError> {
        let owner = actor.account();
        let taken: Result<_, StoreError> =
            self.env.store.write(move |tx| take(tx, owner, id)).await;
        let taken = taken?.ok_or(UploadError::Unknown)?;
        // Bytes that nobody can open any more; what fails here, the sweep does and reports.
        let _ = self.clear(&taken).await;
        Ok(())
    }

    /// Removes the bytes of an upload that has no row any more, whether it still grew or had just been finished.
    pub(super) async fn clear(&self, abandoned: &AbandonedUpload) -> Result<(), BlobError> {
        let blobs = &self.ports.blobs;
        blobs.abandon(abandoned.blob, &abandoned.blob_state).await?;
        blobs.delete(abandoned.blob).await?;
        Ok(())
    }
}
