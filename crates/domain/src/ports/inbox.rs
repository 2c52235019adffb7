use super::StoreError;
use crate::accounts::AccountId;
use crate::inbox::{InboxEvent, NewEvent, Offset, Window};
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

    /// Moves the session's mark forward to `offset`, never back; returns where it stands (0 if there is no session).
    ///
    /// # Errors
    /// [`StoreError`].
    fn acknowledge(&mut self, session: SessionId, offset: Offset) -> Result<Offset, StoreError>;

    /// Deletes the events up to and including `through`; the window begins after it from then on.
    ///
    /// # Errors
    /// [`StoreError`].
    fn trim(&mut self, account: AccountId, through: Offset) -> Result<(), StoreError>;
}
}
