use super::{Role, Title};
use crate::Timestamp;
use crate::accounts::{AccountId, Username};
use crate::contacts::Correspondent;
use crate::messages::Lifetime;

define_id! {
    /// Names a conversation.
    ConversationId
}

/// Between whom a conversation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConversationKind {
    /// Two, for as long as it is there.
    Pair,
    /// Up to [`crate::groups::Groups::MAX_MEMBERS`] who come and go.
    Group,
}

impl ConversationKind {
    /// Every kind.
    pub const ALL: [Self; 2] = [Self::Pair, Self::Group];

    /// The number it is stored as.
    #[must_use]
    pub const fn code(self) -> i16 {
        match self {
            Self::Pair => 1,
            Self::Group => 2,
        }
    }

    /// The kind stored as this number; None if there is none.
    #[must_use]
    pub fn from_code(code: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// What clients see.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pair => "pair",
            Self::Group => "group",
        }
    }
}

/// A conversation of a pair to be stored.
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
    /// What they may do in it.
    pub role: Role,
    /// Since when they are in it.
    pub joined_at: Timestamp,
}

impl Member {
    /// Their place in the list of all members.
    #[must_use]
    pub const fn place(&self) -> MemberPlace {
        MemberPlace {
            joined_at: self.joined_at,
            account: self.account,
        }
    }
}

/// A place in the list of a conversation's members: who has been in it longest comes first; of two who came at the same
/// time, the one with the lower id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct MemberPlace {
    /// Since when they are in it.
    pub joined_at: Timestamp,
    /// Who.
    pub account: AccountId,
}

/// A conversation as its members see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConversationOverview {
    /// Its id.
    pub id: ConversationId,
    /// Between whom it is.
    pub kind: ConversationKind,
    /// What it is called; None for a pair, and for a group that has no title.
    pub title: Option<Title>,
    /// Whether somebody who is added sees what was said before.
    pub shows_history: bool,
    /// What the one who looks may do in it.
    pub role: Role,
    /// Who is in it, by folded username: of a group, the [`ConversationOverview::MEMBERS`] who have been in it longest.
    pub members: Vec<Member>,
    /// How many are in it.
    pub member_count: u64,
    /// Rises with every change of the title and of what joining members see.
    pub version: u64,
    /// When it was started.
    pub created_at: Timestamp,
    /// The number of the last message; 0 if there is none.
    pub last_seq: u64,
    /// How long messages stay that are sent from now on; None for ever.
    pub expires_in: Option<Lifetime>,
}

impl ConversationOverview {
    /// The most members that an overview names.
    pub const MEMBERS: u32 = 20;
}

/// How somebody stands in a conversation: what reading it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Between whom it is.
    pub kind: ConversationKind,
    /// What they may do in it.
    pub role: Role,
    /// The number of the first message that they may read; those before are not there for them.
    pub first_seq: u64,
    /// The conversation's random key, sealed under the master key.
    pub sealed_key: Vec<u8>,
    /// Its title, sealed under that key.
    pub sealed_title: Option<Vec<u8>>,
    /// Whether somebody who is added sees what was said before.
    pub shows_history: bool,
    /// Rises with every change of the title and of what joining members see.
    pub version: u64,
    /// How many are in it.
    pub member_count: u64,
    /// The number of the last message; 0 if there is none.
    pub last_seq: u64,
}

/// What writing in a conversation needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// Its random key, sealed under the master key.
    pub sealed_key: Vec<u8>,
    /// Everybody in it, by id, the caller included.
    pub members: Vec<AccountId>,
    /// What decides whether the caller may write to the others: in a pair, one for the other. Empty in a group, where
    /// everybody writes to all: a block between two of its members does not stop the group's talk.
    pub others: Vec<Correspondent>,
    /// How long messages stay at the most.
    pub expires_in: Option<Lifetime>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_lead_back() {
        for kind in ConversationKind::ALL {
            assert_eq!(ConversationKind::from_code(kind.code()), Some(kind));
        }
        assert_eq!(ConversationKind::from_code(0), None);
    }
}
