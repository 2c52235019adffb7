use super::{Digest, StoreError, StoredFile};
use crate::Timestamp;
use crate::accounts::{AccountId, Username};
use crate::conversations::ConversationId;
use crate::files::FileId;
use crate::messages::{ClientId, Format, MessageId, Reach, Receipt};

/// A message to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMessage {
    /// Its id.
    pub id: MessageId,
    /// Where it is said.
    pub conversation: ConversationId,
    /// Who says it.
    pub sender: AccountId,
    /// The sender's own name for it.
    pub client_id: ClientId,
    /// Tells a repeat from another message of the same name.
    pub digest: Digest,
    /// What the body is.
    pub format: Format,
    /// The body as it is to rest.
    pub body: Vec<u8>,
    /// The files that go with it, in order, at most [`Attachments::MAX`]: whether they may is settled before.
    ///
    /// [`Attachments::MAX`]: crate::messages::Attachments::MAX
    pub attachments: Vec<FileId>,
    /// When the sender's clock says it was sent.
    pub sent_at: Option<Timestamp>,
    /// When the server took it.
    pub created_at: Timestamp,
    /// When it is over, if it does not stay.
    pub expires_at: Option<Timestamp>,
}

/// A message as it rests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredMessage {
    /// Its id.
    pub id: MessageId,
    /// Where it was said.
    pub conversation: ConversationId,
    /// The conversation's key, sealed under the master key.
    pub sealed_key: Vec<u8>,
    /// Its place in the conversation.
    pub seq: u64,
    /// Who said it.
    pub sender: AccountId,
    /// By which name.
    pub sender_username: Username,
    /// The sender's own name for it.
    pub client_id: ClientId,
    /// What the body is.
    pub format: Format,
    /// The body as it rests; empty once the message is deleted.
    pub body: Vec<u8>,
    /// Whether files came with it.
    pub attached: bool,
    /// When the sender's clock says it was sent.
    pub sent_at: Option<Timestamp>,
    /// When the server took it.
    pub created_at: Timestamp,
    /// When it is over, if it does not stay.
    pub expires_at: Option<Timestamp>,
    /// When it was deleted.
    pub deleted_at: Option<Timestamp>,
}

impl StoredMessage {
    /// Since when nothing of it may be shown but its place: it was deleted, or its time is over. None while it is there.
    #[must_use]
    pub fn gone_at(&self, now: Timestamp) -> Option<Timestamp> {
        let over = self.expires_at.filter(|end| *end <= now);
        self.deleted_at.or(over)
    }
}

repository! {
/// Messages in the order of their conversations. Whether somebody may read or write is settled before, by
/// [`super::ConversationRepository::find_membership`] in the same unit of work.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
pub trait MessageRepository {
    /// Stores a message, and which files go with it, at the end of its conversation, which counts as active then, and returns
    /// its number there: one more than the last one's, counted under the conversation's lock, so that commits and numbers
    /// have one order. If the sender's `client_id`
    /// is there already (a repeat that runs at the same time), the unit of work runs again and finds it.
    ///
    /// # Errors
    /// [`StoreError`].
    fn append(&mut self, message: &NewMessage) -> Result<u64, StoreError>;

    /// The receipt and the digest of the message that `sender` sent under `client_id`; None if there is none.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find_sent(
        &mut self,
        sender: AccountId,
        client_id: &ClientId,
    ) -> Result<Option<(Receipt, Digest)>, StoreError>;

    /// Messages of one conversation in the order of `reach`, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`].
    fn page(
        &mut self,
        conversation: ConversationId,
        reach: Reach,
        limit: u32,
    ) -> Result<Vec<StoredMessage>, StoreError>;

    /// The same as far as `reader` may see it: nothing from before they came, if the conversation shows them none of it, and
    /// nothing at all if they are not in it.
    ///
    /// # Errors
    /// [`StoreError`].
    fn visible_page(
        &mut self,
        reader: AccountId,
        conversation: ConversationId,
        reach: Reach,
        limit: u32,
    ) -> Result<Vec<StoredMessage>, StoreError>;

    /// Those of `ids` (at most 500) that are there, in no particular order.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find_many(&mut self, ids: &[MessageId]) -> Result<Vec<StoredMessage>, StoreError>;

    /// The last message of each of `conversations` (at most 500) that has one, in no particular order.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find_last(
        &mut self,
        conversations: &[ConversationId],
    ) -> Result<Vec<StoredMessage>, StoreError>;

    /// The files that came with `messages` (at most 500) and still have their keys: those of one message in its order.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find_attachments(
        &mut self,
        messages: &[MessageId],
    ) -> Result<Vec<(MessageId, StoredFile)>, StoreError>;

    /// Takes the body, the sender's time and the files away from a message, which keeps its place, its sender and its names;
    /// nobody has to acknowledge it any more. False, and nothing changes, if there is none or it is deleted already.
    ///
    /// # Errors
    /// [`StoreError`].
    fn delete(&mut self, id: MessageId, now: Timestamp) -> Result<bool, StoreError>;

    /// The same for messages whose time was over at `now`, as of the end of that time: those that were over first, at most
    /// `limit` (500 at the most). Says how many there were.
    ///
    /// # Errors
    /// [`StoreError`].
    fn expire(&mut self, now: Timestamp, limit: u32) -> Result<u64, StoreError>;
}
}
