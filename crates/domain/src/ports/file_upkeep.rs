use super::{BlobName, ShreddedFile, StoreError, StoredFile};
use crate::Timestamp;
use crate::files::{DeletionTally, FileId, ScrubProgress};

repository! {
/// What the server does of its own accord about files, whoever's they are: nothing here may reach a caller.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
pub trait FileUpkeepRepository {
    /// Shredded files whose rest is to be removed at `now`: never tried, or deferred to then or earlier. Those shredded first
    /// come first; at most `limit`, each with how often it was tried.
    ///
    /// # Errors
    /// [`StoreError`].
    fn list_deletions(
        &mut self,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<(ShreddedFile, u32)>, StoreError>;

    /// Notes that removing what is left of a shredded file failed, and when it is tried again. False, and nothing changes, if
    /// there is none (any more).
    ///
    /// # Errors
    /// [`StoreError`].
    fn defer_deletion(&mut self, id: FileId, until: Timestamp) -> Result<bool, StoreError>;

    /// How many shredded files are left.
    ///
    /// # Errors
    /// [`StoreError`].
    fn tally_deletions(&mut self) -> Result<DeletionTally, StoreError>;

    /// All files that are not shredded with ids above `after` (all, if None), in the order of their ids, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`].
    fn page(&mut self, after: Option<FileId>, limit: u32) -> Result<Vec<StoredFile>, StoreError>;

    /// How many files are not shredded.
    ///
    /// # Errors
    /// [`StoreError`].
    fn count(&mut self) -> Result<u64, StoreError>;

    /// The same files with blobs above `after` (all, if None) and not above `through` (all, if None), in the order of their
    /// blobs, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`].
    fn page_by_blob(
        &mut self,
        after: Option<BlobName>,
        through: Option<BlobName>,
        limit: u32,
    ) -> Result<Vec<StoredFile>, StoreError>;

    /// How far the scrub has come; the default if it never began. Whoever looks is alone with it until the unit ends.
    ///
    /// # Errors
    /// [`StoreError`].
    fn lock_scrub(&mut self) -> Result<ScrubProgress, StoreError>;

    /// Keeps how far it has come.
    ///
    /// # Errors
    /// [`StoreError`].
    fn save_scrub(&mut self, progress: &ScrubProgress) -> Result<(), StoreError>;
}
}
