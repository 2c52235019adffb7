use super::StoreError;
use crate::Timestamp;
use crate::accounts::{Account, AccountId};
use crate::storage::{AccountStorage, QuotaChoice, ReservationId, StorageReservation};

repository! {
/// How many bytes each account stores, and what is reserved for uploads that run. A row per account, changed by compare and
/// set in the unit of work that changes what is stored; it goes with its account. A reservation may outlive its account. A unit that also touches an account
/// or files does that first, so that two units cannot lock each other out.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
pub trait StorageRepository {
    /// What the account stores and may store; nothing and [`QuotaChoice::Default`] for one that was never told of.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find(&mut self, account: AccountId) -> Result<AccountStorage, StoreError>;

    /// The same, and the account itself; None if there is none. One question.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find_with_account(
        &mut self,
        account: AccountId,
    ) -> Result<Option<(Account, AccountStorage)>, StoreError>;

    /// Adds `bytes` to what the account stores, if it is then within its quota: the account's own, else `default` (None: no
    /// limit). False, and nothing changes, if it would not be. However many try at once, the quota holds.
    ///
    /// # Errors
    /// [`StoreError`].
    fn charge(
        &mut self,
        account: AccountId,
        bytes: u64,
        default: Option<u64>,
    ) -> Result<bool, StoreError>;

    /// Takes `bytes` off what the account stores, if there is such an account; more than there is makes 0.
    ///
    /// # Errors
    /// [`StoreError`].
    fn release(&mut self, account: AccountId, bytes: u64) -> Result<(), StoreError>;

    /// Says what the account may store.
    ///
    /// # Errors
    /// [`StoreError`].
    fn set_quota(&mut self, account: AccountId, choice: QuotaChoice) -> Result<(), StoreError>;

    /// The sum over all accounts. Reads all their rows: not for every upload.
    ///
    /// # Errors
    /// [`StoreError`].
    fn sum(&mut self) -> Result<u64, StoreError>;

    /// Adds a reservation, which says nothing of what the account stores: that is charged beside it.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] with `Id` if the id is there already.
    fn insert_reservation(&mut self, new: &StorageReservation) -> Result<(), StoreError>;

    /// Adds `bytes` to a reservation and moves its end. False, and nothing changes, if there is none.
    ///
    /// # Errors
    /// [`StoreError`].
    fn extend_reservation(
        &mut self,
        id: ReservationId,
        bytes: u64,
        expires_at: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Deletes a reservation and returns what it was; None if there is none. Of many at once one gets it.
    ///
    /// # Errors
    /// [`StoreError`].
    fn take_reservation(
        &mut self,
        id: ReservationId,
    ) -> Result<Option<StorageReservation>, StoreError>;

    /// Reservations that end at `now` or earlier, the oldest first, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`].
    fn list_expired_reservations(
        &mut self,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<ReservationId>, StoreError>;
}
}
