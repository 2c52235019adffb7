//! Somebody wants somebody else as a contact: asks, or accepts if the other has asked.

use std::time::Duration;

use thiserror::Error;

use super::{Acquaintance, Contact, ContactState, Contacts, Relation, Tally, find_visible};
use crate::accounts::{AccountId, Username};
use crate::inbox::{EventKind, NewEvent};
use crate::ports::{StoreError, StoreExt, Tx};
use crate::sessions::Actor;
use crate::{DomainError, ErrorKind, Timestamp};

/// Why somebody does not become a contact.
#[derive(Debug, Error)]
pub enum AskError {
    /// Nobody has this name, or the caller may not know who.
    #[error("there is no user of this name")]
    UnknownUser,
    /// The name is the caller's own.
    #[error("a contact is somebody else: this username is your own")]
    Oneself,
    /// The caller has blocked the other.
    #[error("you have blocked this user: lift the block first")]
    Blocked,
    /// The caller has as many contacts and open requests as one may have.
    #[error("an account has at most 1000 contacts and open requests: end one first")]
    TooMany,
    /// So many have asked the other that no further request is taken.
    #[error("this user has too many open requests")]
    TheirsFull,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Contacts {
    /// Asks the user to be the caller's contact; accepts, if the user has asked the caller. If either has happened
    /// already, nothing changes. How the caller stands to the user then.
    ///
    /// # Errors
    /// [`AskError`]; then nothing has changed.
    pub async fn ask(&self, actor: &Actor, username: Username) -> Result<Contact, AskError> {
        self.take(actor, username, asked).await
    }

    /// Takes the caller and the user a step nearer to being contacts.
    pub(super) async fn take(
        &self,
        actor: &Actor,
        username: Username,
        step: Step,
    ) -> Result<Contact, AskError> {
        let (caller, now) = (actor.account(), self.env.now());
        let (other, there) = self
            .env
            .store
            .write(move |tx| {
                let other = approach(tx, caller, &username, now, step)?;
                let there = crate::presence::load(tx, std::slice::from_ref(&other), now)?;
                Ok::<_, AskError>((other, there))
            })
            .await?;
        Ok(self.as_contact(other, &there))
    }
}

/// The next state of being contacts.
pub(super) type Step = fn(&Acquaintance) -> ContactState;

/// By consent: asking once from each side.
fn asked(other: &Acquaintance) -> ContactState {
    match other.relation.contact {
        ContactState::None | ContactState::RequestedByMe => ContactState::RequestedByMe,
        ContactState::RequestedByThem | ContactState::Mutual => ContactState::Mutual,
    }
}

/// Takes `caller` and the user of this name a step nearer to being contacts.
fn approach(
    tx: &mut dyn Tx,
    caller: AccountId,
    username: &Username,
    now: Timestamp,
    step: Step,
) -> Result<Acquaintance, AskError> {
    let mut other = find_visible(tx, caller, username)?.ok_or(AskError::UnknownUser)?;
    if other.account == caller {
        return Err(AskError::Oneself);
    }
    // What was read before the lock may have changed.
    other.relation = tx.contacts().lock(caller, other.account)?;
    if other.relation.blocked_by_at.is_some() {
        return Err(AskError::UnknownUser);
    }
    if other.relation.blocked_at.is_some() {
        return Err(AskError::Blocked);
    }
    let (before, after) = (other.relation.contact, step(&other));
    if before == after {
        return Ok(other);
    }
    check_room(tx, caller, &other, after)?;
    other.relation = other.relation.with_contact(after, now);
    tx.contacts().save(caller, other.account, &other.relation)?;
    let kind = if after == ContactState::Mutual {
        EventKind::ContactAccepted
    } else {
        EventKind::ContactRequested
    };
    tell_both(tx, kind, caller, other.account, now);
    Ok(other)
}

/// Whether both lists have room for the step.
fn check_room(
    tx: &mut dyn Tx,
    caller: AccountId,
    other: &Acquaintance,
    after: ContactState,
) -> Result<(), AskError> {
    let counts = |relation: &Relation| {
        matches!(
            relation.contact,
            ContactState::Mutual | ContactState::RequestedByMe
        )
    };
    let mine: Tally = tx.contacts().tally(caller)?;
    if !counts(&other.relation) && mine.contacts >= Contacts::MAX_CONTACTS {
        return Err(AskError::TooMany);
    }
    let theirs = tx.contacts().tally(other.account)?;
    let full = match after {
        ContactState::Mutual => {
            !counts(&other.relation.mirrored()) && theirs.contacts >= Contacts::MAX_CONTACTS
        }
        _ => theirs.requests >= Contacts::MAX_CONTACTS,
    };
    if full {
        return Err(AskError::TheirsFull);
    }
    Ok(())
}

/// Tells each of the two about the other.
pub(super) fn tell_both(
    tx: &mut dyn Tx,
    kind: EventKind,
    one: AccountId,
    other: AccountId,
    now: Timestamp,
) {
    for (who, about) in [(one, other), (other, one)] {
        let event = NewEvent {
            kind,
            subject: *about.as_bytes(),
            created_at: now,
        };
        tx.inbox().collect(&[who], event);
    }
}

impl DomainError for AskError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::UnknownUser => ErrorKind::NotFound,
            Self::Oneself => ErrorKind::Invalid,
            Self::Blocked => ErrorKind::Forbidden,
            Self::TooMany | Self::TheirsFull => ErrorKind::Conflict,
            Self::Store(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::UnknownUser => "unknown-user",
            Self::Oneself => "contact-with-oneself",
            Self::Blocked => "user-blocked",
            Self::TooMany => "too-many-contacts",
            Self::TheirsFull => "contact-requests-full",
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
    use crate::testing::{MockTx, account, acquaintance};

    const NOW: Timestamp = Timestamp::from_seconds(9);

    fn contact(state: ContactState) -> Relation {
        Relation::default().with_contact(state, Timestamp::from_seconds(1))
    }

    /// Bob as Alice found him, and how they stand to each other once the lock is taken.
    fn tx(locked: Relation, tally: Tally) -> MockTx {
        let mut tx = MockTx::default();
        tx.contacts
            .expect_find_by_username()
            .returning(|_, _| Ok(Some(acquaintance("bob"))));
        tx.contacts.expect_lock().returning(move |_, _| Ok(locked));
        tx.contacts.expect_tally().returning(move |_| Ok(tally));
        tx
    }

    fn ask(tx: &mut MockTx, caller: &str) -> Result<Acquaintance, AskError> {
        let bob = Username::parse("bob").unwrap();
        approach(tx, account(caller).id, &bob, NOW, asked)
    }

    #[test]
    fn the_second_who_asks_accepts_and_both_hear_of_it() {
        for (before, after, kind) in [
            (
                ContactState::None,
                ContactState::RequestedByMe,
                EventKind::ContactRequested,
            ),
            (
                ContactState::RequestedByThem,
                ContactState::Mutual,
                EventKind::ContactAccepted,
            ),
        ] {
            let mut tx = tx(contact(before), Tally::default());
            tx.contacts
                .expect_save()
                .withf(move |_, _, saved| saved.contact == after)
                .once()
                .returning(|_, _, _| Ok(()));
            tx.inbox
                .expect_collect()
                .withf(move |who, event| event.kind == kind && who[0].as_bytes() != &event.subject)
                .times(2)
                .return_const(());
            let reached = ask(&mut tx, "alice").unwrap();
            assert_eq!(reached.relation.contact_since, Some(NOW));
        }
    }

    #[test]
    fn asking_again_changes_nothing_and_tells_nobody() {
        for state in [ContactState::RequestedByMe, ContactState::Mutual] {
            let mut tx = tx(contact(state), Tally::default());
            assert_eq!(ask(&mut tx, "alice").unwrap().relation, contact(state));
        }
    }

    #[test]
    fn a_block_that_came_first_wins() {
        let blocked = Relation {
            blocked_by_at: Some(NOW),
            ..contact(ContactState::None)
        };
        let refused = ask(&mut tx(blocked, Tally::default()), "alice");
        assert!(matches!(refused, Err(AskError::UnknownUser)));
        let refused = ask(&mut tx(blocked.mirrored(), Tally::default()), "alice");
        assert!(matches!(refused, Err(AskError::Blocked)));
        let refused = ask(&mut tx(blocked, Tally::default()), "bob");
        assert!(matches!(refused, Err(AskError::Oneself)));
    }

    #[test]
    fn nobody_fills_anybodys_list_beyond_its_bound() {
        let own = Tally {
            contacts: Contacts::MAX_CONTACTS,
            ..Tally::default()
        };
        for state in [ContactState::None, ContactState::RequestedByThem] {
            let refused = ask(&mut tx(contact(state), own), "alice");
            assert!(matches!(refused, Err(AskError::TooMany)));
        }
        let theirs = Tally {
            requests: Contacts::MAX_CONTACTS,
            ..Tally::default()
        };
        let refused = ask(&mut tx(contact(ContactState::None), theirs), "alice");
        assert!(matches!(refused, Err(AskError::TheirsFull)));
    }
}
