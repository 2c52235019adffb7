use super::{Digest, StoreError, StoredFile};
use crate::Timestamp;
use crate::accounts::AccountId;
use crate::files::FileId;
use crate::links::{Link, LinkId};

/// A link as its row rests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredLink {
    /// What the owner sees of it.
    pub link: Link,
    /// Which file it leads to.
    pub file: FileId,
    /// A digest of the proof of its secret.
    pub proof: Digest,
    /// The file's key, sealed under what the secret gives, and that under the master key.
    pub sealed_key: Vec<u8>,
}

/// A link of which a download was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpentLink {
    /// The link's key.
    pub sealed_key: Vec<u8>,
    /// What it leads to.
    pub file: StoredFile,
}

/// A link that was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDownload {
    /// A digest of its token.
    pub token: Digest,
    /// Which link.
    pub link: LinkId,
    /// The file's key, sealed under the token, and that under the master key; None if the server does not have it.
    pub sealed_key: Option<Vec<u8>>,
    /// Until when the token is good.
    pub expires_at: Timestamp,
}

/// What an opened link leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkedFile {
    /// The file.
    pub file: StoredFile,
    /// The file's key as [`NewDownload`] has it.
    pub sealed_key: Option<Vec<u8>>,
}

repository! {
/// Links to files. They go with the key of their file.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
pub trait FileLinkRepository {
    /// Adds a link to a file that is locked. False, and nothing changes, if the file has `limit` already.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] with `Id` if the id is there already.
    fn insert(&mut self, link: &StoredLink, limit: u32) -> Result<bool, StoreError>;

    /// The links of a file, whoever's it is, in the order of their ids, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`].
    fn list(&mut self, file: FileId, limit: u32) -> Result<Vec<Link>, StoreError>;

    /// Removes a link of the owner's file, and the tokens of who has opened it. False if there is none.
    ///
    /// # Errors
    /// [`StoreError`].
    fn remove(&mut self, owner: AccountId, file: FileId, link: LinkId) -> Result<bool, StoreError>;

    /// Removes all links of a file that is locked, and their tokens; says how many.
    ///
    /// # Errors
    /// [`StoreError`].
    fn remove_all(&mut self, file: FileId) -> Result<u64, StoreError>;

    /// The link with this id, if it can be opened at `now`: it is neither over nor used up, and its file has its key.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find(&mut self, id: LinkId, now: Timestamp) -> Result<Option<Link>, StoreError>;

    /// The same if this is its proof, and counts one download: of units at once, no more get it than it has left.
    ///
    /// # Errors
    /// [`StoreError`].
    fn spend(
        &mut self,
        id: LinkId,
        proof: &Digest,
        now: Timestamp,
    ) -> Result<Option<SpentLink>, StoreError>;

    /// Adds a download of a link that was spent in this unit.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] with `Id` if the token is there already.
    fn insert_download(&mut self, download: &NewDownload) -> Result<(), StoreError>;

    /// What the link leads to, if a token with this digest is good for it at `now`.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find_download(
        &mut self,
        id: LinkId,
        token: &Digest,
        now: Timestamp,
    ) -> Result<Option<LinkedFile>, StoreError>;

    /// Deletes at most `limit` tokens that are over at `now`, and at most `limit` links that cannot be opened any more and have
    /// no token; says how many links.
    ///
    /// # Errors
    /// [`StoreError`].
    fn sweep(&mut self, now: Timestamp, limit: u32) -> Result<u64, StoreError>;
}
}
