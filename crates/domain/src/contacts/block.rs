//! Somebody blocks somebody else: to the blocked one, they are nobody.

use std::time::Duration;

use thiserror::Error;

use super::ask::tell_both;
use super::{ContactState, Contacts, Relation, find_visible};
use crate::accounts::{AccountId, Username};
use crate::inbox::EventKind;
use crate::ports::{StoreError, StoreExt, Tx};
use crate::sessions::Actor;
use crate::{DomainError, ErrorKind, Timestamp};

/// Why somebody is not blocked.
#[derive(Debug, Error)]
pub enum BlockError {
    /// Nobody has this name, or the caller may not know who.
    #[error("there is no user of this name")]
    UnknownUser,
    /// The name is the caller's own.
    #[error("nobody blocks themselves: this username is your own")]
    Oneself,
    /// The caller blocks as many as one may.
    #[error("an account blocks at most 1000 others: lift a block first")]
    TooMany,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Contacts {
    /// Blocks the user. What there is between the two ends; from now on the user cannot tell the caller from somebody who
    /// does not exist, but for the conversations they have. If it is so already, nothing changes.
    ///
    /// # Errors
    /// [`BlockError`]; then nothing has changed.
    pub async fn block(&self, actor: &Actor, username: Username) -> Result<(), BlockError> {
        let (caller, now) = (actor.account(), self.env.now());
        self.env
            .store
            .write(move |tx| block(tx, caller, &username, now))
            .await
    }

    /// Lifts the caller's block of the user. What it ended stays ended. False if there was none, also if nobody has this
    /// name.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn unblock(&self, actor: &Actor, username: Username) -> Result<bool, StoreError> {
        let caller = actor.account();
        self.env
            .store
            .write(move |tx| unblock(tx, caller, &username))
            .await
    }
}

fn block(
    tx: &mut dyn Tx,
    caller: AccountId,
    username: &Username,
    now: Timestamp,
) -> Result<(), BlockError> {
    let other = find_visible(tx, caller, username)?.ok_or(BlockError::UnknownUser)?;
    if other.account == caller {
        return Err(BlockError::Oneself);
    }
    let relation = tx.contacts().lock(caller, other.account)?;
    if relation.blocked_by_at.is_some() {
        return Err(BlockError::UnknownUser);
    }
    if relation.blocked_at.is_some() {
        return Ok(());
    }
    if tx.contacts().tally(caller)?.blocks >= Contacts::MAX_BLOCKS {
        return Err(BlockError::TooMany);
    }
    let blocked = Relation {
        blocked_at: Some(now),
        ..relation.with_contact(ContactState::None, now)
    };
    tx.contacts().save(caller, other.account, &blocked)?;
    if relation.contact != ContactState::None {
        // To the blocked one the event has no content, as if the other had left.
        tell_both(tx, EventKind::ContactRemoved, caller, other.account, now);
    }
    Ok(())
}

fn unblock(tx: &mut dyn Tx, caller: AccountId, username: &Username) -> Result<bool, StoreError> {
    let found = tx.contacts().find_by_username(caller, username)?;
    let Some(other) = found.filter(|other| other.account != caller) else {
        return Ok(false);
    };
    let relation = tx.contacts().lock(caller, other.account)?;
    if relation.blocked_at.is_none() {
        return Ok(false);
    }
    let lifted = Relation {
        blocked_at: None,
        ..relation
    };
    tx.contacts().save(caller, other.account, &lifted)?;
    Ok(true)
}

impl DomainError for BlockError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::UnknownUser => ErrorKind::NotFound,
            Self::Oneself => ErrorKind::Invalid,
            Self::TooMany => ErrorKind::Conflict,
            Self::Store(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::UnknownUser => "unknown-user",
            Self::Oneself => "block-of-oneself",
            Self::TooMany => "too-many-blocks",
            Self::Store(error) => error.code(),
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
    use super::*;
    use crate::contacts::Tally;
    use crate::testing::{MockTx, account, acquaintance};

    const NOW: Timestamp = Timestamp::from_seconds(9);

    fn tx(locked: Relation) -> MockTx {
        let mut tx = MockTx::default();
        tx.contacts
            .expect_find_by_username()
            .returning(|_, _| Ok(Some(acquaintance("bob"))));
        tx.contacts.expect_lock().returning(move |_, _| Ok(locked));
        tx
    }

    fn run(tx: &mut MockTx) -> Result<(), BlockError> {
        let bob = Username::parse("bob").unwrap();
        block(tx, account("alice").id, &bob, NOW)
    }

    #[test]
    fn a_block_ends_the_contact_and_says_so_to_both() {
        let mutual = Relation::default().with_contact(ContactState::Mutual, NOW);
        for (before, told) in [(mutual, 2), (Relation::default(), 0)] {
            let mut tx = tx(before);
            tx.contacts
                .expect_tally()
                .returning(|_| Ok(Tally::default()));
            tx.contacts
                .expect_save()
                .withf(|_, _, saved| {
                    saved.blocked_at == Some(NOW) && saved.contact == ContactState::None
                })
                .once()
                .returning(|_, _, _| Ok(()));
            tx.inbox.expect_collect().times(told).return_const(());
            run(&mut tx).unwrap();
        }
    }

    #[test]
    fn blocks_are_bounded_and_blocking_twice_is_blocking_once() {
        let mut full = tx(Relation::default());
        full.contacts.expect_tally().returning(|_| {
            Ok(Tally {
                blocks: Contacts::MAX_BLOCKS,
                ..Tally::default()
            })
        });
        assert!(matches!(run(&mut full), Err(BlockError::TooMany)));
        let blocked = Relation {
            blocked_at: Some(NOW),
            ..Relation::default()
        };
        run(&mut tx(blocked)).unwrap();
        let refused = run(&mut tx(blocked.mirrored()));
        assert!(matches!(refused, Err(BlockError::UnknownUser)));
    }

    #[test]
    fn lifting_a_block_leaves_the_others_in_place() {
        let both = Relation {
            blocked_at: Some(NOW),
            blocked_by_at: Some(NOW),
            ..Relation::default()
        };
        let mut tx = tx(both);
        tx.contacts
            .expect_save()
            .withf(|_, _, saved| saved.blocked_at.is_none() && saved.blocked_by_at == Some(NOW))
            .once()
            .returning(|_, _, _| Ok(()));
        let bob = Username::parse("bob").unwrap();
        assert!(unblock(&mut tx, account("alice").id, &bob).unwrap());
    }
}
