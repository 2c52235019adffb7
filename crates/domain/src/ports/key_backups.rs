use super::StoreError;
use crate::accounts::AccountId;
use crate::key_backups::KeyBackupStamp;

/// A generation of a key backup as it rests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredKeyBackup {
    /// Which.
    pub stamp: KeyBackupStamp,
    /// Its content, sealed for its owner and its id.
    pub sealed_content: Vec<u8>,
}

repository! {
/// The accounts' key backups, in generations. They go with their account.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
pub trait KeyBackupRepository {
    /// The account's generation with this number, the newest if None; None if it is not there.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find(
        &mut self,
        account: AccountId,
        generation: Option<u32>,
    ) -> Result<Option<StoredKeyBackup>, StoreError>;

    /// The stamp of the account's newest generation; None if there is none. Until this unit of work ends, every other
    /// one that asks the same of this account waits.
    ///
    /// # Errors
    /// [`StoreError`].
    fn lock_newest(&mut self, account: AccountId) -> Result<Option<KeyBackupStamp>, StoreError>;

    /// Adds a generation.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] with `Id` if the id, or the account's generation of this number, is there already.
    fn insert(&mut self, account: AccountId, new: &StoredKeyBackup) -> Result<(), StoreError>;

    /// Deletes the account's generations with a number below `oldest`.
    ///
    /// # Errors
    /// [`StoreError`].
    fn delete_before(&mut self, account: AccountId, oldest: u32) -> Result<(), StoreError>;
}
}
