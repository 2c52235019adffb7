use std::fmt;
use std::ops::Range;

use async_trait::async_trait;
use bytes::Bytes;

use super::{BlobError, ByteStream};

/// What the place where a blob grows wants to be told when it takes the blob up again, such as the ids of the parts that
/// are finished. It is kept in a row, and means nothing to anybody else.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct BlobState(Vec<u8>);

impl BlobState {
    /// The most there may be, in bytes.
    pub const MAX_BYTES: usize = 1024 * 1024;

    /// What a place says of itself: at most [`BlobState::MAX_BYTES`].
    #[must_use]
    pub const fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// As stored.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

// It may be long, and is nobody's business.
impl fmt::Debug for BlobState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BlobState({} bytes)", self.0.len())
    }
}

/// A blob that grows over several requests, held by one writer. It ends where its last whole write ended or, after a
/// crash, anywhere behind what was last synced. Dropped, it stays as it is and is free for the next writer as soon as a
/// write that is under way has ended.
#[async_trait]
pub trait GrowingBlob: Send {
    /// How many bytes are there, those of writes that are under way included, whatever any row says.
    fn length(&self) -> u64;

    /// The bytes of `range`, exactly, in pieces of at most 1 MiB: as [`super::BlobStore::read`] of a blob that is whole. It
    /// begins no earlier than the [`GrowingBlob::sync`] ended whose state the blob was taken up with: a place need not be
    /// able to read what it has finished.
    ///
    /// # Errors
    /// [`BlobError::Truncated`], at once or from the stream, when it ends before the range does.
    async fn read(&mut self, range: Range<u64>) -> Result<ByteStream<BlobError>, BlobError>;

    /// Cuts what comes after the first `length` bytes, which must be no fewer than there were at the [`GrowingBlob::sync`]
    /// whose state the blob was taken up with: a place need not be able to cut what it has finished.
    ///
    /// # Errors
    /// [`BlobError`]; [`BlobError::Truncated`] when there are fewer.
    async fn truncate(&mut self, length: u64) -> Result<(), BlobError>;

    /// Appends. It may return before the bytes are written; then a failure comes out of a later call.
    ///
    /// # Errors
    /// [`BlobError`]: take the blob up again to see how much is there.
    async fn write(&mut self, bytes: Bytes) -> Result<(), BlobError>;

    /// Makes all of it durable; when this returns, a power cut does not undo it. The state is what the next writer takes
    /// the blob up with. One who has only an older state finds every byte all the same. Whoever writes on and syncs again
    /// has noted the state of the time before.
    ///
    /// # Errors
    /// [`BlobError`].
    async fn sync(&mut self) -> Result<BlobState, BlobError>;

    /// Makes the blob durable under its name, as if it had been written at once. If a crash comes before its caller has
    /// noted that, taking the blob up either finds it whole and it can be finished again, or finds nothing
    /// ([`BlobError::Missing`]) and it is there under its name.
    ///
    /// # Errors
    /// [`BlobError`]: it may be there or still grow.
    async fn finish(self: Box<Self>) -> Result<(), BlobError>;
}
