use super::{BlobName, BlobState, StoreError};
use crate::Timestamp;
use crate::accounts::AccountId;
use crate::files::{FileId, SealedLayout};
use crate::messages::Protection;
use crate::uploads::Salt;

/// An unfinished upload as its row rests. Its bytes are a blob that grows, and the tail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredUpload {
    /// The id that the file will have.
    pub id: FileId,
    /// Whose it is.
    pub owner: AccountId,
    /// Where its sealed bytes are.
    pub blob: BlobName,
    /// Who seals it: the server as it comes, or its client before.
    pub protection: Protection,
    /// How many bytes there will be; sealed ones, if its client has sealed them.
    pub length: u64,
    /// What its key is used with; drawn once, so that every part is sealed alike. Of what its client has sealed it stands for
    /// nothing.
    pub salt: Salt,
    /// The file's key, or what its owner's client has made of it, sealed as it will be in the file's row.
    pub sealed_key: Vec<u8>,
    /// The name its owner gave it, sealed likewise.
    pub sealed_name: Option<Vec<u8>>,
    /// Its media type, sealed likewise.
    pub sealed_type: Vec<u8>,
    /// How far it has come.
    pub progress: UploadProgress,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When it is given up, unless more comes.
    pub expires_at: Timestamp,
}

/// How far an upload has come: all of it durable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadProgress {
    /// How many bytes of [`StoredUpload::length`] have been received: those in the blob and those of the tail.
    pub offset: u64,
    /// How many sealed bytes of the blob are accounted for, header and whole chunks (any number, if its client has sealed them);
    /// there may be more of them.
    pub sealed: u64,
    /// What is not a whole chunk yet, sealed under the master key.
    pub tail: Option<Vec<u8>>,
    /// Where the digest of the accounted bytes stands.
    pub digest_state: Vec<u8>,
    /// What the blob is taken up with.
    pub blob_state: BlobState,
}

/// An upload that is over, whose growing blob may still be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AbandonedUpload {
    /// Whose it was.
    pub owner: AccountId,
    /// Its blob.
    pub blob: BlobName,
    /// What the blob is given up with.
    pub blob_state: BlobState,
    /// Who sealed it.
    pub protection: Protection,
    /// How many bytes there were to be, as [`StoredUpload::length`].
    pub length: u64,
}

impl StoredUpload {
    /// How the file will lie sealed; None if no file is so long.
    #[must_use]
    pub const fn layout(&self) -> Option<SealedLayout> {
        layout(self.protection, self.length)
    }
}

impl AbandonedUpload {
    /// How many bytes of plaintext it counted for.
    #[must_use]
    pub fn size(&self) -> u64 {
        layout(self.protection, self.length).map_or(0, SealedLayout::size)
    }
}

const fn layout(protection: Protection, length: u64) -> Option<SealedLayout> {
    match protection {
        Protection::Server => SealedLayout::of_plaintext(length),
        Protection::EndToEnd => SealedLayout::of_sealed(length),
    }
}

repository! {
/// Unfinished uploads. They go with their account.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
pub trait UploadRepository {
    /// Adds an upload, whose growing blob must be durable already.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] with `Id` if the id or the blob is there already.
    fn insert(&mut self, upload: &StoredUpload) -> Result<(), StoreError>;

    /// The owner's upload with this id; None if there is none, or it is somebody else's. One that is over is found until
    /// it is taken.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find(&mut self, owner: AccountId, id: FileId) -> Result<Option<StoredUpload>, StoreError>;

    /// How many uploads the owner has, over or not.
    ///
    /// # Errors
    /// [`StoreError`].
    fn count(&mut self, owner: AccountId) -> Result<u64, StoreError>;

    /// Moves an upload on that is still where `from` says (offset and sealed bytes), and puts off its end. False, and
    /// nothing changes, if it is elsewhere or gone.
    ///
    /// # Errors
    /// [`StoreError`].
    fn advance(
        &mut self,
        id: FileId,
        from: (u64, u64),
        progress: &UploadProgress,
        expires_at: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Removes an upload that is still where `from` says: its file takes its place, in the same unit of work. False, and
    /// nothing changes, otherwise.
    ///
    /// # Errors
    /// [`StoreError`].
    fn complete(&mut self, id: FileId, from: (u64, u64)) -> Result<bool, StoreError>;

    /// Removes the owner's upload. None if there is none.
    ///
    /// # Errors
    /// [`StoreError`].
    fn take(
        &mut self,
        owner: AccountId,
        id: FileId,
    ) -> Result<Option<AbandonedUpload>, StoreError>;

    /// Removes uploads that were over at `now`, at most `limit`, those that ended first first.
    ///
    /// # Errors
    /// [`StoreError`].
    fn take_expired(
        &mut self,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<AbandonedUpload>, StoreError>;

    /// Those of `blobs` (at most 500) that belong to an upload, in any order.
    ///
    /// # Errors
    /// [`StoreError`].
    fn known_blobs(&mut self, blobs: &[BlobName]) -> Result<Vec<BlobName>, StoreError>;
}
}
