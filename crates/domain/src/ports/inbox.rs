use super::StoreError;
use crate::Timestamp;
use crate::accounts::AccountId;
use crate::inbox::{HeldLog, InboxEvent, NewEvent, Offset, Window};
use crate::sessions::SessionId;

repository! {
/// Every account's log of events.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
pub trait InboxRepository {
    /// Adds `event` to the logs of `recipients`. The store writes it as the last step of the unit of work, with
    /// offsets counted under each log's lock, logs in the order of their accounts; several events of one unit keep
    /// their order. Accounts that do not exist are passed over.
    fn collect(&mut self, recipients: &[AccountId], event: NewEvent);

    /// What of the account's log is there; None if there is no such account.
    ///
    /// # Errors
    /// [`StoreError`].
    fn window(&mut self, account: AccountId) -> Result<Option<Window>, StoreError>;

    /// The events after `after`, in order, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`].
    fn page(
        &mut self,
        account: AccountId,
        after: Offset,
        limit: u32,
    ) -> Result<Vec<InboxEvent>, StoreError>;

    /// The last offset of each of these accounts' logs (at most 1,000 accounts); accounts that do not exist are left out.
    ///
    /// # Errors
    /// [`StoreError`].
    fn heads(&mut self, accounts: &[AccountId]) -> Result<Vec<(AccountId, Offset)>, StoreError>;

    /// The logs of accounts after `after` (all, if None) that hold something, by id, at most `limit`. Looks at nothing of
    /// them but their oldest event.
    ///
    /// # Errors
    /// [`StoreError`].
    fn list_held(
        &mut self,
        after: Option<AccountId>,
        limit: u32,
    ) -> Result<Vec<HeldLog>, StoreError>;

    /// The lowest mark among the account's sessions of the native API that have not expired at `now`: up to there each of
    /// them needs nothing again. None if there is no such session.
    ///
    /// # Errors
    /// [`StoreError`].
    fn lowest_mark(
        &mut self,
        account: AccountId,
        now: Timestamp,
    ) -> Result<Option<Offset>, StoreError>;

    /// Moves the session's mark forward to `offset`, never back; returns where it stands (0 if there is no session).
    ///
    /// # Errors
    /// [`StoreError`].
    fn acknowledge(&mut self, session: SessionId, offset: Offset) -> Result<Offset, StoreError>;

    /// Deletes the events up to and including `through`, and with them the envelopes they tell of, but for those that dialect
    /// `mailbox` hands out; the window begins after it from then on.
    ///
    /// # Errors
    /// [`StoreError`].
    fn trim(&mut self, account: AccountId, through: Offset) -> Result<(), StoreError>;
}
}
