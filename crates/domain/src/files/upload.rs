//! Somebody stores a file: its bytes are sealed as they come, made durable, and only then get a row.

use std::future::poll_fn;

use thiserror::Error;

use super::seal::{key_binding, name_binding, open_owned, type_binding};
use super::{ContentType, File, FileId, FileName, Files, SealedLayout};
use crate::accounts::AccountId;
use crate::messages::Protection;
use crate::ports::{
    BlobDigest, BlobError, BlobName, ByteStream, FileCipherError, FileKey, SealError, StoreError,
    StoreExt, StoredFile, Tx,
};
use crate::sessions::Actor;
use crate::storage::{Claim, Reservation, StorageRefused, settle};
use crate::uploads::{Checking, ChecksumMismatch, ExpectedChecksum};
use crate::{Secret, Timestamp};

/// How many sealed bytes are handed to the blob store at once.
pub(super) const BATCH: usize = 16 * SealedLayout::SEALED_CHUNK;

/// Room for a batch, and for the piece that fills it: those that come over HTTP have at most 64 KiB.
pub(super) fn new_batch() -> Vec<u8> {
    Vec::with_capacity(BATCH + 5 * SealedLayout::SEALED_CHUNK)
}

/// What a file came to.
pub(super) struct SealedFile {
    /// How long the plaintext was, and so where each chunk lies.
    pub(super) layout: SealedLayout,
    /// Of all the sealed bytes.
    pub(super) digest: BlobDigest,
}

/// What is said about a file before its bytes come.
#[derive(Debug, Clone)]
pub struct NewFile {
    /// Its name.
    pub name: Option<FileName>,
    /// Its media type.
    pub content_type: ContentType,
    /// How many bytes will come, if that is known.
    pub length: Option<u64>,
    /// What the bytes come to, if the client says: nothing is kept that comes to something else.
    pub checksums: Vec<ExpectedChecksum>,
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
    /// No file is sealed to so many bytes.
    #[error("no file is sealed to so many bytes: seal it as c2sp.org/chunked-encryption@v1 says")]
    NotSealed,
    /// The id was not handed out to the caller, or its time is over, or a file has it already.
    #[error(
        "this id is not for a file of yours, or no longer: get a new one and seal the file for it"
    )]
    UnreservedId,
    /// The bytes are not what the client sent.
    #[error(transparent)]
    Mismatch(#[from] ChecksumMismatch),
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
        end(room, &stored).await;
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
        let sealed = self
            .seal_to_blob(&id, &key, blob, (new, &mut *room), body)
            .await?;
        let stored = self.to_row(
            (actor.account(), id),
            (Protection::Server, key.expose()),
            blob,
            new,
            &sealed,
        );
        self.keep(stored, room.claim()).await
    }

    /// Stores the row of a blob that is durable, and gives the file as its owner sees it.
    pub(super) async fn keep(
        &self,
        stored: StoredFile,
        claim: Claim,
    ) -> Result<File, UploadFileError> {
        let file = open_owned(&stored, &*self.ports.sealer)?;
        let (blob, now) = (stored.blob, self.env.now());
        let kept = self
            .env
            .store
            .write(move |tx| insert(tx, &stored, claim, now))
            .await;
        match kept {
            Ok(()) => Ok(file),
            // Nobody can tell whether the row is there: the sweep will look.
            Err(
                error @ UploadFileError::Storage(StorageRefused::Store(StoreError::Unavailable(_))),
            ) => Err(error),
            Err(error) => {
                // If this fails too, the sweep finds the blob.
                let _ = self.ports.blobs.delete(blob).await;
                Err(error)
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
        (new, room): (&NewFile, &mut Reservation),
        mut body: ByteStream<BrokenBody>,
    ) -> Result<SealedFile, UploadFileError> {
        let mut checking = Checking::begin(&new.checksums, &*self.ports.checksums);
        let mut sealer = self.ports.cipher.seal(id, key);
        let mut writer = self.ports.blobs.create(blob).await?;
        let mut sealed = new_batch();
        let mut size: u64 = 0;
        while let Some(piece) = poll_fn(|context| body.as_mut().poll_next(context)).await {
            let piece = piece?;
            size = size.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
            self.check_size(size)?;
            checking.update(&piece);
            sealer.push(&piece, &mut sealed).map_err(too_long)?;
            if sealed.len() >= BATCH {
                room.cover(size).await?;
                let full = std::mem::replace(&mut sealed, new_batch());
                writer.write(full.into()).await?;
            }
        }
        checking.finish()?;
        let layout = sealer.finish(&mut sealed).map_err(too_long)?;
        writer.write(sealed.into()).await?;
        let digest = writer.commit().await?;
        Ok(SealedFile { layout, digest })
    }

    /// The row of a file: `key` is the file's own, or what the owner's client made of it.
    pub(super) fn to_row(
        &self,
        (owner, id): (AccountId, FileId),
        (protection, key): (Protection, &[u8]),
        blob: BlobName,
        new: &NewFile,
        sealed: &SealedFile,
    ) -> StoredFile {
        let sealer = &*self.ports.sealer;
        let name = new.name.as_ref();
        StoredFile {
            id,
            owner,
            blob,
            size: sealed.layout.size(),
            digest: sealed.digest,
            sealed_key: sealer.seal(&key_binding(&id, &owner), key),
            sealed_name: name
                .map(|name| sealer.seal(&name_binding(&id, &owner), name.as_str().as_bytes())),
            sealed_type: sealer.seal(
                &type_binding(&id, &owner),
                new.content_type.as_str().as_bytes(),
            ),
            protection,
            key_disclosed_at: None,
            created_at: self.env.now(),
        }
    }
}

/// Ends the reservation of an upload that has ended.
pub(super) async fn end<T>(room: Reservation, stored: &Result<T, UploadFileError>) {
    match stored {
        Ok(_) => room.settled(),
        // Before the answer, so that who tries again finds the room.
        Err(_) => room.give_back().await,
    }
}

/// Adds the row; from here on its bytes count as the file's. An id that its owner named is used up with it.
fn insert(
    tx: &mut dyn Tx,
    row: &StoredFile,
    claim: Claim,
    now: Timestamp,
) -> Result<(), UploadFileError> {
    if row.protection == Protection::EndToEnd && !tx.file_ids().take(row.owner, row.id, now)? {
        return Err(UploadFileError::UnreservedId);
    }
    tx.files().insert(row)?;
    Ok(settle(tx, claim, row.size)?)
}

impl From<StoreError> for UploadFileError {
    fn from(error: StoreError) -> Self {
        Self::Storage(error.into())
    }
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
    NotSealed: Invalid, "not-a-sealed-file";
    UnreservedId: Conflict, "unreserved-file-id";
    Mismatch: Invalid, "checksum-mismatch";
    Sealed: Internal, "internal-error";
} else { Storage, Blob });
