use std::sync::Arc;

use crate::Timestamp;
use crate::accounts::{AccountId, Username};
use crate::contacts::Acquaintance;
use crate::conversations::ConversationOverview;
use crate::envelopes::Envelope;
use crate::files::{File, FileId};
use crate::groups::MemberChange;
use crate::keys::{KeyOwner, PublicKey};
use crate::messages::Message;
use crate::sessions::SessionId;

/// The place of an event in its account's log: 1 for the first, and no holes.
pub type Offset = u64;

/// What happened. The number is what is stored; the name is what clients see as `type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EventKind {
    /// A message came into a conversation of the account, from anybody, the account itself included; or an envelope was left
    /// for it.
    MessageCreated,
    /// A message in a conversation of the account was deleted for everyone.
    MessageDeleted,
    /// The account is in a new conversation.
    ConversationCreated,
    /// One of the account's sessions was ended before its time.
    SessionRevoked,
    /// A key was published or withdrawn, by the account, a contact of it, or somebody it talks with.
    KeyChanged,
    /// The account, or somebody it talks with, has another username.
    AccountRenamed,
    /// A contact of the account, or somebody it talked with, has left for good.
    AccountDeleted,
    /// Somebody has asked the account to be their contact, or the account somebody.
    ContactRequested,
    /// The account and somebody have become contacts.
    ContactAccepted,
    /// A contact has ended, or a request was withdrawn or declined.
    ContactRemoved,
    /// A group of the account has another title, or shows those who join more or less; or messages of a conversation stay
    /// longer or shorter.
    ConversationUpdated,
    /// Somebody came into a group of the account.
    MemberAdded,
    /// Somebody left a group of the account, or was removed from it; the account itself, too.
    MemberRemoved,
    /// Somebody has another role in a group of the account.
    MemberChanged,
    /// Somebody has shared a file with the account.
    FileShared,
    /// A file that was shared with the account is not any more.
    FileUnshared,
}

impl EventKind {
    /// Every kind.
    pub const ALL: [Self; 16] = [
        Self::MessageCreated,
        Self::MessageDeleted,
        Self::ConversationCreated,
        Self::SessionRevoked,
        Self::KeyChanged,
        Self::AccountRenamed,
        Self::AccountDeleted,
        Self::ContactRequested,
        Self::ContactAccepted,
        Self::ContactRemoved,
        Self::ConversationUpdated,
        Self::MemberAdded,
        Self::MemberRemoved,
        Self::MemberChanged,
        Self::FileShared,
        Self::FileUnshared,
    ];

    /// The number it is stored as.
    #[must_use]
    pub const fn code(self) -> i16 {
        match self {
            Self::MessageCreated => 1,
            Self::ConversationCreated => 2,
            Self::SessionRevoked => 3,
            Self::KeyChanged => 4,
            Self::AccountRenamed => 20,
            Self::AccountDeleted => 21,
            Self::ContactRequested => 10,
            Self::ContactAccepted => 11,
            Self::ContactRemoved => 12,
            Self::ConversationUpdated => 30,
            Self::MemberAdded => 31,
            Self::MemberRemoved => 32,
            Self::MemberChanged => 33,
            Self::MessageDeleted => 40,
            Self::FileShared => 41,
            Self::FileUnshared => 42,
        }
    }

    /// The kind stored as this number; None if there is none.
    #[must_use]
    pub fn from_code(code: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// What clients see as `type`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::MessageCreated => "message.created",
            Self::MessageDeleted => "message.deleted",
            Self::ConversationCreated => "conversation.created",
            Self::SessionRevoked => "session.revoked",
            Self::KeyChanged => "key.changed",
            Self::AccountRenamed => "account.renamed",
            Self::AccountDeleted => "account.deleted",
            Self::ContactRequested => "contact.requested",
            Self::ContactAccepted => "contact.accepted",
            Self::ContactRemoved => "contact.removed",
            Self::ConversationUpdated => "conversation.updated",
            Self::MemberAdded => "member.added",
            Self::MemberRemoved => "member.removed",
            Self::MemberChanged => "member.changed",
            Self::FileShared => "file.shared",
            Self::FileUnshared => "file.unshared",
        }
    }
}

/// An event to be told: its kind, and the id of what it is about. The content is joined when the log is read, so that
/// deleting a thing has one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewEvent {
    /// What happened.
    pub kind: EventKind,
    /// The id of the message, envelope, conversation, change of members, session, key, file or account.
    pub subject: [u8; 16],
    /// When.
    pub created_at: Timestamp,
}

/// An event as it stands in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InboxEvent {
    /// Its place.
    pub offset: Offset,
    /// What happened.
    pub kind: EventKind,
    /// To what.
    pub subject: [u8; 16],
    /// When it was written.
    pub created_at: Timestamp,
}

/// The part of a log that is there. Empty when `earliest` is past `latest`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The first offset that has not been trimmed.
    pub earliest: Offset,
    /// The last offset that was given out; 0 if none was.
    pub latest: Offset,
}

/// A log that holds something, and its oldest event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeldLog {
    /// Whose.
    pub account: AccountId,
    /// Where the oldest event stands.
    pub oldest: Offset,
    /// When it was written.
    pub oldest_at: Timestamp,
}

/// An event with its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its place.
    pub offset: Offset,
    /// What happened.
    pub kind: EventKind,
    /// When it was written.
    pub created_at: Timestamp,
    /// To what.
    pub data: EventData,
}

/// The content of an event, as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventData {
    /// The message, which many may be told of; of one that is deleted, what is left.
    Message(Arc<Message>),
    /// The envelope, which still waits.
    Envelope(Envelope),
    /// The conversation.
    Conversation(ConversationOverview),
    /// The id of the session.
    Session(SessionId),
    /// The key, and whose it is.
    Key(KeyOwner, Box<PublicKey>),
    /// Whose key it is: one that dialect `mailbox` alone hands out.
    MailboxKey(KeyOwner),
    /// The account, with the name it has now.
    Account(AccountId, Username),
    /// The id of the account that was there.
    Departed(AccountId),
    /// Who came, left, or has another role.
    Members(Box<MemberChange>),
    /// The other account, and how the owner of the log stands to it now.
    Contact(Box<Acquaintance>),
    /// The file.
    File(Box<File>),
    /// The id of a file that was shared with the account.
    UnsharedFile(FileId),
    /// What the event was about is no longer there.
    Gone,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_lead_back() {
        for kind in EventKind::ALL {
            assert_eq!(EventKind::from_code(kind.code()), Some(kind));
        }
        assert_eq!(EventKind::from_code(0), None);
    }
}
