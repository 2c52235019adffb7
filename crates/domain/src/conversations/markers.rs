//! A member says how far they have read, and how far their devices have what was said.

use thiserror::Error;

use super::{ConversationId, Conversations};
use crate::ports::{StoreError, StoreExt};
use crate::sessions::Actor;

/// Where a member is in a conversation, as numbers of messages; 0 before the first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Markers {
    /// The last message that was read.
    pub read: u64,
    /// The last message that a device of the member has: never before what was read.
    pub delivered: u64,
}

/// Why no marker was moved.
#[derive(Debug, Error)]
pub enum MoveMarkerError {
    /// There is no such conversation, or the caller is not in it.
    #[error("no such conversation")]
    Unknown,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Conversations {
    /// Notes that the caller has read everything up to and including number `seq`, and so has it. The marker only moves
    /// forward, and never past the last message. Returns where the markers stand.
    ///
    /// # Errors
    /// [`MoveMarkerError`].
    pub async fn mark_read(
        &self,
        actor: &Actor,
        id: ConversationId,
        seq: u64,
    ) -> Result<Markers, MoveMarkerError> {
        let to = Markers {
            read: seq,
            delivered: seq,
        };
        self.move_markers(actor, id, to).await
    }

    /// Notes that a device of the caller has everything up to and including number `seq`; otherwise as
    /// [`Conversations::mark_read`].
    ///
    /// # Errors
    /// [`MoveMarkerError`].
    pub async fn mark_delivered(
        &self,
        actor: &Actor,
        id: ConversationId,
        seq: u64,
    ) -> Result<Markers, MoveMarkerError> {
        let to = Markers {
            read: 0,
            delivered: seq,
        };
        self.move_markers(actor, id, to).await
    }

    async fn move_markers(
        &self,
        actor: &Actor,
        id: ConversationId,
        to: Markers,
    ) -> Result<Markers, MoveMarkerError> {
        let account = actor.account();
        self.env
            .store
            .write(move |tx| {
                let moved = tx.conversations().move_markers(id, account, to)?;
                moved.ok_or(MoveMarkerError::Unknown)
            })
            .await
    }
}

domain_error!(MoveMarkerError {
    Unknown: NotFound, "unknown-conversation";
} else { Store });
