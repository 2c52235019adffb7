//! Whoever wants something of a group is in it, and it is a group.

use thiserror::Error;

use crate::accounts::AccountId;
use crate::conversations::{ConversationId, ConversationKind, Standing};
use crate::ports::{StoreError, Tx};

/// Why a group is not changed.
#[derive(Debug, Error)]
pub enum GroupAccessError {
    /// There is none, or the caller is not in it: nobody outside can tell which.
    #[error("no such conversation")]
    UnknownConversation,
    /// It is a pair's: who is in it, and what it is called, never changes.
    #[error(
        "this conversation is not a group: a pair has no roles, no title, and nobody comes or goes"
    )]
    NotAGroup,
    /// The caller is in it, but their role does not allow this.
    #[error("your role in this group does not allow this")]
    InsufficientRole,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How the caller stands in the conversation, which is locked until the unit of work ends.
pub(super) fn lock_any(
    tx: &mut dyn Tx,
    conversation: ConversationId,
    caller: AccountId,
) -> Result<Standing, GroupAccessError> {
    let standing = tx.conversations().lock_standing(conversation, caller)?;
    standing.ok_or(GroupAccessError::UnknownConversation)
}

/// The same for a group.
pub(super) fn lock(
    tx: &mut dyn Tx,
    conversation: ConversationId,
    caller: AccountId,
) -> Result<Standing, GroupAccessError> {
    let standing = lock_any(tx, conversation, caller)?;
    match standing.kind {
        ConversationKind::Pair => Err(GroupAccessError::NotAGroup),
        ConversationKind::Group => Ok(standing),
    }
}

/// Everybody in a group that the caller is in.
pub(super) fn everybody(
    tx: &mut dyn Tx,
    conversation: ConversationId,
    caller: AccountId,
) -> Result<Vec<AccountId>, StoreError> {
    let membership = tx.conversations().find_membership(conversation, caller)?;
    Ok(membership.map_or_else(Vec::new, |membership| membership.members))
}

domain_error!(GroupAccessError {
    UnknownConversation: NotFound, "unknown-conversation";
    NotAGroup: Conflict, "not-a-group";
    InsufficientRole: Forbidden, "insufficient-role";
} else { Store });
