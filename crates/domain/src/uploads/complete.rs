//! All bytes of an upload are there: the file takes its place.

use super::scan::Account;
use super::service::Found;
use super::sitting::{Sitting, place};
use super::{Upload, UploadError, Uploads};
use crate::files::{SealedLayout, open_owned};
use crate::ports::{BlobDigest, BlobError, StoreError, StoreExt, StoredFile, StoredUpload, Tx};

impl Uploads {
    /// Seals the last chunk, makes the blob whole and durable, and only then the file.
    pub(super) async fn complete(&self, mut sitting: Sitting) -> Result<Upload, UploadError> {
        if !sitting.account.is_whole(sitting.layout) {
            sitting.seal_pending().await?;
        }
        sitting.flush().await?;
        match sitting.blob.finish().await {
            Ok(()) => {
                self.make_file(sitting.row, sitting.layout, sitting.account)
                    .await
            }
            // Given up in the meantime.
            Err(BlobError::Missing) => Err(UploadError::Unknown),
            Err(error) => Err(error.into()),
        }
    }

    /// The file's row takes the place of the upload's. The blob is whole.
    pub(super) async fn make_file(
        &self,
        row: StoredUpload,
        layout: SealedLayout,
        account: Account,
    ) -> Result<Upload, UploadError> {
        let from = place(&row);
        let (owner, id, blob) = (row.owner, row.id, row.blob);
        let stored = StoredFile {
            id,
            owner,
            blob,
            size: layout.size(),
            digest: BlobDigest::Sha256(account.digest.finish()),
            sealed_key: row.sealed_key,
            sealed_name: row.sealed_name,
            sealed_type: row.sealed_type,
            protection: row.protection,
            key_disclosed_at: None,
            created_at: self.env.now(),
        };
        let file = open_owned(&stored, &*self.ports.sealer)?;
        let replaced: Result<bool, StoreError> = self
            .env
            .store
            .write(move |tx| replace(tx, &stored, from))
            .await;
        if replaced? {
            return Ok(Upload::complete(file));
        }
        match self.find(owner, id).await {
            Ok(Found::Complete(file)) => Ok(Upload::complete(*file)),
            Ok(Found::Unfinished(_)) => Err(UploadError::Locked),
            Err(error) => {
                // Given up in the meantime. If this fails, the sweep finds it.
                let _ = self.ports.blobs.delete(blob).await;
                Err(error)
            }
        }
    }
}

pub(super) fn replace(
    tx: &mut dyn Tx,
    file: &StoredFile,
    from: (u64, u64),
) -> Result<bool, StoreError> {
    let replaced = tx.uploads().complete(file.id, from)?;
    if replaced {
        tx.files().insert(file)?;
    }
    Ok(replaced)
}
