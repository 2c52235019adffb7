use sealpost_domain::Timestamp;
use sealpost_domain::conversations::ConversationId;
use serde::Deserialize;

use super::{User, parse};

/// A conversation.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Conversation {
    /// Names the conversation.
    #[serde(deserialize_with = "parse::parsed")]
    pub id: ConversationId,
    /// Who is in it, oneself included, by username.
    pub members: Vec<User>,
    /// When it was started.
    #[serde(deserialize_with = "parse::parsed")]
    pub created_at: Timestamp,
    /// The `seq` of the last message; 0 if there is none.
    pub last_seq: u64,
}
