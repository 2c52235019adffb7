use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use sealpost_domain::Timestamp;
use sealpost_domain::conversations::ConversationId;
use sealpost_domain::messages::{ClientId, MessageId};
use serde::{Deserialize, Deserializer};

use super::{User, parse};

/// What the body of a message is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Format {
    /// A JWE: sealed by a [`Correspondent`](crate::Correspondent).
    Jose,
    /// Plain text. The server can read it.
    Text,
    /// Anything else that its sender sealed.
    Opaque,
    /// A format of which this version does not know.
    Other(String),
}

impl Format {
    /// What the API calls it.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Jose => "jose",
            Self::Text => "text",
            Self::Opaque => "opaque",
            Self::Other(name) => name,
        }
    }
}

impl FromStr for Format {
    type Err = Infallible;

    fn from_str(name: &str) -> Result<Self, Infallible> {
        Ok(match name {
            "jose" => Self::Jose,
            "text" => Self::Text,
            "opaque" => Self::Opaque,
            other => Self::Other(other.to_owned()),
        })
    }
}

/// A message as members of its conversation see it.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct Message {
    /// Names the message.
    #[serde(deserialize_with = "parse::parsed")]
    pub id: MessageId,
    /// Where it was said.
    #[serde(rename = "conversation_id", deserialize_with = "parse::parsed")]
    pub conversation: ConversationId,
    /// Its place in the conversation: 1 for the first, and no holes.
    pub seq: u64,
    /// Who said it: so says the server. For sealed messages, the signature must agree.
    pub sender: User,
    /// The sender's own name for it.
    #[serde(deserialize_with = "client_id")]
    pub client_id: ClientId,
    /// What the body is.
    #[serde(deserialize_with = "parse::parsed")]
    pub format: Format,
    /// The body, byte for byte as it was sent; None once the message is deleted or its time is over.
    pub body: Option<String>,
    /// When the sender's clock says it was sent, if it says so.
    #[serde(deserialize_with = "parse::parsed_or_null")]
    pub sent_at: Option<Timestamp>,
    /// When the server took it.
    #[serde(deserialize_with = "parse::parsed")]
    pub created_at: Timestamp,
    /// When it is, or was, over, if it does not stay.
    #[serde(default, deserialize_with = "parse::parsed_or_null")]
    pub expires_at: Option<Timestamp>,
    /// When it was deleted, or its time was over: its place is left, and nothing of what it said.
    #[serde(default, deserialize_with = "parse::parsed_or_null")]
    pub deleted_at: Option<Timestamp>,
}

// What people write to each other belongs in no log.
impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("id", &self.id)
            .field("conversation", &self.conversation)
            .field("seq", &self.seq)
            .field("client_id", &self.client_id)
            .field("format", &self.format)
            .finish_non_exhaustive()
    }
}

/// That a message is stored and on its way to every member.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Receipt {
    /// Names the message.
    #[serde(deserialize_with = "parse::parsed")]
    pub id: MessageId,
    /// Where it was said.
    #[serde(rename = "conversation_id", deserialize_with = "parse::parsed")]
    pub conversation: ConversationId,
    /// Its place in the conversation.
    pub seq: u64,
    /// The sender's own name for it.
    #[serde(deserialize_with = "client_id")]
    pub client_id: ClientId,
    /// When the server took it.
    #[serde(deserialize_with = "parse::parsed")]
    pub created_at: Timestamp,
}

fn client_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ClientId, D::Error> {
    let text = String::deserialize(deserializer)?;
    ClientId::parse(&text).map_err(serde::de::Error::custom)
}
