//! A group for the tests of this folder: alice, bob and carol.

use crate::Timestamp;
use crate::accounts::AccountId;
use crate::conversations::{ConversationId, ConversationKind, Member, Membership, Role, Standing};
use crate::testing::{MockTx, account};

pub(super) const GROUP: ConversationId = ConversationId::from_bytes([3; 16]);
pub(super) const NOW: Timestamp = Timestamp::from_seconds(9);

/// How somebody of this role stands in the group.
pub(super) fn standing(role: Role) -> Standing {
    Standing {
        kind: ConversationKind::Group,
        role,
        first_seq: 1,
        sealed_key: vec![9; 80],
        sealed_title: None,
        shows_history: false,
        version: 4,
        member_count: 3,
        last_seq: 0,
    }
}

/// Everybody in it.
pub(super) fn group() -> Vec<AccountId> {
    ["alice", "bob", "carol"]
        .map(|name| account(name).id)
        .to_vec()
}

pub(super) fn membership(members: Vec<AccountId>) -> Membership {
    Membership {
        sealed_key: vec![9; 80],
        members,
        others: Vec::new(),
        expires_in: None,
    }
}

pub(super) fn member(name: &str, role: Role) -> Member {
    Member {
        account: account(name).id,
        username: account(name).username,
        role,
        joined_at: NOW,
    }
}

/// A caller who stands so, in the group.
pub(super) fn run_as(tx: &mut MockTx, standing: Standing) {
    tx.conversations
        .expect_lock_standing()
        .once()
        .returning(move |_, _| Ok(Some(standing.clone())));
    tx.conversations
        .expect_find_membership()
        .returning(|_, _| Ok(Some(membership(group()))));
}
