use super::{StoreError, StoredFile, StoredMessage};
use crate::accounts::AccountId;
use crate::chats::ChatNumber;
use crate::conversations::ConversationId;
use crate::files::FileId;
use crate::messages::{MessageId, Reach};

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
/// What the dialect `social` adds to conversations: numbers, and files that came with messages.
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

    /// The conversation's messages of format `text` in the order of `reach`, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`].
    fn page_texts(
        &mut self,
        conversation: ConversationId,
        reach: Reach,
        limit: u32,
    ) -> Result<Vec<StoredMessage>, StoreError>;

    /// Says that the file came with the message. Both must be there, and neither be attached already.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] with `Id` if one of the two is attached.
    fn attach(&mut self, message: MessageId, file: FileId) -> Result<(), StoreError>;

    /// The files that came with those of `messages` (at most 500) with which one came that still has its key, in any
    /// order.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find_attachments(
        &mut self,
        messages: &[MessageId],
    ) -> Result<Vec<(MessageId, StoredFile)>, StoreError>;

    /// The file with this id, if it came with a message of a conversation that `account` is in. None otherwise, also if
    /// its key is destroyed.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find_attachment(
        &mut self,
        account: AccountId,
        file: FileId,
    ) -> Result<Option<StoredFile>, StoreError>;
}
}
