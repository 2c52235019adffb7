use super::StoreError;
use crate::Timestamp;
use crate::accounts::AccountId;

repository! {
/// Until when accounts count as there.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
pub trait PresenceRepository {
    /// Renews the leases of those of `accounts` (at most 500) that have a session at `now`; the others, who have logged out
    /// meanwhile, are passed over. A lease is never shortened. Returns how many were renewed.
    ///
    /// # Errors
    /// [`StoreError`].
    fn renew(
        &mut self,
        accounts: &[AccountId],
        now: Timestamp,
        until: Timestamp,
    ) -> Result<u64, StoreError>;

    /// Ends the account's lease if it has no session left at `now`. False if there was no lease or there is a session.
    ///
    /// # Errors
    /// [`StoreError`].
    fn end_without_session(
        &mut self,
        account: AccountId,
        now: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Ends the account's lease, whatever sessions it has. False if there was none.
    ///
    /// # Errors
    /// [`StoreError`].
    fn end(&mut self, account: AccountId) -> Result<bool, StoreError>;

    /// Those of `accounts` (at most 500) whose lease runs beyond `now`, in no order.
    ///
    /// # Errors
    /// [`StoreError`].
    fn list_online(
        &mut self,
        accounts: &[AccountId],
        now: Timestamp,
    ) -> Result<Vec<AccountId>, StoreError>;

    /// Deletes at most `limit` leases that have run out at `now`; says how many went.
    ///
    /// # Errors
    /// [`StoreError`].
    fn sweep(&mut self, now: Timestamp, limit: u32) -> Result<u64, StoreError>;
}
}
