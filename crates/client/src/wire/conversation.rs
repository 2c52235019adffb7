use sealpost_domain::Timestamp;
use sealpost_domain::conversations::ConversationId;
use serde::{Deserialize, Serialize};

use super::{User, parse};

/// A conversation.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Conversation {
    /// Names the conversation.
    #[serde(deserialize_with = "parse::parsed")]
    pub id: ConversationId,
    /// Between whom it is.
    #[serde(default)]
    pub kind: ConversationKind,
    /// What it is called: a group may have a title, which the server can read.
    #[serde(default)]
    pub title: Option<String>,
    /// What one may do in it.
    #[serde(default)]
    pub role: Role,
    /// Who is in it, oneself included, by username: of a group, the 20 who have been in it longest.
    pub members: Vec<User>,
    /// How many are in it.
    #[serde(default)]
    pub member_count: u64,
    /// When it was started.
    #[serde(deserialize_with = "parse::parsed")]
    pub created_at: Timestamp,
    /// The `seq` of the last message; 0 if there is none.
    pub last_seq: u64,
}

/// Between whom a conversation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConversationKind {
    /// Two, for as long as it is there.
    #[default]
    Pair,
    /// Many, who come and go.
    Group,
    /// Something of which this version does not know.
    #[serde(other)]
    Other,
}

impl ConversationKind {
    /// What the API calls it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pair => "pair",
            Self::Group => "group",
            Self::Other => "other",
        }
    }
}

/// What somebody may do in a conversation. In a pair both are members.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Reads, writes, and may leave.
    #[default]
    Member,
    /// Adds people, removes members, and changes the title.
    Admin,
    /// Gives the roles, and removes anybody else.
    Owner,
}

impl Role {
    /// What the API calls it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Admin => "admin",
            Self::Owner => "owner",
        }
    }
}

/// Somebody in a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Member {
    /// Who.
    #[serde(flatten)]
    pub user: User,
    /// What they may do in it.
    pub role: Role,
    /// Since when they are in it.
    #[serde(deserialize_with = "parse::parsed")]
    pub joined_at: Timestamp,
}
