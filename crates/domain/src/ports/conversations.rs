use super::StoreError;
use crate::accounts::AccountId;
use crate::conversations::{
    ConversationId, ConversationKind, ConversationOverview, Membership, NewConversation, Standing,
};

/// A conversation as it rests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredConversation {
    /// What its members see; without its title.
    pub overview: ConversationOverview,
    /// Its random key, sealed under the master key.
    pub sealed_key: Vec<u8>,
    /// Its title, sealed under that key.
    pub sealed_title: Option<Vec<u8>>,
}

repository! {
/// Conversations and who is in them. Every look-up names the account that looks: who is not in a conversation is
/// answered as if there were none.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
pub trait ConversationRepository {
    /// The id of the pair's conversation; stores `new` if there is none. Of two callers at once, both get the same id.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find_or_insert_pair(&mut self, new: &NewConversation) -> Result<ConversationId, StoreError>;

    /// How a member stands in the conversation, in one row however many are in it; None if `account` is not.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find_standing(
        &mut self,
        id: ConversationId,
        account: AccountId,
    ) -> Result<Option<Standing>, StoreError>;

    /// The same, with the conversation locked until the unit of work ends: nobody comes, leaves, writes or changes it
    /// meanwhile. A conversation that `account` is not in is not locked. In a unit that writes.
    ///
    /// # Errors
    /// [`StoreError`].
    fn lock_standing(
        &mut self,
        id: ConversationId,
        account: AccountId,
    ) -> Result<Option<Standing>, StoreError>;

    /// What writing needs: everybody in the conversation and, of a pair, how the other takes messages; None if `account` is
    /// not in it.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find_membership(
        &mut self,
        id: ConversationId,
        account: AccountId,
    ) -> Result<Option<Membership>, StoreError>;

    /// The same under the lock of [`ConversationRepository::lock_standing`]: those whom it names are in the conversation
    /// when the unit of work ends.
    ///
    /// # Errors
    /// [`StoreError`].
    fn lock_membership(
        &mut self,
        id: ConversationId,
        account: AccountId,
    ) -> Result<Option<Membership>, StoreError>;

    /// Whether the two have a conversation of their own.
    ///
    /// # Errors
    /// [`StoreError`].
    fn has_pair(&mut self, one: AccountId, other: AccountId) -> Result<bool, StoreError>;

    /// Whether there is a group that both are in.
    ///
    /// # Errors
    /// [`StoreError`].
    fn share_group(&mut self, one: AccountId, other: AccountId) -> Result<bool, StoreError>;

    /// Those of `ids` (at most 500) that `account` is in, newest first, each once.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find_many(
        &mut self,
        account: AccountId,
        ids: &[ConversationId],
    ) -> Result<Vec<StoredConversation>, StoreError>;

    /// The ids of the account's conversations of this kind (of every kind, if None) below `before` (all, if None), newest
    /// first, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`].
    fn page(
        &mut self,
        account: AccountId,
        kind: Option<ConversationKind>,
        before: Option<ConversationId>,
        limit: u32,
    ) -> Result<Vec<ConversationId>, StoreError>;

    /// Everybody who shares a conversation with `account`, each once, at most `limit`, without those of whom one blocks the
    /// other: first, by id, those of pairs, then, by id, those who only share a group.
    ///
    /// # Errors
    /// [`StoreError`].
    fn list_partners(
        &mut self,
        account: AccountId,
        limit: u32,
    ) -> Result<Vec<AccountId>, StoreError>;

    /// Deletes every pair's conversation that `account` is in, for both, with its key and its messages; says how many there
    /// were. Groups stay.
    ///
    /// # Errors
    /// [`StoreError`].
    fn delete_pairs(&mut self, account: AccountId) -> Result<u64, StoreError>;
}
}
