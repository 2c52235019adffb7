use super::{Digest, StoreError};
use crate::Timestamp;
use crate::accounts::AccountId;
use crate::app_passwords::{AppPassword, AppPasswordId};
use crate::sessions::Dialect;

repository! {
/// App passwords, by digest.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
pub trait AppPasswordRepository {
    /// Adds one.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] with `Id` if the id or the digest is there already.
    fn insert(&mut self, password: &AppPassword, digest: &Digest) -> Result<(), StoreError>;

    /// The account's, newest first, at most twice [`AppPassword::MAX_PER_ACCOUNT`] (units that run at once may go past
    /// that number by theirs).
    ///
    /// # Errors
    /// [`StoreError`].
    fn list(&mut self, account: AccountId) -> Result<Vec<AppPassword>, StoreError>;

    /// The account's for this dialect that has this digest; None if there is none.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find_by_digest(
        &mut self,
        account: AccountId,
        dialect: Dialect,
        digest: &Digest,
    ) -> Result<Option<AppPasswordId>, StoreError>;

    /// Notes that it was used at `now`. False if it is not there (any more): of a login and a revocation at once, one
    /// sees the other.
    ///
    /// # Errors
    /// [`StoreError`].
    fn note_use(&mut self, id: AppPasswordId, now: Timestamp) -> Result<bool, StoreError>;

    /// Deletes it if it is the account's. False if the account has no such app password.
    ///
    /// # Errors
    /// [`StoreError`].
    fn delete(&mut self, account: AccountId, id: AppPasswordId) -> Result<bool, StoreError>;

    /// Deletes all of the account; says how many went.
    ///
    /// # Errors
    /// [`StoreError`].
    fn delete_all(&mut self, account: AccountId) -> Result<u64, StoreError>;
}
}
