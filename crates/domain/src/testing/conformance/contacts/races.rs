//! Who changes the same relation at the same moment.

use std::sync::Arc;

use super::super::join_all;
use super::*;
use crate::ports::Tx;

fn ask(tx: &mut dyn Tx, me: AccountId, other: AccountId) -> Result<ContactState, StoreError> {
    let found = tx.contacts().lock(me, other)?;
    let state = match found.contact {
        _ if found.blocked_by_at.is_some() => return Ok(ContactState::None),
        ContactState::None => ContactState::RequestedByMe,
        ContactState::RequestedByThem => ContactState::Mutual,
        same => same,
    };
    tx.contacts().save(me, other, &contact(state))?;
    Ok(state)
}

/// Two who ask each other at the same moment end up as contacts, and exactly one of them is told that it was accepted.
pub async fn who_ask_each_other_at_once_are_contacts(store: Arc<dyn Store>) {
    let alice = person(&store, "alice").await.id;
    let mut asked = Vec::new();
    let mut others = Vec::new();
    for number in 0..12 {
        let other = person(&store, &format!("other{number}")).await.id;
        others.push(other);
        for (me, them) in [(alice, other), (other, alice)] {
            asked.push(store.write(move |tx| ask(tx, me, them)));
        }
    }
    let states: Vec<ContactState> = join_all(asked)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    let accepted = states
        .iter()
        .filter(|state| **state == ContactState::Mutual);
    assert_eq!(accepted.count(), others.len());
    for other in others {
        let found = relation(&store, alice, other).await;
        assert_eq!(found.contact, ContactState::Mutual);
    }
}

/// Of a block and an acceptance at the same moment the block is what stays, whichever came first.
pub async fn a_block_against_an_acceptance(store: Arc<dyn Store>) {
    let alice = person(&store, "alice").await.id;
    let mut others = Vec::new();
    for number in 0..12 {
        let other = person(&store, &format!("other{number}")).await.id;
        save(&store, alice, other, contact(ContactState::RequestedByMe)).await;
        others.push(other);
    }
    let mut units = Vec::new();
    for other in others.clone() {
        for accepts in [false, true] {
            units.push(store.write(move |tx| {
                if accepts {
                    return ask(tx, other, alice).map(drop);
                }
                tx.contacts().lock(alice, other)?;
                tx.contacts().save(alice, other, &blocked())
            }));
        }
    }
    for done in join_all(units).await {
        done.unwrap();
    }
    for other in others {
        assert_eq!(relation(&store, alice, other).await, blocked());
    }
}

/// A tally that is taken under the lock holds: nobody gets past a bound by asking for many at once.
pub async fn a_tally_is_exact_in_a_race(store: Arc<dyn Store>) {
    const BOUND: u32 = 5;
    let alice = person(&store, "alice").await.id;
    let mut asked = Vec::new();
    for number in 0..16 {
        let other = person(&store, &format!("other{number}")).await.id;
        asked.push(store.write(move |tx| {
            tx.contacts().lock(alice, other)?;
            if tx.contacts().tally(alice)?.contacts >= BOUND {
                return Ok(0);
            }
            let asked = contact(ContactState::RequestedByMe);
            tx.contacts().save(alice, other, &asked)?;
            Ok::<u32, StoreError>(1)
        }));
    }
    let taken: u32 = join_all(asked).await.into_iter().map(Result::unwrap).sum();
    assert_eq!(taken, BOUND);
    let tally = store
        .read(move |tx| tx.contacts().tally(alice))
        .await
        .unwrap();
    assert_eq!(tally.contacts, BOUND);
}
