use super::{Attachment, ChatNumber};
use crate::Timestamp;
use crate::accounts::Username;
use crate::profiles::Person;

/// A conversation as one of the two sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chat {
    /// Its number.
    pub number: ChatNumber,
    /// Who began it here.
    pub initiator: Person,
    /// The other one.
    pub receiver: Person,
    /// Its messages, newest first: as many as the use case says.
    pub messages: Vec<ChatMessage>,
}

/// Somebody's conversations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatList {
    /// Newest first, each with its last message if it has one.
    pub chats: Vec<Chat>,
    /// Whether there are more than are listed.
    pub truncated: bool,
}

/// What somebody said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatMessage {
    /// Its place in the conversation, messages of other formats counted in: 1 for the first.
    pub seq: u64,
    /// What was said; may be empty if a file came with it.
    pub text: String,
    /// The file that came with it, while it is there.
    pub attachment: Option<Attachment>,
    /// When the server took it.
    pub created_at: Timestamp,
    /// Who said it.
    pub sender: Username,
}
