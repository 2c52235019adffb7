use super::{StoreError, StoredMessage};
use crate::Timestamp;
use crate::accounts::AccountId;
use crate::chats::ChatNumber;
use crate::conversations::ConversationId;
use crate::messages::Reach;

/// A conversation with the number that the dialect `social` knows it by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NumberedConversation {
    /// Which.
    pub conversation: ConversationId,
    /// Its number.
    pub number: ChatNumber,
    /// Who began it there.
    pub initiator: AccountId,
}

impl NumberedConversation {
    /// The one of the two who did not begin it.
    pub(crate) fn receiver(&self, (one, other): (AccountId, AccountId)) -> AccountId {
        if one == self.initiator { other } else { one }
    }
}

repository! {
/// What the dialect `social` adds to conversations: numbers.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
pub trait ChatRepository {
    /// The number of the conversation. If it has none it gets the next one, which was never given before, and
    /// `initiator` is kept with it. Of two callers at once, both get the same.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find_or_number(
        &mut self,
        conversation: ConversationId,
        initiator: AccountId,
    ) -> Result<NumberedConversation, StoreError>;

    /// Those of `conversations` (at most 500) that have a number, in any order.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find_many(
        &mut self,
        conversations: &[ConversationId],
    ) -> Result<Vec<NumberedConversation>, StoreError>;

    /// The conversation of this number, if `account` is in it; None if there is none, or the account is not in it.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find_by_number(
        &mut self,
        account: AccountId,
        number: ChatNumber,
    ) -> Result<Option<NumberedConversation>, StoreError>;

    /// The conversation's messages of format `text` that were there at `now`, neither deleted nor over, in the order of
    /// `reach`, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`].
    fn page_texts(
        &mut self,
        conversation: ConversationId,
        reach: Reach,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<StoredMessage>, StoreError>;
}
}
