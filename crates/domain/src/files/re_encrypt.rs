//! The owner has a file encrypted anew: whoever has its old key opens nothing with it any more.

use std::future::poll_fn;

use thiserror::Error;

use super::seal::{GrantRow, key_binding, open_owned};
use super::upload::{BATCH, new_batch};
use super::{File, FileId, Files, OpenFileError, ReadFileError};
use crate::Secret;
use crate::audit::{AuditEvent, AuditKind};
use crate::ports::{
    BlobDigest, BlobError, BlobName, ByteStream, FileCipherError, FileKey, SealError, Sealer,
    StoreError, StoreExt, StoredFile, StoredGrant, Tx,
};
use crate::sessions::Actor;

/// Why a file was not encrypted anew. It is as it was then.
#[derive(Debug, Error)]
pub enum ReEncryptError {
    /// There is no such file, or it is somebody else's: nobody can tell which.
    #[error("no such file")]
    Unknown,
    /// The server has no key to it.
    #[error(
        "this file is end-to-end encrypted, and the server has no key to it: store it anew under a new key, and delete this one"
    )]
    EndToEnd,
    /// Somebody else did so meanwhile.
    #[error("the file was encrypted anew by another request meanwhile")]
    Changed,
    /// What is stored does not open.
    #[error(transparent)]
    Read(#[from] ReadFileError),
    /// What is stored does not open, or what was sealed a moment ago.
    #[error(transparent)]
    Cipher(#[from] FileCipherError),
    /// The row does not open.
    #[error("the row of a stored file cannot be opened")]
    Sealed(#[from] SealError),
    /// The blob store failed.
    #[error(transparent)]
    Blob(#[from] BlobError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<OpenFileError> for ReEncryptError {
    fn from(error: OpenFileError) -> Self {
        match error {
            OpenFileError::Unknown => Self::Unknown,
            OpenFileError::EndToEnd => Self::EndToEnd,
            // The whole file is asked for: no range is beyond it.
            OpenFileError::OutOfRange { .. } => Self::Cipher(FileCipherError::Damaged),
            OpenFileError::Sealed(error) => Self::Sealed(error),
            OpenFileError::Damaged(error) => Self::Cipher(error),
            OpenFileError::Blob(error) => Self::Blob(error),
            OpenFileError::Store(error) => Self::Store(error),
        }
    }
}

impl Files {
    /// Seals one of the caller's files under a new key into a new blob, chunk by chunk; then the row leads there, those whom it
    /// is shared with get wraps of the new key, its links end, and the old blob goes. Wherever that breaks off, the old file or
    /// the new one is there as a whole, and [`Files::sweep`] takes the other.
    ///
    /// # Errors
    /// [`ReEncryptError`].
    pub async fn re_encrypt(&self, actor: &Actor, id: FileId) -> Result<File, ReEncryptError> {
        let owner = actor.account();
        let found = self.env.store.ask(move |tx| tx.files().find(owner, id));
        let found: Result<_, StoreError> = found.await;
        let old = found?.ok_or(ReEncryptError::Unknown)?;
        let opened = self.open_stored(&old)?;
        let content = self.read_content(&opened, 0..old.size).await?;
        let key: FileKey = Secret::new(self.env.random());
        let blob = BlobName::from_bytes(self.env.random());
        let digest = self.seal_anew(&id, &key, blob, content).await?;
        let new = StoredFile {
            blob,
            digest,
            sealed_key: self
                .ports
                .sealer
                .seal(&key_binding(&id, &owner), key.expose()),
            key_disclosed_at: None,
            ..old.clone()
        };
        let file = open_owned(&new, &*self.ports.sealer)?;
        let event =
            AuditEvent::by(actor, &self.env, AuditKind::FileReEncrypted).about(*id.as_bytes());
        let (sealer, before) = (self.ports.sealer.clone(), old.blob);
        let swapped = self
            .env
            .store
            .write(move |tx| swap(tx, before, &new, &key, &*sealer, &event))
            .await;
        let useless = match &swapped {
            Ok(()) => Some(old.blob),
            // Nobody can tell which of the two the row leads to: the sweep will look.
            Err(ReEncryptError::Store(StoreError::Unavailable(_))) => None,
            Err(_) => Some(blob),
        };
        if let Some(useless) = useless {
            // If this fails, the sweep finds the blob.
            let _ = self.ports.blobs.delete(useless).await;
        }
        swapped.map(|()| file)
    }

    /// Returns the digest of the new blob.
    async fn seal_anew(
        &self,
        id: &FileId,
        key: &FileKey,
        blob: BlobName,
        mut content: ByteStream<ReadFileError>,
    ) -> Result<BlobDigest, ReEncryptError> {
        let mut sealer = self.ports.cipher.seal(id, key);
        let mut writer = self.ports.blobs.create(blob).await?;
        let mut sealed = new_batch();
        while let Some(piece) = poll_fn(|context| content.as_mut().poll_next(context)).await {
            sealer.push(&piece?, &mut sealed)?;
            if sealed.len() >= BATCH {
                let full = std::mem::replace(&mut sealed, new_batch());
                writer.write(full.into()).await?;
            }
        }
        sealer.finish(&mut sealed)?;
        writer.write(sealed.into()).await?;
        Ok(writer.commit().await?)
    }
}

/// Has the row of the file lead to its new blob, if it still leads to `before`.
fn swap(
    tx: &mut dyn Tx,
    before: BlobName,
    new: &StoredFile,
    key: &FileKey,
    sealer: &dyn Sealer,
    event: &AuditEvent,
) -> Result<(), ReEncryptError> {
    let there = tx.files().lock(new.owner, new.id)?;
    let there = there.ok_or(ReEncryptError::Unknown)?;
    if there.blob != before {
        return Err(ReEncryptError::Changed);
    }
    for grant in tx.file_grants().list(new.id, Files::MAX_SHARES)? {
        let row = GrantRow::new(new.id, grant.grantee);
        let wrapped = StoredGrant {
            file: new.id,
            grantee: grant.grantee,
            sealed_key: sealer.seal(&row.binding(), key.expose()),
            created_at: grant.created_at,
        };
        tx.file_grants().put(&wrapped, Files::MAX_SHARES)?;
    }
    // Their secrets are not here to wrap the new key under.
    tx.file_links().remove_all(new.id)?;
    tx.files().replace(new)?;
    tx.audit().append(event)?;
    Ok(())
}

domain_error!(ReEncryptError {
    Unknown: NotFound, "unknown-file";
    EndToEnd: Conflict, "end-to-end-encrypted";
    Changed: Conflict, "file-changed";
    Read: Internal, "internal-error";
    Cipher: Internal, "internal-error";
    Sealed: Internal, "internal-error";
} else { Blob, Store });
