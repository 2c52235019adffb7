//! A message is deleted for everyone.

use thiserror::Error;

use super::{MessageId, Messages};
use crate::Timestamp;
use crate::accounts::AccountId;
use crate::conversations::{ConversationId, Standing};
use crate::inbox::{EventKind, NewEvent};
use crate::ports::{StoreError, StoreExt, StoredMessage, Tx};
use crate::sessions::Actor;

/// Why a message was not deleted.
#[derive(Debug, Error)]
pub enum DeleteMessageError {
    /// There is none in this conversation, the caller is not in it, or the message is not the caller's to delete: nobody can
    /// tell which.
    #[error("no such message")]
    Unknown,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Messages {
    /// Takes what a message said, and the files that came with it, away from everybody, and tells every member. Its place
    /// stays, so that numbers have no hole and a repeat under its `client_id` is known. Again is as once.
    ///
    /// # Errors
    /// [`DeleteMessageError`].
    pub async fn delete(
        &self,
        actor: &Actor,
        conversation: ConversationId,
        id: MessageId,
    ) -> Result<(), DeleteMessageError> {
        let (account, now) = (actor.account(), self.env.now());
        self.env
            .store
            .write(move |tx| delete(tx, account, (conversation, id), now))
            .await
    }
}

fn delete(
    tx: &mut dyn Tx,
    account: AccountId,
    (conversation, id): (ConversationId, MessageId),
    now: Timestamp,
) -> Result<(), DeleteMessageError> {
    let standing = tx.conversations().lock_standing(conversation, account)?;
    let standing = standing.ok_or(DeleteMessageError::Unknown)?;
    let message = tx.messages().find_many(&[id])?.pop();
    let message = message
        .filter(|message| message.conversation == conversation)
        .filter(|message| may_delete(&standing, account, message))
        .ok_or(DeleteMessageError::Unknown)?;
    // What is over is gone for everybody already; the sweep takes the rest.
    if message.gone_at(now).is_some() || !tx.messages().delete(id, now)? {
        return Ok(());
    }
    let event = NewEvent {
        kind: EventKind::MessageDeleted,
        subject: *id.as_bytes(),
        created_at: now,
    };
    let membership = tx.conversations().find_membership(conversation, account)?;
    let members = membership.map_or_else(Vec::new, |membership| membership.members);
    tx.inbox().collect(&members, event);
    Ok(())
}

/// Whether `account` may delete the message for everyone: its sender may, and in a group its owner and its admins, who see it.
fn may_delete(standing: &Standing, account: AccountId, message: &StoredMessage) -> bool {
    let manages = standing.role.manages() && message.seq >= standing.first_seq;
    message.sender == account || manages
}

domain_error!(DeleteMessageError {
    Unknown: NotFound, "unknown-message";
} else { Store });

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversations::{ConversationKind, Membership, Role};
    use crate::testing::{MockTx, account, stored_message};

    const TALK: ConversationId = ConversationId::from_bytes([2; 16]);
    const ID: MessageId = MessageId::from_bytes([1; 16]);
    const NOW: Timestamp = Timestamp::from_seconds(10);

    fn message(conversation: ConversationId) -> StoredMessage {
        StoredMessage {
            id: ID,
            conversation,
            ..stored_message(3)
        }
    }

    fn tx(role: Role, message: Option<StoredMessage>) -> MockTx {
        let mut tx = MockTx::default();
        tx.conversations
            .expect_lock_standing()
            .returning(move |_, _| {
                Ok(Some(Standing {
                    kind: ConversationKind::Group,
                    role,
                    first_seq: 2,
                    sealed_key: vec![1],
                    sealed_title: None,
                    shows_history: false,
                    version: 1,
                    member_count: 2,
                    last_seq: 3,
                }))
            });
        tx.conversations.expect_find_membership().returning(|_, _| {
            Ok(Some(Membership {
                sealed_key: vec![1],
                members: vec![account("alice").id, account("bob").id],
                others: Vec::new(),
                expires_in: None,
            }))
        });
        tx.messages
            .expect_find_many()
            .returning(move |_| Ok(message.clone().into_iter().collect()));
        tx
    }

    fn run(tx: &mut MockTx, who: &str) -> Result<(), DeleteMessageError> {
        delete(tx, account(who).id, (TALK, ID), NOW)
    }

    #[test]
    fn its_sender_deletes_it_or_who_manages_the_group_and_everybody_is_told() {
        for (who, role) in [
            ("alice", Role::Member),
            ("bob", Role::Admin),
            ("bob", Role::Owner),
        ] {
            let mut tx = tx(role, Some(message(TALK)));
            tx.messages
                .expect_delete()
                .withf(|id, now| *id == ID && *now == NOW)
                .once()
                .returning(|_, _| Ok(true));
            tx.inbox
                .expect_collect()
                .withf(|who, event| who.len() == 2 && event.kind == EventKind::MessageDeleted)
                .once()
                .return_const(());
            run(&mut tx, who).unwrap();
        }
    }

    #[test]
    fn again_is_as_once_and_told_to_nobody() {
        let deleted = StoredMessage {
            deleted_at: Some(Timestamp::from_seconds(9)),
            ..message(TALK)
        };
        let over = StoredMessage {
            expires_at: Some(NOW),
            ..message(TALK)
        };
        for gone in [deleted, over] {
            run(&mut tx(Role::Member, Some(gone)), "alice").unwrap();
        }
        // Somebody else was faster.
        let mut raced = tx(Role::Member, Some(message(TALK)));
        raced.messages.expect_delete().returning(|_, _| Ok(false));
        run(&mut raced, "alice").unwrap();
    }

    #[test]
    fn what_is_not_theirs_to_delete_is_unknown() {
        let elsewhere = message(ConversationId::from_bytes([3; 16]));
        let from_before = StoredMessage {
            seq: 1,
            ..message(TALK)
        };
        for (who, role, found) in [
            ("bob", Role::Member, Some(message(TALK))),
            ("bob", Role::Admin, Some(from_before)),
            ("alice", Role::Owner, Some(elsewhere)),
            ("alice", Role::Owner, None),
        ] {
            let refused = run(&mut tx(role, found), who);
            assert!(matches!(refused, Err(DeleteMessageError::Unknown)), "{who}");
        }
        let mut stranger = MockTx::default();
        stranger
            .conversations
            .expect_lock_standing()
            .returning(|_, _| Ok(None));
        let refused = run(&mut stranger, "carol");
        assert!(matches!(refused, Err(DeleteMessageError::Unknown)));
    }
}
