use super::StoreError;
use crate::accounts::AccountId;
use crate::conversations::{ConversationId, ConversationOverview, Membership, NewConversation};

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

    /// What a member may use; None if `account` is not in the conversation.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find_membership(
        &mut self,
        id: ConversationId,
        account: AccountId,
    ) -> Result<Option<Membership>, StoreError>;

    /// Whether the two have a conversation.
    ///
    /// # Errors
    /// [`StoreError`].
    fn has_pair(&mut self, one: AccountId, other: AccountId) -> Result<bool, StoreError>;

    /// Those of `ids` (at most 500) that `account` is in, newest first, each once.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find_many(
        &mut self,
        account: AccountId,
        ids: &[ConversationId],
    ) -> Result<Vec<ConversationOverview>, StoreError>;

    /// The ids of the account's conversations below `before` (all, if None), newest first, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`].
    fn page(
        &mut self,
        account: AccountId,
        before: Option<ConversationId>,
        limit: u32,
    ) -> Result<Vec<ConversationId>, StoreError>;

    /// Everybody who shares a conversation with `account`, each once, by id, at most `limit`; without those of whom one
    /// blocks the other.
    ///
    /// # Errors
    /// [`StoreError`].
    fn list_partners(
        &mut self,
        account: AccountId,
        limit: u32,
    ) -> Result<Vec<AccountId>, StoreError>;

    /// Deletes every conversation that `account` is in, for everybody, with its key and its messages; says how many there
    /// were.
    ///
    /// # Errors
    /// [`StoreError`].
    fn delete_all(&mut self, account: AccountId) -> Result<u64, StoreError>;
}
}
