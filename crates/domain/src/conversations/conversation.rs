use crate::Timestamp;
use crate::accounts::{AccountId, Username};
use crate::contacts::Correspondent;

define_id! {
    /// Names a conversation.
    ConversationId
}

/// A conversation to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewConversation {
    /// Its id.
    pub id: ConversationId,
    /// The two who talk; the same pair has one conversation, whoever starts it.
    pub pair: (AccountId, AccountId),
    /// Its random key, sealed under the master key: `text` messages are sealed under it.
    pub sealed_key: Vec<u8>,
    /// When it was started.
    pub created_at: Timestamp,
}

/// Somebody in a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub account: AccountId,
    /// By which name.
    pub username: Username,
}

/// A conversation as its members see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConversationOverview {
    /// Its id.
    pub id: ConversationId,
    /// Who is in it, by folded username.
    pub members: Vec<Member>,
    /// When it was started.
    pub created_at: Timestamp,
    /// The number of the last message; 0 if there is none.
    pub last_seq: u64,
}

/// What a use case needs of a conversation that the caller is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// Its random key, sealed under the master key.
    pub sealed_key: Vec<u8>,
    /// Everybody in it, by id, the caller included.
    pub members: Vec<AccountId>,
    /// What decides whether the caller may write to the others, one for each of them.
    pub others: Vec<Correspondent>,
}
