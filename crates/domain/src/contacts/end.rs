//! Somebody withdraws or declines a request, or ends a contact. One look-up tells which.

use super::ask::tell_both;
use super::{ContactState, Contacts};
use crate::Timestamp;
use crate::accounts::{AccountId, Username};
use crate::inbox::EventKind;
use crate::ports::{StoreError, StoreExt, Tx};
use crate::sessions::Actor;

impl Contacts {
    /// Ends whatever there is between the caller and the user, for both: a contact, the caller's request, or the user's.
    /// False if there was nothing, also if nobody has this name.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn end(&self, actor: &Actor, username: Username) -> Result<bool, StoreError> {
        let (caller, now) = (actor.account(), self.env.now());
        self.env
            .store
            .write(move |tx| end(tx, caller, &username, now))
            .await
    }
}

/// Ends what is between the two; false if there was nothing.
pub(crate) fn end(
    tx: &mut dyn Tx,
    caller: AccountId,
    username: &Username,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let found = tx.contacts().find_by_username(caller, username)?;
    let Some(other) = found.filter(|other| other.account != caller) else {
        return Ok(false);
    };
    let relation = tx.contacts().lock(caller, other.account)?;
    if relation.contact == ContactState::None {
        return Ok(false);
    }
    let ended = relation.with_contact(ContactState::None, now);
    tx.contacts().save(caller, other.account, &ended)?;
    tell_both(tx, EventKind::ContactRemoved, caller, other.account, now);
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contacts::Relation;
    use crate::testing::{MockTx, account, acquaintance};

    const NOW: Timestamp = Timestamp::from_seconds(9);

    fn tx(locked: ContactState) -> MockTx {
        let mut tx = MockTx::default();
        tx.contacts
            .expect_find_by_username()
            .returning(|_, _| Ok(Some(acquaintance("bob"))));
        tx.contacts
            .expect_lock()
            .returning(move |_, _| Ok(Relation::default().with_contact(locked, NOW)));
        tx
    }

    fn run(tx: &mut MockTx) -> bool {
        let bob = Username::parse("bob").unwrap();
        end(tx, account("alice").id, &bob, NOW).unwrap()
    }

    #[test]
    fn whatever_there_is_ends_for_both() {
        for state in [
            ContactState::RequestedByMe,
            ContactState::RequestedByThem,
            ContactState::Mutual,
        ] {
            let mut tx = tx(state);
            tx.contacts
                .expect_save()
                .withf(|_, _, saved| *saved == Relation::default())
                .once()
                .returning(|_, _, _| Ok(()));
            tx.inbox
                .expect_collect()
                .withf(|_, event| event.kind == EventKind::ContactRemoved)
                .times(2)
                .return_const(());
            assert!(run(&mut tx));
        }
    }

    #[test]
    fn where_there_is_nothing_nobody_is_told() {
        assert!(!run(&mut tx(ContactState::None)));
        let mut empty = MockTx::default();
        empty
            .contacts
            .expect_find_by_username()
            .returning(|_, _| Ok(None));
        assert!(!run(&mut empty));
    }
}
