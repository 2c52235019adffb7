//! Whoever may read a file opens it, to read it or what it is sealed to.

use std::fmt;
use std::future::poll_fn;
use std::ops::Range;

use thiserror::Error;

use super::content::ContentStream;
use super::seal::{open_key, open_labels};
use super::{File, FileId, Files, ReadFileError, SealedLayout};
use crate::messages::Protection;
use crate::ports::{
    BlobError, BlobName, ByteStream, FileCipherError, FileKey, FileOpener, SealError, Sealer,
    StoreError, StoredFile,
};
use crate::sessions::Actor;

/// A file that may be read.
pub struct OpenedFile {
    file: File,
    blob: BlobName,
    key: FileKey,
    layout: SealedLayout,
}

impl OpenedFile {
    /// What it is.
    #[must_use]
    pub const fn file(&self) -> &File {
        &self.file
    }

    pub(super) const fn key(&self) -> &FileKey {
        &self.key
    }
}

impl fmt::Debug for OpenedFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("OpenedFile").field(&self.file).finish()
    }
}

/// Why a file cannot be read.
#[derive(Debug, Error)]
pub enum OpenFileError {
    /// There is none, or it is not for the caller: nobody can tell which.
    #[error("no such file")]
    Unknown,
    /// Only those who hold its key can open it, and the server does not.
    #[error(
        "this file is end-to-end encrypted, and the server has no key to it: take its ciphertext, and open it with the key that was wrapped for you"
    )]
    EndToEnd,
    /// The range is not within the file.
    #[error("the file has {size} bytes")]
    OutOfRange {
        /// How many there are.
        size: u64,
    },
    /// Its key, name or type does not open.
    #[error("the row of a stored file cannot be opened")]
    Sealed(#[from] SealError),
    /// Its bytes do not open.
    #[error(transparent)]
    Damaged(#[from] FileCipherError),
    /// The blob store failed.
    #[error(transparent)]
    Blob(#[from] BlobError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl OpenFileError {
    /// Whether the bytes are no longer where they were when the file was found: it may have been encrypted anew in between, and
    /// is found elsewhere then.
    #[must_use]
    pub const fn may_have_moved(&self) -> bool {
        matches!(self, Self::Blob(BlobError::Missing))
    }
}

impl From<ReadFileError> for OpenFileError {
    fn from(error: ReadFileError) -> Self {
        match error {
            ReadFileError::Damaged(error) => Self::Damaged(error),
            ReadFileError::Blob(error) => Self::Blob(error),
        }
    }
}

impl Files {
    /// Finds a file that the caller may read, their own, one that was shared with them or one that came with a message to them,
    /// and opens its key, which stays here.
    ///
    /// # Errors
    /// [`OpenFileError`].
    pub async fn open(&self, actor: &Actor, id: FileId) -> Result<OpenedFile, OpenFileError> {
        let readable = self.find_readable(actor, id).await?;
        let readable = readable.ok_or(OpenFileError::Unknown)?;
        let sealer = &*self.ports.sealer;
        opened(&readable.stored, || readable.open_key(sealer), sealer)
    }

    /// The same for a row that somebody may read who is not its owner: that is settled by whoever found it.
    pub(crate) fn open_stored(&self, stored: &StoredFile) -> Result<OpenedFile, OpenFileError> {
        let sealer = &*self.ports.sealer;
        opened(stored, || open_key(stored, sealer), sealer)
    }

    /// The same with the key that whoever found it has to it.
    pub(crate) fn open_with(
        &self,
        stored: &StoredFile,
        key: FileKey,
    ) -> Result<OpenedFile, OpenFileError> {
        opened(stored, || Ok(key), &*self.ports.sealer)
    }

    /// The plaintext bytes of `range`. The key's commitment and the first chunk have been checked when this returns; each other
    /// chunk is when its turn comes, and one that does not open ends the stream with an error: wrong bytes never come.
    ///
    /// # Errors
    /// [`OpenFileError`].
    pub async fn read_content(
        &self,
        opened: &OpenedFile,
        range: Range<u64>,
    ) -> Result<ByteStream<ReadFileError>, OpenFileError> {
        let layout = opened.layout;
        check_range(&range, layout.size())?;
        let opener = self.check_header(opened).await?;
        let first = layout.chunk_of(range.start);
        let last = layout.chunk_of(range.end.saturating_sub(1).max(range.start));
        let sealed = layout.sealed_range(first, last.min(layout.last_chunk()));
        let blob = self.ports.blobs.read(opened.blob, sealed).await?;
        let content = ContentStream::new(blob, opener, layout, range);
        Ok(Box::pin(content.begin().await?))
    }

    async fn check_header(
        &self,
        opened: &OpenedFile,
    ) -> Result<Box<dyn FileOpener>, OpenFileError> {
        let length = opened.layout.sealed_range(0, 0).start;
        let mut blob = self.ports.blobs.read(opened.blob, 0..length).await?;
        let mut header = Vec::with_capacity(SealedLayout::HEADER);
        while let Some(piece) = poll_fn(|context| blob.as_mut().poll_next(context)).await {
            header.extend_from_slice(&piece?);
        }
        let header: &[u8; SealedLayout::HEADER] = header
            .as_slice()
            .try_into()
            .map_err(|_| FileCipherError::Damaged)?;
        let cipher = &self.ports.cipher;
        Ok(cipher.open(&opened.file.id, &opened.key, header, opened.layout)?)
    }
}

fn opened(
    stored: &StoredFile,
    key: impl FnOnce() -> Result<FileKey, SealError>,
    sealer: &dyn Sealer,
) -> Result<OpenedFile, OpenFileError> {
    if stored.protection == Protection::EndToEnd {
        return Err(OpenFileError::EndToEnd);
    }
    Ok(OpenedFile {
        file: open_labels(stored, sealer)?,
        blob: stored.blob,
        key: key()?,
        layout: SealedLayout::of_plaintext(stored.size).ok_or(SealError::Rejected)?,
    })
}

/// An empty range is fine at the end of a file, and nowhere beyond.
pub(super) const fn check_range(range: &Range<u64>, size: u64) -> Result<(), OpenFileError> {
    if range.start > range.end || range.end > size {
        return Err(OpenFileError::OutOfRange { size });
    }
    Ok(())
}

domain_error!(OpenFileError {
    Unknown: NotFound, "unknown-file";
    EndToEnd: Conflict, "end-to-end-encrypted";
    OutOfRange: Invalid, "range-not-satisfiable";
    Sealed: Internal, "internal-error";
    Damaged: Internal, "internal-error";
} else { Blob, Store });
