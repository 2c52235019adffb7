use super::StoreError;
use crate::accounts::AccountId;
use crate::keys::{KeyId, KeyOwner};
use crate::mailbox_keys::MailboxKey;

repository! {
/// The keys that accounts have set through dialect `mailbox`, one each. They go with their account.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
pub trait MailboxKeyRepository {
    /// The account's key; None if it has set none.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find(&mut self, owner: AccountId) -> Result<Option<MailboxKey>, StoreError>;

    /// Stores the key in place of the account's own before, if there is one.
    ///
    /// # Errors
    /// [`StoreError`].
    fn put(&mut self, owner: AccountId, key: &MailboxKey) -> Result<(), StoreError>;

    /// Those of `ids` (at most 500) that are set, each with its owner, in no particular order.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find_owners(&mut self, ids: &[KeyId]) -> Result<Vec<(KeyId, KeyOwner)>, StoreError>;
}
}
