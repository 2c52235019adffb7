use super::{BlobDigest, BlobName, StoreError};
use crate::Timestamp;
use crate::accounts::AccountId;
use crate::files::FileId;
use crate::messages::Protection;

/// A file as its row rests. Its bytes are a blob.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFile {
    /// Its id.
    pub id: FileId,
    /// Whose it is.
    pub owner: AccountId,
    /// Where its sealed bytes are.
    pub blob: BlobName,
    /// The length of the plaintext, in bytes.
    pub size: u64,
    /// Of the sealed bytes.
    pub digest: BlobDigest,
    /// The file's key, or what its owner's client wrapped it to for itself, sealed under the master key.
    pub sealed_key: Vec<u8>,
    /// The name its owner gave it, sealed.
    pub sealed_name: Option<Vec<u8>>,
    /// Its media type, sealed.
    pub sealed_type: Vec<u8>,
    /// Who can open it.
    pub protection: Protection,
    /// When its key last left the server, if ever.
    pub key_disclosed_at: Option<Timestamp>,
    /// When it was stored.
    pub created_at: Timestamp,
}

/// A file whose key is destroyed and whose blob may still be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShreddedFile {
    /// Its id.
    pub id: FileId,
    /// Its blob.
    pub blob: BlobName,
    /// How long its plaintext was, in bytes.
    pub size: u64,
}

repository! {
/// Files. Every look-up but [`FileRepository::find_of_anybody`] names the account that looks; a shredded file is found by
/// its upkeep alone ([`FileUpkeepRepository`](super::FileUpkeepRepository)).
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
pub trait FileRepository {
    /// Adds a file, whose blob must be durable already.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] with `Id` if the id or the blob is there already.
    fn insert(&mut self, file: &StoredFile) -> Result<(), StoreError>;

    /// The owner's file with this id; None if there is none, or it is somebody else's.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find(&mut self, owner: AccountId, id: FileId) -> Result<Option<StoredFile>, StoreError>;

    /// The owner's file, which nobody changes, shreds or shares until the unit ends.
    ///
    /// # Errors
    /// [`StoreError`].
    fn lock(&mut self, owner: AccountId, id: FileId) -> Result<Option<StoredFile>, StoreError>;

    /// The file with this id, if it came with a message of a conversation that `account` is in, and the message is one
    /// that it may read and was there at `now`: neither deleted nor over. None otherwise, also if the file's key is destroyed.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find_shared(
        &mut self,
        account: AccountId,
        id: FileId,
        now: Timestamp,
    ) -> Result<Option<StoredFile>, StoreError>;

    /// The file with this id, whoever's it is; None if there is none. For what no owner has to be asked about: nothing that
    /// opens the file may leave the server.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find_of_anybody(&mut self, id: FileId) -> Result<Option<StoredFile>, StoreError>;

    /// The owner's files with ids below `before` (all, if None), newest first, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`].
    fn page(
        &mut self,
        owner: AccountId,
        before: Option<FileId>,
        limit: u32,
    ) -> Result<Vec<StoredFile>, StoreError>;

    /// Destroys the sealed key, name and type of the owner's file, its grants and its links, and marks it as deleted. None if the owner has no
    /// such file (any more).
    ///
    /// # Errors
    /// [`StoreError`].
    fn shred(
        &mut self,
        owner: AccountId,
        id: FileId,
        now: Timestamp,
    ) -> Result<Option<ShreddedFile>, StoreError>;

    /// The same for every file of the owner; says how many there were. They keep their rows when the owner's account is
    /// removed.
    ///
    /// # Errors
    /// [`StoreError`].
    fn shred_all(&mut self, owner: AccountId, now: Timestamp) -> Result<u64, StoreError>;

    /// Has the owner's file, which is locked, lead to another blob with another digest, under another key that was disclosed
    /// when `file` says.
    ///
    /// # Errors
    /// [`StoreError`].
    fn replace(&mut self, file: &StoredFile) -> Result<(), StoreError>;

    /// Notes that the file's key left the server at `at`.
    ///
    /// # Errors
    /// [`StoreError`].
    fn note_disclosure(&mut self, id: FileId, at: Timestamp) -> Result<(), StoreError>;

    /// Removes the row of a shredded file, whose blob must be gone. False, and nothing changes, if there is none.
    ///
    /// # Errors
    /// [`StoreError`].
    fn remove(&mut self, id: FileId) -> Result<bool, StoreError>;

    /// Those of `blobs` (at most 500) that have a row, shredded or not, in any order.
    ///
    /// # Errors
    /// [`StoreError`].
    fn known_blobs(&mut self, blobs: &[BlobName]) -> Result<Vec<BlobName>, StoreError>;
}
}
