use super::{Digest, StoreError};
use crate::Timestamp;
use crate::accounts::AccountId;
use crate::recovery::{Recovery, RecoveryId};

repository! {
/// Forgotten passwords on their way to new ones.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
pub trait RecoveryRepository {
    /// Adds one.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] with `Id` if the id is there already.
    fn insert(&mut self, recovery: &Recovery) -> Result<(), StoreError>;

    /// The recovery with this id, in whatever state; None if there is none.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find(&mut self, id: RecoveryId) -> Result<Option<Recovery>, StoreError>;

    /// Takes one try from the recovery's code and returns it as it is afterwards. None, and nothing changes, if there is
    /// none, its code was given already, it has no try left, or it expires at `now` or earlier. Of any number of callers
    /// at once, no more get it than it has tries.
    ///
    /// # Errors
    /// [`StoreError`].
    fn spend_try(&mut self, id: RecoveryId, now: Timestamp)
    -> Result<Option<Recovery>, StoreError>;

    /// Notes that the code was given: from now on `token` is wanted, until `expires_at`. False, and nothing changes, if
    /// it was noted already or there is none.
    ///
    /// # Errors
    /// [`StoreError`].
    fn confirm(
        &mut self,
        id: RecoveryId,
        token: &Digest,
        expires_at: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Reads and deletes the recovery if its token is this one and it expires after `now`: of two callers, one gets it.
    ///
    /// # Errors
    /// [`StoreError`].
    fn take(
        &mut self,
        id: RecoveryId,
        token: &Digest,
        now: Timestamp,
    ) -> Result<Option<Recovery>, StoreError>;

    /// Deletes all of the account; says how many went.
    ///
    /// # Errors
    /// [`StoreError`].
    fn delete_all(&mut self, account: AccountId) -> Result<u64, StoreError>;

    /// Deletes at most `limit` that expire at `now` or earlier; says how many went.
    ///
    /// # Errors
    /// [`StoreError`].
    fn sweep(&mut self, now: Timestamp, limit: u32) -> Result<u64, StoreError>;

    /// Deletes at most `limit` of the recoveries without an account, the oldest, as long as there are more than `kept`;
    /// says how many went.
    ///
    /// # Errors
    /// [`StoreError`].
    fn trim_nobodys(&mut self, kept: u32, limit: u32) -> Result<u64, StoreError>;
}
}
