use super::StoreError;
use crate::Timestamp;
use crate::accounts::AccountId;
use crate::files::{FileId, ReservedFileId};

repository! {
/// Ids of files that were handed out before there is a file.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
pub trait FileIdRepository {
    /// Adds an id. False, and nothing changes, if its owner has `limit` that are good at `now`: of units at once, no more get
    /// one.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] with `Id` if it is there already.
    fn insert(
        &mut self,
        reserved: &ReservedFileId,
        limit: u32,
        now: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Whether the id was handed out to the owner and is good at `now`.
    ///
    /// # Errors
    /// [`StoreError`].
    fn is_good(&mut self, owner: AccountId, id: FileId, now: Timestamp)
        -> Result<bool, StoreError>;

    /// The same, and it is good no more: of units at once, one takes it.
    ///
    /// # Errors
    /// [`StoreError`].
    fn take(&mut self, owner: AccountId, id: FileId, now: Timestamp) -> Result<bool, StoreError>;

    /// Deletes at most `limit` of those that are over at `now`; says how many.
    ///
    /// # Errors
    /// [`StoreError`].
    fn sweep(&mut self, now: Timestamp, limit: u32) -> Result<u64, StoreError>;
}
}
