use super::{StoreError, StoredFile};
use crate::Timestamp;
use crate::accounts::{AccountId, Username};
use crate::files::FileId;

/// That somebody may read a file which is not theirs, as its row rests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredGrant {
    /// Which file.
    pub file: FileId,
    /// Who may read it.
    pub grantee: AccountId,
    /// The file's key, or what its owner's client wrapped it to for the reader, sealed under the master key.
    pub sealed_key: Vec<u8>,
    /// Since when.
    pub created_at: Timestamp,
}

/// What became of a grant that was put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PutGrant {
    /// It is new.
    Added,
    /// There was one, which has the new key now, and stays as old as it was: this.
    Replaced(Timestamp),
    /// The file has as many as it may have; nothing has changed.
    Full,
}

/// A grant as the file's owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedGrant {
    /// Who may read the file.
    pub grantee: AccountId,
    /// Their name.
    pub username: Username,
    /// Since when.
    pub created_at: Timestamp,
}

/// A file as its row rests for somebody who was granted it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantedFile {
    /// The file.
    pub file: StoredFile,
    /// The grant's own key.
    pub sealed_key: Vec<u8>,
    /// The owner's name.
    pub owner_username: Username,
}

repository! {
/// Who may read which files that are not theirs. Look-ups of files name the account that looks; a shredded file has no grants.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
pub trait FileGrantRepository {
    /// Adds a grant of a file that is locked, or replaces the key of the one there is; at most `limit` of one file.
    ///
    /// # Errors
    /// [`StoreError`].
    fn put(&mut self, grant: &StoredGrant, limit: u32) -> Result<PutGrant, StoreError>;

    /// Removes a grant of the owner's file. False if there is none, or the file is somebody else's.
    ///
    /// # Errors
    /// [`StoreError`].
    fn remove(
        &mut self,
        owner: AccountId,
        file: FileId,
        grantee: AccountId,
    ) -> Result<bool, StoreError>;

    /// Removes a grant that `grantee` has. False if there is none.
    ///
    /// # Errors
    /// [`StoreError`].
    fn renounce(&mut self, grantee: AccountId, file: FileId) -> Result<bool, StoreError>;

    /// The grants of a file, whoever's it is, by folded username, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`].
    fn list(&mut self, file: FileId, limit: u32) -> Result<Vec<NamedGrant>, StoreError>;

    /// The file with this id, if `grantee` has a grant of it.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find(
        &mut self,
        grantee: AccountId,
        file: FileId,
    ) -> Result<Option<GrantedFile>, StoreError>;

    /// The same for several files (at most 500), in any order.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find_many(
        &mut self,
        grantee: AccountId,
        files: &[FileId],
    ) -> Result<Vec<GrantedFile>, StoreError>;

    /// The files that `grantee` has a grant of, with ids below `before` (all, if None), newest file first, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`].
    fn page(
        &mut self,
        grantee: AccountId,
        before: Option<FileId>,
        limit: u32,
    ) -> Result<Vec<GrantedFile>, StoreError>;
}
}
