//! Somebody makes a group.

use std::time::Duration;

use thiserror::Error;
use zeroize::Zeroizing;

use super::candidates::{self, Refused};
use super::change::tell;
use super::{Groups, NotAddable};
use crate::accounts::{AccountId, Username};
use crate::conversations::{ConversationId, ConversationOverview, Title, open_title};
use crate::inbox::EventKind;
use crate::messages::key_binding;
use crate::ports::{NewGroup, SealError, StoreError, StoreExt, StoredConversation, Tx};
use crate::sessions::Actor;
use crate::{DomainError, ErrorKind, Secret, Timestamp};

/// Asks for a group.
#[derive(Debug, Clone)]
pub struct CreateGroup {
    /// Who is in it besides the caller; may be empty.
    pub members: Vec<Username>,
    /// What it is called.
    pub title: Option<Title>,
    /// Whether somebody who is added later sees what was said before.
    pub shows_history: bool,
}

/// Why there is no group.
#[derive(Debug, Error)]
pub enum CreateGroupError {
    /// More than [`Groups::MAX_MEMBERS`], the caller counted in.
    #[error("a group has at most 1000 members, you included")]
    TooMany,
    /// Somebody cannot be in it.
    #[error("{reason}")]
    Member {
        /// Which of those who were named, counted from 0.
        index: usize,
        /// Why.
        reason: NotAddable,
    },
    /// The caller's account is gone.
    #[error("this account no longer exists")]
    Gone,
    /// The title does not open.
    #[error("the title cannot be opened")]
    Sealed(#[from] SealError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A group before its members are known.
struct Draft {
    id: ConversationId,
    owner: AccountId,
    members: Vec<Username>,
    sealed_key: Vec<u8>,
    sealed_title: Option<Vec<u8>>,
    shows_history: bool,
    now: Timestamp,
}

impl Groups {
    /// Makes a group of the caller, who owns it, and the others; another one each time. All of them are told.
    ///
    /// # Errors
    /// [`CreateGroupError`]; then there is none.
    pub async fn create(
        &self,
        actor: &Actor,
        command: CreateGroup,
    ) -> Result<ConversationOverview, CreateGroupError> {
        let named = u64::try_from(command.members.len()).unwrap_or(u64::MAX);
        if named >= Self::MAX_MEMBERS {
            return Err(CreateGroupError::TooMany);
        }
        let draft = self.draft(actor.account(), command);
        let stored = self.env.store.write(move |tx| create(tx, &draft)).await?;
        Ok(open_title(stored, &*self.sealer)?)
    }

    fn draft(&self, owner: AccountId, command: CreateGroup) -> Draft {
        let id: ConversationId = self.env.new_id();
        let key = Zeroizing::new(self.env.random::<32>());
        let sealed_key = self.sealer.seal(&key_binding(&id), key.as_slice());
        let key = Secret::new(*key);
        let title = command.title.as_ref();
        Draft {
            id,
            owner,
            members: command.members,
            sealed_key,
            sealed_title: title.map(|title| title.seal(&id, &key, &*self.sealer)),
            shows_history: command.shows_history,
            now: self.env.now(),
        }
    }
}

fn create(tx: &mut dyn Tx, draft: &Draft) -> Result<StoredConversation, CreateGroupError> {
    let others = candidates::find_all(tx, draft.owner, &draft.members)?;
    let new = NewGroup {
        id: draft.id,
        sealed_key: draft.sealed_key.clone(),
        sealed_title: draft.sealed_title.clone(),
        shows_history: draft.shows_history,
        owner: draft.owner,
        others,
        created_at: draft.now,
    };
    tx.groups().insert(&new)?;
    let mut everybody = new.others;
    everybody.push(draft.owner);
    tell(
        tx,
        EventKind::ConversationCreated,
        draft.id,
        &everybody,
        draft.now,
    );
    let stored = tx.conversations().find_many(draft.owner, &[draft.id])?;
    stored.into_iter().next().ok_or(CreateGroupError::Gone)
}

impl From<Refused> for CreateGroupError {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Name(index, reason) => Self::Member { index, reason },
            Refused::Store(error) => Self::Store(error),
        }
    }
}

impl DomainError for CreateGroupError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::TooMany => ErrorKind::Invalid,
            Self::Member { reason, .. } => reason.kind(),
            Self::Gone => ErrorKind::Unauthenticated,
            Self::Sealed(_) => ErrorKind::Internal,
            Self::Store(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::TooMany => "too-many-members",
            Self::Member { reason, .. } => reason.code(),
            Self::Gone => "account-gone",
            Self::Sealed(_) => "internal-error",
            Self::Store(error) => error.code(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        matches!(self, Self::TooMany | Self::Member { .. }).then_some("members")
    }

    fn index(&self) -> Option<usize> {
        match self {
            Self::Member { index, .. } => Some(*index),
            _ => None,
        }
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
    use std::collections::BTreeSet;

    use super::*;
    use crate::testing::{MockTx, account, acquaintance, stored_group};

    const GROUP: ConversationId = ConversationId::from_bytes([3; 16]);

    fn draft(members: &[&str]) -> Draft {
        let members = members.iter().map(|name| Username::parse(name).unwrap());
        Draft {
            id: GROUP,
            owner: account("alice").id,
            members: members.collect(),
            sealed_key: vec![1],
            sealed_title: Some(vec![2]),
            shows_history: true,
            now: Timestamp::from_seconds(5),
        }
    }

    #[test]
    fn a_group_is_told_to_everybody_in_it() {
        let mut tx = MockTx::default();
        tx.contacts
            .expect_find_by_usernames()
            .returning(|_, _| Ok(vec![acquaintance("bob"), acquaintance("carol")]));
        let [alice, bob, carol] = ["alice", "bob", "carol"].map(|name| account(name).id);
        tx.groups
            .expect_insert()
            .withf(move |new| new.owner == alice && new.others == [bob, carol])
            .once()
            .returning(|_| Ok(()));
        tx.inbox
            .expect_collect()
            .withf(move |who, event| {
                let who: BTreeSet<_> = who.iter().copied().collect();
                who == BTreeSet::from([alice, bob, carol])
                    && event.kind == EventKind::ConversationCreated
                    && event.subject == *GROUP.as_bytes()
            })
            .once()
            .return_const(());
        tx.conversations
            .expect_find_many()
            .returning(|_, ids| Ok(ids.iter().map(|id| stored_group(*id)).collect()));
        let stored = create(&mut tx, &draft(&["bob", "carol"])).unwrap();
        assert_eq!(stored.overview.id, GROUP);
    }

    #[test]
    fn who_cannot_be_in_it_is_named_by_their_place() {
        let mut tx = MockTx::default();
        tx.contacts
            .expect_find_by_usernames()
            .returning(|_, _| Ok(vec![acquaintance("bob")]));
        let refused = create(&mut tx, &draft(&["bob", "nobody"])).unwrap_err();
        assert_eq!(
            (refused.code(), refused.field(), refused.index()),
            ("unknown-user", Some("members"), Some(1))
        );
    }
}
