//! A member says how far they have read, and how far their devices have what was said.

use thiserror::Error;

use super::{ConversationId, Conversations};
use crate::accounts::AccountId;
use crate::groups::Groups;
use crate::ports::{Signal, StoreError, StoreExt, StoredReceipts, Tx};
use crate::sessions::Actor;

/// Where a member is in a conversation, as numbers of messages; 0 before the first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Markers {
    /// The last message that was read.
    pub read: u64,
    /// The last message that a device of the member has: never before what was read.
    pub delivered: u64,
}

/// What became of somebody's markers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MovedMarkers {
    /// Where they stood.
    pub before: Markers,
    /// Where they stand.
    pub after: Markers,
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
    /// forward, and never past the last message. Those who may see it are told, if they are there. Returns where the markers
    /// stand.
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
        let told = self
            .env
            .store
            .write(move |tx| move_markers(tx, account, id, to))
            .await?;
        if let Some(signal) = told.signal {
            self.signals.signal(&told.watchers, &signal);
        }
        Ok(told.stand)
    }
}

/// What is told of a move, and to whom.
struct Told {
    /// Where the markers stand.
    stand: Markers,
    /// None if nothing has moved.
    signal: Option<Signal>,
    /// Who may see it.
    watchers: Vec<AccountId>,
}

fn move_markers(
    tx: &mut dyn Tx,
    account: AccountId,
    id: ConversationId,
    to: Markers,
) -> Result<Told, MoveMarkerError> {
    let moved = tx.conversations().move_markers(id, account, to)?;
    let moved = moved.ok_or(MoveMarkerError::Unknown)?;
    let signal = signal(id, account, moved);
    let watchers = match signal {
        Some(_) => watchers(tx, account, id)?,
        None => Vec::new(),
    };
    Ok(Told {
        stand: moved.after,
        signal,
        watchers,
    })
}

fn signal(conversation: ConversationId, account: AccountId, moved: MovedMarkers) -> Option<Signal> {
    let MovedMarkers { before, after } = moved;
    if after.read > before.read {
        Some(Signal::ReadMarker {
            conversation,
            account,
            seq: after.read,
        })
    } else {
        (after.delivered > before.delivered).then_some(Signal::Delivered {
            conversation,
            account,
            seq: after.delivered,
        })
    }
}

/// Who may see the account's markers, as where they are listed: who sends none sees none, and a block hides them both ways.
fn watchers(
    tx: &mut dyn Tx,
    account: AccountId,
    id: ConversationId,
) -> Result<Vec<AccountId>, StoreError> {
    let everybody = u32::try_from(Groups::MAX_MEMBERS).unwrap_or(u32::MAX);
    let members = tx
        .conversations()
        .page_receipts(id, account, None, everybody)?;
    let own = members.iter().find(|found| found.account == account);
    let sends = own.is_some_and(|own| own.sends);
    let sees = |found: &&StoredReceipts| {
        sends && found.sends && found.unblocked && found.account != account
    };
    let watchers = members.iter().filter(sees);
    Ok(watchers.map(|found| found.account).collect())
}

domain_error!(MoveMarkerError {
    Unknown: NotFound, "unknown-conversation";
} else { Store });

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{MockTx, account};

    const TALK: ConversationId = ConversationId::from_bytes([2; 16]);

    fn stored(name: &str, sends: bool, unblocked: bool) -> StoredReceipts {
        StoredReceipts {
            account: account(name).id,
            username: account(name).username,
            markers: Markers::default(),
            sends,
            unblocked,
        }
    }

    /// Who is told when Alice, who sends receipts or does not, moves on.
    fn told(sends: bool) -> Vec<AccountId> {
        let mut tx = MockTx::default();
        tx.conversations
            .expect_page_receipts()
            .returning(move |_, _, _, _| {
                Ok(vec![
                    stored("alice", sends, true),
                    stored("bob", true, true),
                    stored("carol", false, true),
                    stored("dave", true, false),
                ])
            });
        tx.conversations
            .expect_move_markers()
            .returning(|_, _, to| {
                Ok(Some(MovedMarkers {
                    before: Markers::default(),
                    after: to,
                }))
            });
        let to = Markers {
            read: 3,
            delivered: 3,
        };
        let told = move_markers(&mut tx, account("alice").id, TALK, to).unwrap();
        let expected = Signal::ReadMarker {
            conversation: TALK,
            account: account("alice").id,
            seq: 3,
        };
        assert_eq!((told.stand, told.signal), (to, Some(expected)));
        told.watchers
    }

    #[test]
    fn those_who_may_see_it_are_told_and_nobody_else() {
        assert_eq!(told(true), [account("bob").id]);
        assert_eq!(told(false), []);
    }

    #[test]
    fn what_has_not_moved_is_told_to_nobody_and_nobody_is_looked_up() {
        let stand = Markers {
            read: 3,
            delivered: 4,
        };
        let mut tx = MockTx::default();
        tx.conversations
            .expect_move_markers()
            .returning(move |_, _, _| {
                Ok(Some(MovedMarkers {
                    before: stand,
                    after: stand,
                }))
            });
        let told = move_markers(&mut tx, account("alice").id, TALK, Markers::default()).unwrap();
        assert_eq!((told.stand, told.signal), (stand, None));
    }

    #[test]
    fn who_is_not_a_member_moves_nothing() {
        let mut tx = MockTx::default();
        tx.conversations
            .expect_move_markers()
            .returning(|_, _, _| Ok(None));
        let refused = move_markers(&mut tx, account("alice").id, TALK, Markers::default());
        assert!(matches!(refused, Err(MoveMarkerError::Unknown)));
    }
}
