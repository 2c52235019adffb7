//! Somebody starts to talk with somebody else.

use std::time::Duration;

use thiserror::Error;
use zeroize::Zeroizing;

use super::{ConversationId, ConversationOverview, Conversations, NewConversation};
use crate::accounts::{AccountId, Username};
use crate::contacts::{WritingRefused, find_visible};
use crate::inbox::{EventKind, NewEvent};
use crate::messages::key_binding;
use crate::ports::{Sealer, StoreError, StoreExt, Tx};
use crate::sessions::Actor;
use crate::{DomainError, Environment, ErrorKind};

/// The conversation, and whether it is new.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Started {
    /// The conversation of the pair.
    pub conversation: ConversationOverview,
    /// False if the pair had one already.
    pub created: bool,
}

/// Why there is no conversation.
#[derive(Debug, Error)]
pub enum StartConversationError {
    /// Nobody has this name, or the caller may not know who: the user blocks the caller, or is not discoverable.
    #[error("there is no user of this name")]
    UnknownUser,
    /// The name is the caller's own.
    #[error("a conversation needs somebody else: this username is your own")]
    WithOneself,
    /// The user takes no messages from the caller, by their settings.
    #[error("this user takes no messages from you")]
    TakesNoMessages,
    /// The caller has blocked the user.
    #[error("you have blocked this user: lift the block first")]
    Blocked,
    /// The caller's account is gone.
    #[error("this account no longer exists")]
    Gone,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Conversations {
    /// The conversation of the caller and `username`; made if there is none. The same pair has one, whoever asks and
    /// however often. Who could not write in it does not get it here, be it new or old.
    ///
    /// # Errors
    /// [`StartConversationError`].
    pub async fn start(
        &self,
        actor: &Actor,
        username: Username,
    ) -> Result<Started, StartConversationError> {
        let starter = actor.account();
        let draft = draft(&self.env, &*self.sealer, starter);
        self.env
            .store
            .write(move |tx| start(tx, starter, &username, &draft))
            .await
    }

    /// Makes a conversation of `starter` and another, to be stored.
    pub(crate) fn draft(
        &self,
        starter: AccountId,
    ) -> impl Fn(AccountId) -> NewConversation + Send + use<> {
        draft(&self.env, &*self.sealer, starter)
    }
}

/// Makes a conversation of `starter` and another, to be stored.
pub(crate) fn draft(
    env: &Environment,
    sealer: &dyn Sealer,
    starter: AccountId,
) -> impl Fn(AccountId) -> NewConversation + Send + use<> {
    let id: ConversationId = env.new_id();
    let key = Zeroizing::new(env.random::<32>());
    let sealed_key = sealer.seal(&key_binding(&id), key.as_slice());
    let created_at = env.now();
    move |other| NewConversation {
        id,
        pair: (starter, other),
        sealed_key: sealed_key.clone(),
        created_at,
    }
}

/// The conversation of `starter` and the user of this name.
pub(crate) fn start(
    tx: &mut dyn Tx,
    starter: AccountId,
    username: &Username,
    draft: &dyn Fn(AccountId) -> NewConversation,
) -> Result<Started, StartConversationError> {
    let other = find_visible(tx, starter, username)?.ok_or(StartConversationError::UnknownUser)?;
    if other.account == starter {
        return Err(StartConversationError::WithOneself);
    }
    other.correspondent().check()?;
    let new = draft(other.account);
    let id = tx.conversations().find_or_insert_pair(&new)?;
    let created = id == new.id;
    if created {
        let event = NewEvent {
            kind: EventKind::ConversationCreated,
            subject: *id.as_bytes(),
            created_at: new.created_at,
        };
        tx.inbox().collect(&[starter, other.account], event);
    }
    let conversation = tx
        .conversations()
        .find_many(starter, &[id])?
        .pop()
        .ok_or(StartConversationError::Gone)?
        // A pair has no title that would have to be opened.
        .overview;
    Ok(Started {
        conversation,
        created,
    })
}

impl From<WritingRefused> for StartConversationError {
    fn from(refused: WritingRefused) -> Self {
        match refused {
            WritingRefused::Blocked => Self::Blocked,
            WritingRefused::TakesNone => Self::TakesNoMessages,
        }
    }
}

impl DomainError for StartConversationError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::UnknownUser => ErrorKind::NotFound,
            Self::WithOneself => ErrorKind::Invalid,
            Self::TakesNoMessages | Self::Blocked => ErrorKind::Forbidden,
            Self::Gone => ErrorKind::Unauthenticated,
            Self::Store(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::UnknownUser => "unknown-user",
            Self::WithOneself => "conversation-with-oneself",
            Self::TakesNoMessages => "takes-no-messages",
            Self::Blocked => "user-blocked",
            Self::Gone => "account-gone",
            Self::Store(error) => error.code(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        matches!(self, Self::UnknownUser | Self::WithOneself).then_some("username")
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Store(error) => error.retry_after(),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timestamp;
    use crate::accounts::MessagesFrom;
    use crate::contacts::Relation;
    use crate::testing::{MockTx, account, acquaintance, stored_group};

    const NEW: ConversationId = ConversationId::from_bytes([1; 16]);
    const OLD: ConversationId = ConversationId::from_bytes([2; 16]);

    fn draft(other: AccountId) -> NewConversation {
        NewConversation {
            id: NEW,
            pair: (account("alice").id, other),
            sealed_key: vec![1],
            created_at: Timestamp::from_seconds(1),
        }
    }

    fn tx(present: ConversationId) -> MockTx {
        let mut tx = MockTx::default();
        tx.contacts
            .expect_find_by_username()
            .returning(|_, _| Ok(Some(acquaintance("bob"))));
        tx.conversations
            .expect_find_or_insert_pair()
            .returning(move |_| Ok(present));
        tx.conversations
            .expect_find_many()
            .returning(|_, ids| Ok(ids.iter().map(|id| stored_group(*id)).collect()));
        tx
    }

    fn run(tx: &mut MockTx, starter: &str) -> Result<Started, StartConversationError> {
        start(
            tx,
            account(starter).id,
            &Username::parse("bob").unwrap(),
            &draft,
        )
    }

    #[test]
    fn a_new_conversation_is_told_to_both() {
        let mut tx = tx(NEW);
        let both = [account("alice").id, account("bob").id];
        tx.inbox
            .expect_collect()
            .withf(move |who, event| who == both && event.subject == [1; 16])
            .once()
            .return_const(());
        let started = run(&mut tx, "alice").unwrap();
        assert!(started.created);
        assert_eq!(started.conversation.id, NEW);
    }

    #[test]
    fn the_pairs_conversation_is_found_again_and_told_to_nobody() {
        let started = run(&mut tx(OLD), "alice").unwrap();
        assert_eq!((started.created, started.conversation.id), (false, OLD));
    }

    #[test]
    fn nobody_talks_with_themselves_or_with_nobody() {
        assert!(matches!(
            run(&mut tx(NEW), "bob"),
            Err(StartConversationError::WithOneself)
        ));
        let mut empty = MockTx::default();
        empty
            .contacts
            .expect_find_by_username()
            .returning(|_, _| Ok(None));
        assert!(matches!(
            run(&mut empty, "alice"),
            Err(StartConversationError::UnknownUser)
        ));
    }

    fn refusal(messages_from: MessagesFrom, relation: Relation) -> StartConversationError {
        let mut bob = acquaintance("bob");
        bob.settings.messages_from = messages_from;
        bob.relation = relation;
        let mut tx = MockTx::default();
        tx.contacts
            .expect_find_by_username()
            .returning(move |_, _| Ok(Some(bob.clone())));
        run(&mut tx, "alice").unwrap_err()
    }

    #[test]
    fn who_is_blocked_meets_nobody_and_who_is_not_wanted_is_told_so() {
        let blocked = Relation {
            blocked_by_at: Some(Timestamp::from_seconds(1)),
            ..Relation::default()
        };
        for messages_from in MessagesFrom::ALL {
            let refused = refusal(messages_from, blocked);
            assert!(matches!(refused, StartConversationError::UnknownUser));
            let refused = refusal(messages_from, blocked.mirrored());
            assert!(matches!(refused, StartConversationError::Blocked));
        }
        for messages_from in [MessagesFrom::Contacts, MessagesFrom::Nobody] {
            let refused = refusal(messages_from, Relation::default());
            assert!(matches!(refused, StartConversationError::TakesNoMessages));
        }
    }
}
