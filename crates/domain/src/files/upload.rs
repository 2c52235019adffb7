//! Somebody stores a file: its bytes are sealed as they come, made durable, and only then get a row.

use std::future::poll_fn;

use thiserror::Error;

use super::seal::{key_binding, name_binding, open_labels, type_binding};
use super::{ContentType, File, FileId, FileName, Files, SealedLayout};
use crate::Secret;
use crate::ports::{
    BlobError, BlobName, ByteStream, FileCipherError, FileKey, SealError, SealedFile, StoreError,
    StoreExt, StoredFile, Tx,
};
use crate::sessions::Actor;
use crate::storage::{Claim, Reservation, StorageRefused, settle};

/// How many sealed bytes are handed to the blob store at once.
const BATCH: usize = 16 * SealedLayout::SEALED_CHUNK;

/// What is said about a file before its bytes come.
#[derive(Debug, Clone)]
pub struct NewFile {
    /// Its name.
    pub name: Option<FileName>,
    /// Its media type.
    pub content_type: ContentType,
    /// How many bytes will come, if that is known.
    pub length: Option<u64>,
}

/// The bytes stopped coming before all of them were there. Whoever feeds the upload knows why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the body ended before all of it was there")]
pub struct BrokenBody;

/// Why a file was not stored. Nothing of it is kept then.
#[derive(Debug, Error)]
pub enum UploadFileError {
    /// More bytes than a file may have.
    #[error("a file may have at most {limit} bytes")]
    TooLarge {
        /// How many it may have.
        limit: u64,
    },
    /// Not all bytes came.
    #[error(transparent)]
    Broken(#[from] BrokenBody),
    /// There is no room for it.
    #[error(transparent)]
    Storage(#[from] StorageRefused),
    /// What was sealed a moment ago does not open.
    #[error("the new file cannot be opened")]
    Sealed(#[from] SealError),
    /// The blob store failed.
    #[error(transparent)]
    Blob(#[from] BlobError),
}

impl Files {
    /// Seals and stores what `body` brings. When it returns, the file survives a power cut. Dropped or failed, it leaves
    /// no row; a blob without one is found by [`Files::sweep`].
    ///
    /// # Errors
    /// [`UploadFileError`].
    pub async fn upload(
        &self,
        actor: &Actor,
        new: NewFile,
        body: ByteStream<BrokenBody>,
    ) -> Result<File, UploadFileError> {
        self.check_size(new.length.unwrap_or(0))?;
        let mut room = self.storage.reserve(actor.account(), new.length).await?;
        let stored = self.store(actor, &new, &mut room, body).await;
        match stored {
            Ok(_) => room.settled(),
            // Before the answer, so that who tries again finds the room.
            Err(_) => room.give_back().await,
        }
        stored
    }

    async fn store(
        &self,
        actor: &Actor,
        new: &NewFile,
        room: &mut Reservation,
        body: ByteStream<BrokenBody>,
    ) -> Result<File, UploadFileError> {
        let (id, key) = (self.env.new_id(), Secret::new(self.env.random()));
        let blob = BlobName::from_bytes(self.env.random());
        let sealed = self.seal_to_blob(&id, &key, blob, room, body).await?;
        let stored = self.to_row(actor, id, &key, blob, new, &sealed);
        let file = open_labels(&stored, &*self.ports.sealer)?;
        let (row, claim) = (stored.clone(), room.claim());
        let kept: Result<(), StorageRefused> = self
            .env
            .store
            .write(move |tx| insert(tx, &row, claim))
            .await;
        match kept {
            Ok(()) => Ok(file),
            // Nobody can tell whether the row is there: the sweep will look.
            Err(error @ StorageRefused::Store(StoreError::Unavailable(_))) => Err(error.into()),
            Err(error) => {
                // If this fails too, the sweep finds the blob.
                let _ = self.ports.blobs.delete(blob).await;
                Err(error.into())
            }
        }
    }

    fn check_size(&self, size: u64) -> Result<(), UploadFileError> {
        let limit = self.max_size.unwrap_or(SealedLayout::MAX_PLAINTEXT);
        if size > limit {
            return Err(UploadFileError::TooLarge { limit });
        }
        Ok(())
    }

    async fn seal_to_blob(
        &self,
        id: &FileId,
        key: &FileKey,
        blob: BlobName,
        room: &mut Reservation,
        mut body: ByteStream<BrokenBody>,
    ) -> Result<SealedFile, UploadFileError> {
        let mut sealer = self.ports.cipher.seal(id, key);
        let mut writer = self.ports.blobs.create(blob).await?;
        let mut sealed = Vec::with_capacity(BATCH);
        let mut size: u64 = 0;
        while let Some(piece) = poll_fn(|context| body.as_mut().poll_next(context)).await {
            let piece = piece?;
            size = size.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
            self.check_size(size)?;
            sealer.push(&piece, &mut sealed).map_err(too_long)?;
            if sealed.len() >= BATCH {
                room.cover(size).await?;
                let full = std::mem::replace(&mut sealed, Vec::with_capacity(BATCH));
                writer.write(full.into()).await?;
            }
        }
        let outcome = sealer.finish(&mut sealed).map_err(too_long)?;
        writer.write(sealed.into()).await?;
        writer.commit().await?;
        Ok(outcome)
    }

    fn to_row(
        &self,
        actor: &Actor,
        id: FileId,
        key: &FileKey,
        blob: BlobName,
        new: &NewFile,
        sealed: &SealedFile,
    ) -> StoredFile {
        let (owner, sealer) = (actor.account(), &*self.ports.sealer);
        let name = new.name.as_ref();
        StoredFile {
            id,
            owner,
            blob,
            size: sealed.layout.size(),
            digest: sealed.digest,
            sealed_key: sealer.seal(&key_binding(&id, &owner), key.expose()),
            sealed_name: name
                .map(|name| sealer.seal(&name_binding(&id, &owner), name.as_str().as_bytes())),
            sealed_type: sealer.seal(
                &type_binding(&id, &owner),
                new.content_type.as_str().as_bytes(),
            ),
            created_at: self.env.now(),
        }
    }
}

/// Adds the row; from here on its bytes count as the file's.
fn insert(tx: &mut dyn Tx, row: &StoredFile, claim: Claim) -> Result<(), StorageRefused> {
    tx.files().insert(row)?;
    settle(tx, claim, row.size)
}

/// Sealing fails for no other reason.
const fn too_long(_: FileCipherError) -> UploadFileError {
    UploadFileError::TooLarge {
        limit: SealedLayout::MAX_PLAINTEXT,
    }
}

domain_error!(UploadFileError {
    TooLarge: TooLarge, "file-too-large";
    Broken: Invalid, "incomplete-body";
    Sealed: Internal, "internal-error";
} else { Storage, Blob });
