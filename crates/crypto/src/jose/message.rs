//! What goes in, and what comes out.

use std::fmt;

use sealpost_domain::Timestamp;
use sealpost_domain::conversations::ConversationId;
use sealpost_domain::messages::ClientId;

/// What somebody wants to say.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Draft<'a> {
    /// In which conversation.
    pub conversation: ConversationId,
    /// The name that the sender gives the message; the envelope must carry the same.
    pub client_id: &'a ClientId,
    /// The sender's clock. It is written to the millisecond.
    pub sent_at: Timestamp,
    /// The text.
    pub content: &'a str,
}

/// Where a message was found: what its envelope claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// In this conversation,
    pub conversation: ConversationId,
    /// under this name.
    pub client_id: &'a ClientId,
}

/// A message that was opened, whose signature is good and which was written for the place where it was found.
#[derive(Clone, PartialEq, Eq)]
pub struct Opened {
    /// Where it was said: the place it was found at.
    pub conversation: ConversationId,
    /// The name its sender gave it: the one it was found under.
    pub client_id: ClientId,
    /// When the sender says it was sent: signed, and still only what that clock said.
    pub sent_at: Timestamp,
    /// The text.
    pub content: String,
    /// The RFC 7638 thumbprint of the key that signed it.
    pub sender_kid: String,
}

// What people write to each other belongs in no log.
impl fmt::Debug for Draft<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Draft")
            .field("conversation", &self.conversation)
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened")
            .field("conversation", &self.conversation)
            .field("client_id", &self.client_id)
            .field("sender_kid", &self.sender_kid)
            .finish_non_exhaustive()
    }
}
