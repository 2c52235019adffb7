use super::StoreError;
use crate::Timestamp;
use crate::accounts::AccountId;
use crate::conversations::ConversationId;
use crate::keys::{KeyEvent, KeyId, KeyOwner, PublicKey, Thumbprint};

/// A key of a member of a conversation, as far as it matters for what is sealed to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// Whose.
    pub owner: KeyOwner,
    /// Its id.
    pub id: KeyId,
    /// Its thumbprint.
    pub thumbprint: Thumbprint,
    /// Whether it is good; it is withdrawn otherwise.
    pub good: bool,
}

repository! {
/// Published keys, and the history of every change.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
pub trait KeyRepository {
    /// Stores a key, and that it is good. False, and nothing changes, if the account has published a key with this
    /// thumbprint and use before, good or withdrawn.
    ///
    /// # Errors
    /// [`StoreError`].
    fn insert_new(&mut self, owner: AccountId, key: &PublicKey) -> Result<bool, StoreError>;

    /// The account's good keys, newest first, at most [`crate::keys::Keys::MAX_PER_ACCOUNT`].
    ///
    /// # Errors
    /// [`StoreError`].
    fn list(&mut self, owner: AccountId) -> Result<Vec<PublicKey>, StoreError>;

    /// Those of `ids` (at most 500) that there are, good or withdrawn, each with its owner.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find_many(&mut self, ids: &[KeyId]) -> Result<Vec<(KeyOwner, PublicKey)>, StoreError>;

    /// The keys of a conversation's members that others seal to and whose private halves are the owners' alone: the good ones,
    /// and of the withdrawn ones those whose thumbprint is among `sealed_to` (at most 1,000). By owner and id, at most 2,000.
    ///
    /// # Errors
    /// [`StoreError`].
    fn list_recipients(
        &mut self,
        conversation: ConversationId,
        sealed_to: &[Thumbprint],
    ) -> Result<Vec<Recipient>, StoreError>;

    /// Marks a good key of this account as withdrawn. False, and nothing changes, if there is none.
    ///
    /// # Errors
    /// [`StoreError`].
    fn revoke(&mut self, owner: AccountId, id: KeyId, now: Timestamp) -> Result<bool, StoreError>;

    /// Adds to the account's history, behind all that is there.
    ///
    /// # Errors
    /// [`StoreError`].
    fn record(&mut self, event: &KeyEvent) -> Result<(), StoreError>;

    /// The number of the event, in the account's history, that published this key (1 for the first event), the last one if
    /// there are several; None if the account never published it.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find_version(&mut self, owner: AccountId, id: KeyId) -> Result<Option<u64>, StoreError>;

    /// The account's history after its `after`-th event (0: all of it), oldest first, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`].
    fn history(
        &mut self,
        owner: AccountId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<KeyEvent>, StoreError>;
}
}
