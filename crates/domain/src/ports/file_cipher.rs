use bytes::BytesMut;
use thiserror::Error;

use crate::Secret;
use crate::files::{FileId, SealedLayout};
use crate::uploads::Salt;

/// The random key of one file.
pub type FileKey = Secret<[u8; 32]>;

/// Why a file could not be sealed or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum FileCipherError {
    /// What is stored is not what was sealed under this key for this file: changed, moved, cut, or another file's.
    #[error("the stored file is damaged")]
    Damaged,
    /// More than [`SealedLayout::MAX_PLAINTEXT`].
    #[error("the file is longer than its format allows")]
    TooLong,
}

/// Seals one file as it comes, in constant memory.
pub trait FileSealer: Send {
    /// Takes the next bytes of the plaintext, cut in any way, and appends to `sealed` what is ready: the header first,
    /// then whole chunks.
    ///
    /// # Errors
    /// [`FileCipherError::TooLong`].
    fn push(&mut self, plaintext: &[u8], sealed: &mut Vec<u8>) -> Result<(), FileCipherError>;

    /// Ends the file: appends the last chunk, which is shorter than the others and may be empty. Returns how long the
    /// plaintext was, and so where each chunk lies.
    ///
    /// # Errors
    /// [`FileCipherError::TooLong`].
    fn finish(self: Box<Self>, sealed: &mut Vec<u8>) -> Result<SealedLayout, FileCipherError>;
}

/// Seals the chunks of one file over several sittings. The same bytes at the same index give the same chunk, and other
/// bytes at that index would give both away (a nonce that repeats): whoever calls seals an index with one content alone.
pub trait ChunkSealer: Send + Sync {
    /// What the file begins with: the salt and the commitment.
    fn header(&self) -> [u8; SealedLayout::HEADER];

    /// Appends to `sealed` the chunk of this index (counted from 0): [`SealedLayout::CHUNK`] bytes, or fewer if it is the
    /// last.
    ///
    /// # Errors
    /// [`FileCipherError::TooLong`] for more bytes than that or an index beyond [`SealedLayout::MAX_CHUNKS`]; `sealed`
    /// is as it was.
    fn seal_chunk(
        &self,
        index: u64,
        plaintext: &[u8],
        sealed: &mut Vec<u8>,
    ) -> Result<(), FileCipherError>;

    /// Whether this is a chunk that was sealed at this index, whatever its length.
    fn is_sealed_at(&self, index: u64, sealed: &[u8]) -> bool;
}

/// Opens the chunks of one file, in any order.
pub trait FileOpener: Send + Sync {
    /// Turns the sealed chunk of this index (counted from 0) into its plaintext, in place.
    ///
    /// # Errors
    /// [`FileCipherError::Damaged`]; then `chunk` is empty: nothing unauthenticated comes out.
    fn open_chunk(&self, index: u64, chunk: &mut BytesMut) -> Result<(), FileCipherError>;
}

/// Authenticated encryption of files: C2SP `chunked-encryption` v1 with AES-256-GCM and SHA-512
/// (<https://c2sp.org/chunked-encryption>), bound to the file's id. Computed at once, a chunk at a time.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
pub trait FileCipher: Send + Sync {
    /// The name of the algorithm, for whoever opens a file elsewhere.
    fn algorithm(&self) -> &'static str;

    /// The context that binds a sealed file to its id, for whoever opens it elsewhere.
    fn context(&self, id: &FileId) -> Vec<u8>;

    /// Begins to seal a file under a fresh salt.
    fn seal(&self, id: &FileId, key: &FileKey) -> Box<dyn FileSealer>;

    /// Seals chunks under a salt that was drawn when the file was begun: random, and used for this file and key alone.
    fn resume(&self, id: &FileId, key: &FileKey, salt: &Salt) -> Box<dyn ChunkSealer>;

    /// Checks the header's commitment to the key and the id, in constant time, before any chunk is opened.
    ///
    /// # Errors
    /// [`FileCipherError::Damaged`].
    fn open(
        &self,
        id: &FileId,
        key: &FileKey,
        header: &[u8; SealedLayout::HEADER],
        layout: SealedLayout,
    ) -> Result<Box<dyn FileOpener>, FileCipherError>;
}
