use std::fmt;
use std::ops::Range;
use std::pin::Pin;

use async_trait::async_trait;
use bytes::Bytes;
use futures_core::Stream;
use thiserror::Error;

use super::{BlobDigest, BlobState, GrowingBlob};
use crate::{DomainError, ErrorKind, Timestamp};

/// Bytes that come piece by piece, in order. After an error or the end nothing more comes.
pub type ByteStream<E> = Pin<Box<dyn Stream<Item = Result<Bytes, E>> + Send>>;

/// The random name of a blob: 16 unpredictable bytes, shown as 32 hexadecimal digits. It is no path and cannot become
/// one, and says nothing about the file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlobName([u8; 16]);

impl BlobName {
    /// The name of these bytes, which must be random and never used before.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Its bytes, as stored.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// Reads what `Display` wrote: 32 lower-case hexadecimal digits, and nothing else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let right = |c: u8| matches!(c, b'0'..=b'9' | b'a'..=b'f');
        if text.len() != 32 || !text.bytes().all(right) {
            return None;
        }
        u128::from_str_radix(text, 16)
            .ok()
            .map(|number| Self(number.to_be_bytes()))
    }
}

impl fmt::Display for BlobName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

impl fmt::Debug for BlobName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BlobName({self})")
    }
}

/// A blob as a listing shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlobEntry {
    /// Its name.
    pub name: BlobName,
    /// When the last of its bytes was written, by the clock of where it rests.
    pub written_at: Timestamp,
}

/// Why a blob could not be written or read.
#[derive(Debug, Error)]
pub enum BlobError {
    /// There is none of this name.
    #[error("the blob is missing")]
    Missing,
    /// It ends before the range that was asked for.
    #[error("the blob is shorter than it was")]
    Truncated,
    /// It grows, and somebody else is writing it.
    #[error("the blob is being written")]
    Busy,
    /// The disk or its quota is full.
    #[error("the blob store is full")]
    Full,
    /// Anything else that went wrong where blobs rest.
    #[error("the blob store failed")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Where the sealed bytes of files rest, by random names. A blob is never changed: it is written as
/// a whole, or grows at its end until it is finished.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
#[async_trait]
pub trait BlobStore: Send + Sync {
    /// Begins a blob. Nothing is there under `name` until [`BlobWriter::commit`].
    ///
    /// # Errors
    /// [`BlobError`].
    async fn create(&self, name: BlobName) -> Result<Box<dyn BlobWriter>, BlobError>;

    /// The bytes of `range`, exactly, in pieces of at most 1 MiB.
    ///
    /// # Errors
    /// [`BlobError::Missing`] at once; [`BlobError::Truncated`] at once or from the stream.
    async fn read(
        &self,
        name: BlobName,
        range: Range<u64>,
    ) -> Result<ByteStream<BlobError>, BlobError>;

    /// How many bytes a whole blob has.
    ///
    /// # Errors
    /// [`BlobError::Missing`]; [`BlobError`].
    async fn length(&self, name: BlobName) -> Result<u64, BlobError>;

    /// Deletes a blob for good. False if there was none. Who reads it already may read on.
    ///
    /// # Errors
    /// [`BlobError`].
    async fn delete(&self, name: BlobName) -> Result<bool, BlobError>;

    /// The blobs whose names come after `after` (all, if None), in the order of their names, at most `limit`.
    ///
    /// # Errors
    /// [`BlobError`].
    async fn page(&self, after: Option<BlobName>, limit: u32) -> Result<Vec<BlobEntry>, BlobError>;

    /// Begins a blob that grows over several requests, empty. When this returns it is durable, and a restart leaves it
    /// alone. Nothing is there under `name` until [`GrowingBlob::finish`]; no blob of that name is there, growing or whole.
    ///
    /// # Errors
    /// [`BlobError`].
    async fn begin(&self, name: BlobName) -> Result<BlobState, BlobError>;

    /// Takes up a blob that grows, with the state that [`BlobStore::begin`] or the last [`GrowingBlob::sync`] gave. It has
    /// one writer at a time among all processes that share the place; a process that dies lets go of it at once.
    ///
    /// # Errors
    /// [`BlobError::Missing`] if there is none; [`BlobError::Busy`] while somebody else holds it; [`BlobError`].
    async fn grow(
        &self,
        name: BlobName,
        state: &BlobState,
    ) -> Result<Box<dyn GrowingBlob>, BlobError>;

    /// Gives a growing blob up for good, even one that is being written: its writer fails, or writes where nobody reads.
    /// Nothing happens if there is none. A state that is lost (the default) must do: then what this place itself knows of
    /// it goes. A whole blob of this name stays.
    ///
    /// # Errors
    /// [`BlobError`]: it may be repeated.
    async fn abandon(&self, name: BlobName, state: &BlobState) -> Result<(), BlobError>;

    /// The blobs that grow, as [`BlobStore::page`] lists those that are whole.
    ///
    /// # Errors
    /// [`BlobError`].
    async fn page_growing(
        &self,
        after: Option<BlobName>,
        limit: u32,
    ) -> Result<Vec<BlobEntry>, BlobError>;

    /// How many bytes more could be written where the blobs rest, as far as that place can tell; None where nobody can.
    ///
    /// # Errors
    /// [`BlobError`].
    async fn free_space(&self) -> Result<Option<u64>, BlobError>;

    /// Whether a blob could be written now. It leaves nothing behind.
    ///
    /// # Errors
    /// [`BlobError`] when it could not.
    async fn probe(&self) -> Result<(), BlobError>;
}

/// A blob that is being written. Dropped before [`BlobWriter::commit`] has returned, it leaves nothing under its name
/// (but for a drop in the very last moment, which the sweep of blobs without a row finds).
#[async_trait]
pub trait BlobWriter: Send {
    /// Appends. It may return before the bytes are written; then a failure comes out of a later call.
    ///
    /// # Errors
    /// [`BlobError`]: the blob is lost, drop the writer.
    async fn write(&mut self, bytes: Bytes) -> Result<(), BlobError>;

    /// Makes the blob durable under its name; when this returns, a power cut does not undo it. Returns
    /// [`BlobDigest::Blake3`] of all its bytes: they are digested where they are written, beside the sealing of those that come next.
    ///
    /// # Errors
    /// [`BlobError`]: nothing is kept.
    async fn commit(self: Box<Self>) -> Result<BlobDigest, BlobError>;
}

impl DomainError for BlobError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Full => ErrorKind::StorageFull,
            Self::Missing | Self::Truncated | Self::Busy | Self::Failed(_) => ErrorKind::Internal,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Full => "storage-full",
            Self::Missing | Self::Truncated | Self::Busy | Self::Failed(_) => "internal-error",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_32_digits_and_nothing_else() {
        let name = BlobName::from_bytes([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255]);
        assert_eq!(name.to_string(), "000102030405060708090a0b0c0d0eff");
        assert_eq!(BlobName::parse(&name.to_string()), Some(name));
        let upper = name.to_string().to_uppercase();
        for wrong in [
            "",
            "00",
            "../../../../../../../etc/passwd00",
            &upper,
            "+00102030405060708090a0b0c0d0eff",
        ] {
            assert_eq!(BlobName::parse(wrong), None, "{wrong}");
        }
    }
}
