//! Somebody has begun to write, or goes on.

use std::time::Duration;

use thiserror::Error;

use super::Typing;
use crate::accounts::AccountId;
use crate::conversations::ConversationId;
use crate::ports::{Signal, StoreError, StoreExt, Tx};
use crate::sessions::Actor;

/// Why nobody was told.
#[derive(Debug, Error)]
pub enum TellTypingError {
    /// There is none, or the caller is not in it: nobody outside can tell which.
    #[error("no such conversation")]
    UnknownConversation,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Typing {
    /// For how long a hint holds. Whoever goes on writing says so again before that.
    pub const LIFETIME: Duration = Duration::from_secs(10);

    /// Tells the other members of a conversation, as far as they are looking, that the caller is writing. Somebody who
    /// takes no messages from the caller is told nothing, and the caller does not learn of it.
    ///
    /// # Errors
    /// [`TellTypingError`].
    pub async fn tell(
        &self,
        actor: &Actor,
        conversation: ConversationId,
    ) -> Result<(), TellTypingError> {
        let account = actor.account();
        let readers = self
            .env
            .store
            .read(move |tx| readers(tx, conversation, account))
            .await?;
        let signal = Signal::Typing {
            conversation,
            account,
            until: self.env.now() + Self::LIFETIME,
        };
        self.signals.signal(&readers, &signal);
        Ok(())
    }
}

/// Those who would see what the account writes.
fn readers(
    tx: &mut dyn Tx,
    conversation: ConversationId,
    account: AccountId,
) -> Result<Vec<AccountId>, TellTypingError> {
    let membership = tx.conversations().find_membership(conversation, account)?;
    let membership = membership.ok_or(TellTypingError::UnknownConversation)?;
    if membership.others.iter().any(|other| other.check().is_err()) {
        return Ok(Vec::new());
    }
    let mut members = membership.members;
    members.retain(|member| *member != account);
    Ok(members)
}

domain_error!(TellTypingError {
    UnknownConversation: NotFound, "unknown-conversation";
} else { Store });

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timestamp;
    use crate::accounts::MessagesFrom;
    use crate::contacts::{Correspondent, Relation};
    use crate::conversations::Membership;
    use crate::testing::{MockTx, account};

    const CONVERSATION: ConversationId = ConversationId::from_bytes([2; 16]);

    fn told(messages_from: MessagesFrom, relation: Relation) -> Vec<AccountId> {
        let (alice, bob) = (account("alice").id, account("bob").id);
        let mut tx = MockTx::default();
        tx.conversations
            .expect_find_membership()
            .returning(move |_, _| {
                Ok(Some(Membership {
                    sealed_key: Vec::new(),
                    members: vec![alice, bob],
                    others: vec![Correspondent {
                        messages_from,
                        relation,
                    }],
                    expires_in: None,
                }))
            });
        readers(&mut tx, CONVERSATION, alice).unwrap()
    }

    #[test]
    fn the_others_are_told_and_not_oneself() {
        let told = told(MessagesFrom::Everyone, Relation::default());
        assert_eq!(told, [account("bob").id]);
    }

    #[test]
    fn whoever_takes_no_messages_sees_nobody_write() {
        let blocked = Relation {
            blocked_by_at: Some(Timestamp::from_seconds(1)),
            ..Relation::default()
        };
        assert_eq!(told(MessagesFrom::Everyone, blocked), []);
        assert_eq!(told(MessagesFrom::Nobody, Relation::default()), []);
    }

    #[test]
    fn a_stranger_tells_nobody() {
        let mut tx = MockTx::default();
        tx.conversations
            .expect_find_membership()
            .returning(|_, _| Ok(None));
        let refused = readers(&mut tx, CONVERSATION, account("mallory").id);
        assert!(matches!(refused, Err(TellTypingError::UnknownConversation)));
    }
}
