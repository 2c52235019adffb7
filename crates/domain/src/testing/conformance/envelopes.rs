//! Cases of [`crate::ports::EnvelopeRepository`].

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::people::person;
use crate::Timestamp;
use crate::accounts::AccountId;
use crate::envelopes::{Envelope, EnvelopeId, LeaseId, SenderClock, Tally};
use crate::inbox::{EventKind, NewEvent};
use crate::messages::{Body, Format};
use crate::ports::{NewEnvelope, Store, StoreError, StoreExt, Tx};

const NOW: Timestamp = Timestamp::from_seconds(1_000);
const LATER: Timestamp = Timestamp::from_seconds(1_060);

fn id(number: u8) -> EnvelopeId {
    let mut bytes = [0x45; 16];
    bytes[0] = u8::MAX - number;
    EnvelopeId::from_bytes(bytes)
}

fn lease_id(number: u8) -> LeaseId {
    LeaseId::from_bytes([number; 16])
}

fn envelope(number: u8, sender: AccountId, recipient: AccountId) -> NewEnvelope {
    NewEnvelope {
        id: id(number),
        recipient,
        sender,
        format: Format::Mailbox,
        body: Body::parse("x".repeat(usize::from(number))).unwrap(),
        sender_clock: (number != 2).then(|| SenderClock::parse("1643365746").unwrap()),
        created_at: Timestamp::from_seconds(7),
    }
}

async fn scene(store: &Arc<dyn Store>) -> (AccountId, AccountId) {
    (
        person(store, "alice").await.id,
        person(store, "bob").await.id,
    )
}

async fn leave(store: &Arc<dyn Store>, new: NewEnvelope) {
    store
        .write(move |tx| {
            tx.envelopes().lock(new.recipient)?;
            tx.envelopes().insert(&new)
        })
        .await
        .unwrap();
}

async fn on<T: Send + 'static>(
    store: &Arc<dyn Store>,
    mut work: impl FnMut(&mut dyn Tx) -> Result<T, StoreError> + Send + 'static,
) -> T {
    store.write(move |tx| work(tx)).await.unwrap()
}

async fn free(store: &Arc<dyn Store>, who: AccountId, now: Timestamp) -> Vec<EnvelopeId> {
    let found = on(store, move |tx| {
        tx.envelopes().list_free(who, Format::Mailbox, now, 500)
    });
    found.await.into_iter().map(|(id, _)| id).collect()
}

async fn take(
    store: &Arc<dyn Store>,
    who: AccountId,
    numbers: &'static [u8],
    lease: u8,
) -> Vec<Envelope> {
    on(store, move |tx| {
        let ids: Vec<_> = numbers.iter().map(|number| id(*number)).collect();
        tx.envelopes().lease(who, &ids, lease_id(lease), LATER)
    })
    .await
}

/// An envelope comes back as it was left, with its sender's name, to its receiver alone.
pub async fn found_as_left(store: Arc<dyn Store>) {
    let (alice, bob) = scene(&store).await;
    let new = NewEnvelope {
        sender_clock: Some(SenderClock::parse("-12.50e+3").unwrap()),
        ..envelope(1, alice, bob)
    };
    leave(&store, new.clone()).await;
    let find = |who| {
        on(&store, move |tx| {
            tx.envelopes().find_many(who, &[id(1), id(9)])
        })
    };
    let [found] = &find(bob).await[..] else {
        panic!("one of two is there")
    };
    assert_eq!(
        (found.id, found.sender, found.sender_username.as_str()),
        (new.id, alice, "alice")
    );
    assert_eq!(
        (
            &found.body,
            &found.sender_clock,
            found.format,
            found.created_at
        ),
        (&new.body, &new.sender_clock, new.format, new.created_at)
    );
    assert!(find(alice).await.is_empty());
}

/// They are handed out in the order in which they came, whatever their ids and times; each mailbox counts for itself.
pub async fn oldest_first_and_counted(store: Arc<dyn Store>) {
    let (alice, bob) = scene(&store).await;
    for number in [2, 1, 3] {
        leave(&store, envelope(number, alice, bob)).await;
    }
    leave(&store, envelope(9, bob, alice)).await;
    assert_eq!(free(&store, bob, NOW).await, [id(2), id(1), id(3)]);
    let two = on(&store, move |tx| {
        tx.envelopes().list_free(bob, Format::Mailbox, NOW, 2)
    });
    assert_eq!(two.await, [(id(2), 2), (id(1), 1)]);
    let others = on(&store, move |tx| {
        tx.envelopes().list_free(bob, Format::Opaque, NOW, 2)
    });
    assert_eq!(others.await, []);
    let tally = |who| on(&store, move |tx| tx.envelopes().lock(who));
    let expected = Tally {
        envelopes: 3,
        bytes: 6,
    };
    assert_eq!(tally(bob).await, expected);
    let nobody = AccountId::from_bytes([0; 16]);
    assert_eq!(tally(nobody).await, Tally::default());
    let taken = take(&store, bob, &[3, 2], 1).await;
    let order: Vec<_> = taken.iter().map(|one| one.id).collect();
    assert_eq!(order, [id(2), id(3)]);
    assert_eq!(tally(bob).await, expected, "leased ones still wait");
}

/// What is leased is nobody else's until the lease runs out or is released.
pub async fn leased_renewed_and_released(store: Arc<dyn Store>) {
    let (alice, bob) = scene(&store).await;
    for number in 1..=2 {
        leave(&store, envelope(number, alice, bob)).await;
    }
    assert_eq!(take(&store, bob, &[1], 1).await.len(), 1);
    assert!(take(&store, alice, &[2], 1).await.is_empty(), "not hers");
    assert_eq!(free(&store, bob, NOW).await, [id(2)]);
    assert_eq!(free(&store, bob, LATER).await, [id(1), id(2)]);
    let renewed = |lease, who| {
        let until = LATER + Duration::from_secs(1);
        on(&store, move |tx| {
            tx.envelopes().renew(who, lease_id(lease), until)
        })
    };
    assert_eq!(renewed(1, bob).await, 1);
    assert_eq!(renewed(2, bob).await, 0);
    assert_eq!(renewed(1, alice).await, 0);
    assert_eq!(free(&store, bob, LATER).await, [id(2)]);
    for (who, expected) in [(alice, vec![id(2)]), (bob, vec![id(1), id(2)])] {
        on(&store, move |tx| tx.envelopes().release(who, lease_id(1))).await;
        assert_eq!(free(&store, bob, NOW).await, expected);
    }
}

/// Who holds the lease deletes, in batches; whose lease another has taken over deletes nothing.
pub async fn deleted_by_the_lease(store: Arc<dyn Store>) {
    let (alice, bob) = scene(&store).await;
    for number in 1..=3 {
        leave(&store, envelope(number, alice, bob)).await;
    }
    take(&store, bob, &[1, 2, 3], 1).await;
    take(&store, bob, &[3], 2).await;
    let delete = |lease, who, limit| {
        on(&store, move |tx| {
            tx.envelopes().delete_leased(who, lease_id(lease), limit)
        })
    };
    assert_eq!(delete(1, alice, 9).await, 0);
    assert_eq!(delete(1, bob, 1).await, 1);
    assert_eq!(delete(1, bob, 9).await, 1);
    assert_eq!(free(&store, bob, LATER).await, [id(3)]);
    assert_eq!(delete(2, bob, 9).await, 1);
    assert!(free(&store, bob, LATER).await.is_empty());
}

/// They go with whoever of the two leaves.
pub async fn gone_with_either_account(store: Arc<dyn Store>) {
    let (alice, bob) = scene(&store).await;
    let carol = person(&store, "carol").await.id;
    for (number, sender, recipient) in [(1, alice, bob), (2, carol, bob), (3, bob, alice)] {
        leave(&store, envelope(number, sender, recipient)).await;
    }
    assert!(on(&store, move |tx| tx.accounts().remove(alice)).await);
    assert_eq!(free(&store, bob, NOW).await, [id(2)]);
    assert!(free(&store, alice, NOW).await.is_empty());
}

/// When its log is trimmed past the event, an envelope goes, unless dialect `mailbox` still has to hand it out.
pub async fn gone_with_their_events(store: Arc<dyn Store>) {
    let (alice, bob) = scene(&store).await;
    for (number, format) in [(1, Format::Opaque), (2, Format::Mailbox), (3, Format::Jose)] {
        let new = NewEnvelope {
            format,
            ..envelope(number, alice, bob)
        };
        on(&store, move |tx| {
            tx.envelopes().lock(new.recipient)?;
            tx.envelopes().insert(&new)?;
            let event = NewEvent {
                kind: EventKind::MessageCreated,
                subject: *new.id.as_bytes(),
                created_at: NOW,
            };
            tx.inbox().collect(&[new.recipient], event);
            Ok(())
        })
        .await;
    }
    let there = async || -> BTreeSet<EnvelopeId> {
        let ids = [id(1), id(2), id(3)];
        let found = on(&store, move |tx| tx.envelopes().find_many(bob, &ids)).await;
        found.into_iter().map(|envelope| envelope.id).collect()
    };
    on(&store, move |tx| tx.inbox().trim(alice, 3)).await;
    assert_eq!(there().await.len(), 3, "another one's log");
    on(&store, move |tx| tx.inbox().trim(bob, 2)).await;
    assert_eq!(there().await, BTreeSet::from([id(2), id(3)]));
    on(&store, move |tx| tx.inbox().trim(bob, 3)).await;
    assert_eq!(there().await, BTreeSet::from([id(2)]));
}

/// Many take at once what waits: each envelope is taken once, and none is left.
pub async fn many_takers_share_what_waits(store: Arc<dyn Store>) {
    let (alice, bob) = scene(&store).await;
    for number in 1..=24 {
        leave(&store, envelope(number, alice, bob)).await;
    }
    let takers: Vec<_> = (1..=12_u8)
        .map(|number| {
            store.write(move |tx| -> Result<_, StoreError> {
                tx.envelopes().lock(bob)?;
                let seen = tx.envelopes().list_free(bob, Format::Mailbox, NOW, 2)?;
                let ids: Vec<_> = seen.into_iter().map(|(id, _)| id).collect();
                tx.envelopes().lease(bob, &ids, lease_id(number), LATER)
            })
        })
        .collect();
    let taken: Vec<EnvelopeId> = super::join_all(takers)
        .await
        .into_iter()
        .flat_map(Result::unwrap)
        .map(|envelope| envelope.id)
        .collect();
    assert_eq!(taken.len(), 24);
    assert_eq!(taken.iter().collect::<BTreeSet<_>>().len(), 24);
}
