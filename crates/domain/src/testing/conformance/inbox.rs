//! Cases of [`crate::ports::InboxRepository`].

use std::sync::Arc;

use super::people::person;
use crate::Timestamp;
use crate::accounts::AccountId;
use crate::inbox::{EventKind, HeldLog, InboxEvent, NewEvent, Offset, Window};
use crate::ports::{Store, StoreError, StoreExt};
use crate::sessions::{Dialect, Session, SessionId};
use crate::testing::session;

fn event(byte: u8) -> NewEvent {
    NewEvent {
        kind: EventKind::SessionRevoked,
        subject: [byte; 16],
        created_at: Timestamp::from_seconds(i64::from(byte)),
    }
}

async fn tell(store: &Arc<dyn Store>, who: Vec<AccountId>, byte: u8) {
    let told: Result<(), StoreError> = store
        .write(move |tx| {
            tx.inbox().collect(&who, event(byte));
            Ok(())
        })
        .await;
    told.unwrap();
}

async fn log(store: &Arc<dyn Store>, who: AccountId) -> Vec<(Offset, u8)> {
    let events: Vec<InboxEvent> = store
        .read(move |tx| tx.inbox().page(who, 0, 500))
        .await
        .unwrap();
    events
        .iter()
        .map(|event| (event.offset, event.subject[0]))
        .collect()
}

async fn window(store: &Arc<dyn Store>, who: AccountId) -> Option<Window> {
    store.read(move |tx| tx.inbox().window(who)).await.unwrap()
}

/// A new account has an empty log; somebody unknown has none.
pub async fn a_new_log_is_empty(store: Arc<dyn Store>) {
    let alice = person(&store, "alice").await.id;
    assert_eq!(
        window(&store, alice).await,
        Some(Window {
            earliest: 1,
            latest: 0
        })
    );
    assert_eq!(window(&store, AccountId::from_bytes([9; 16])).await, None);
}

/// Each log counts its own offsets, in the order of the commits and within a unit in the order of the calls.
pub async fn each_log_counts_for_itself(store: Arc<dyn Store>) {
    let (alice, bob) = (
        person(&store, "alice").await.id,
        person(&store, "bob").await.id,
    );
    tell(&store, vec![alice, bob], 1).await;
    tell(&store, vec![bob], 2).await;
    let both: Result<(), StoreError> = store
        .write(move |tx| {
            tx.inbox().collect(&[alice], event(3));
            tx.inbox().collect(&[bob, alice], event(4));
            Ok(())
        })
        .await;
    both.unwrap();
    assert_eq!(log(&store, alice).await, [(1, 1), (2, 3), (3, 4)]);
    assert_eq!(log(&store, bob).await, [(1, 1), (2, 2), (3, 4)]);
    assert_eq!(
        window(&store, bob).await,
        Some(Window {
            earliest: 1,
            latest: 3
        })
    );
    let page = store
        .read(move |tx| tx.inbox().page(bob, 1, 1))
        .await
        .unwrap();
    assert_eq!(
        page.iter().map(|event| event.offset).collect::<Vec<_>>(),
        [2]
    );
}

/// A refused unit tells nobody, and leaves no hole.
pub async fn a_refused_unit_tells_nobody(store: Arc<dyn Store>) {
    let alice = person(&store, "alice").await.id;
    let refused: Result<(), StoreError> = store
        .write(move |tx| {
            tx.inbox().collect(&[alice], event(1));
            Err(StoreError::Full)
        })
        .await;
    assert!(refused.is_err());
    tell(&store, vec![alice], 2).await;
    assert_eq!(log(&store, alice).await, [(1, 2)]);
}

/// Somebody unknown among the recipients harms nobody, and somebody named twice hears once.
pub async fn unknown_and_repeated_recipients(store: Arc<dyn Store>) {
    let alice = person(&store, "alice").await.id;
    tell(
        &store,
        vec![alice, AccountId::from_bytes([9; 16]), alice],
        1,
    )
    .await;
    assert_eq!(log(&store, alice).await, [(1, 1)]);
}

/// Units that tell the same accounts in opposite orders, all at once: none is lost, none locks the others out, and
/// every log is dense.
pub async fn crossing_recipients_lose_nothing(store: Arc<dyn Store>) {
    let mut people = Vec::new();
    for name in ["a", "b", "c", "d", "e"] {
        people.push(person(&store, name).await.id);
    }
    let units: Vec<_> = (0..48_u8)
        .map(|byte| {
            let mut who = people.clone();
            who.rotate_left(usize::from(byte) % 5);
            if byte % 2 == 0 {
                who.reverse();
            }
            tell(&store, who, byte)
        })
        .collect();
    super::join_all(units).await;
    for who in people {
        let log = log(&store, who).await;
        assert_eq!(
            log.iter().map(|(offset, _)| *offset).collect::<Vec<_>>(),
            (1..=48).collect::<Vec<_>>()
        );
        let mut told: Vec<u8> = log.iter().map(|(_, byte)| *byte).collect();
        told.sort_unstable();
        assert_eq!(told, (0..48).collect::<Vec<_>>());
    }
}

/// Trimming moves the window, never the numbers.
pub async fn trimmed_from_the_front(store: Arc<dyn Store>) {
    let alice = person(&store, "alice").await.id;
    for byte in 1..=4 {
        tell(&store, vec![alice], byte).await;
    }
    store
        .write(move |tx| tx.inbox().trim(alice, 3))
        .await
        .unwrap();
    store
        .write(move |tx| tx.inbox().trim(alice, 2))
        .await
        .unwrap();
    assert_eq!(
        window(&store, alice).await,
        Some(Window {
            earliest: 4,
            latest: 4
        })
    );
    tell(&store, vec![alice], 5).await;
    assert_eq!(log(&store, alice).await, [(4, 4), (5, 5)]);
    store
        .write(move |tx| tx.inbox().trim(alice, 99))
        .await
        .unwrap();
    assert_eq!(
        window(&store, alice).await,
        Some(Window {
            earliest: 6,
            latest: 5
        })
    );
}

/// A session's mark moves forward and never back.
pub async fn the_mark_moves_forward(store: Arc<dyn Store>) {
    let session = session(person(&store, "alice").await.id);
    let id = session.id;
    store
        .write(move |tx| tx.sessions().insert(&session, &[1; 32].into()))
        .await
        .unwrap();
    for (offset, expected) in [(5, 5), (3, 5), (6, 6)] {
        let mark = store
            .write(move |tx| tx.inbox().acknowledge(id, offset))
            .await
            .unwrap();
        assert_eq!(mark, expected);
    }
    let nobody = SessionId::from_bytes([9; 16]);
    assert_eq!(
        store
            .write(move |tx| tx.inbox().acknowledge(nobody, 5))
            .await
            .unwrap(),
        0
    );
}

/// The heads of those who exist.
pub async fn heads_of_many(store: Arc<dyn Store>) {
    let (alice, bob) = (
        person(&store, "alice").await.id,
        person(&store, "bob").await.id,
    );
    tell(&store, vec![alice], 1).await;
    tell(&store, vec![alice], 2).await;
    let asked = [alice, AccountId::from_bytes([9; 16]), bob];
    let mut heads: Vec<_> = store
        .read(move |tx| tx.inbox().heads(&asked))
        .await
        .unwrap();
    heads.sort_by_key(|(_, head)| *head);
    assert_eq!(heads, [(bob, 0), (alice, 2)]);
    let none: Vec<_> = store.read(|tx| tx.inbox().heads(&[])).await.unwrap();
    assert_eq!(none, []);
}

/// Those whose logs hold something, page by page.
pub async fn logs_that_hold_something(store: Arc<dyn Store>) {
    let mut people = Vec::new();
    for name in ["a", "b", "c", "d"] {
        people.push(person(&store, name).await.id);
    }
    people.sort_unstable();
    let [first, second, third, fourth] = people.try_into().unwrap();
    for who in [first, second, fourth] {
        tell(&store, vec![who], 1).await;
    }
    store
        .write(move |tx| tx.inbox().trim(second, 1))
        .await
        .unwrap();
    for (after, limit, expected) in [
        (None, 9, vec![first, fourth]),
        (None, 1, vec![first]),
        (Some(first), 9, vec![fourth]),
        (Some(third), 9, vec![fourth]),
        (Some(fourth), 9, vec![]),
    ] {
        let found: Vec<HeldLog> = store
            .read(move |tx| tx.inbox().list_held(after, limit))
            .await
            .unwrap();
        let found: Vec<AccountId> = found.iter().map(|log| log.account).collect();
        assert_eq!(found, expected);
    }
}

/// Of each log its oldest event is told, however much was trimmed before it.
pub async fn the_oldest_event_of_a_held_log(store: Arc<dyn Store>) {
    let alice = person(&store, "alice").await.id;
    for subject in 1..=3 {
        tell(&store, vec![alice], subject).await;
    }
    for trimmed in 0..3 {
        store
            .write(move |tx| tx.inbox().trim(alice, trimmed))
            .await
            .unwrap();
        let (held, events): (Vec<HeldLog>, Vec<_>) = store
            .read(move |tx| {
                let held = tx.inbox().list_held(None, 9)?;
                Ok::<_, StoreError>((held, tx.inbox().page(alice, trimmed, 1)?))
            })
            .await
            .unwrap();
        let oldest = events.first().unwrap();
        let expected = HeldLog {
            account: alice,
            oldest: oldest.offset,
            oldest_at: oldest.created_at,
        };
        assert_eq!((held, oldest.offset), (vec![expected], trimmed + 1));
    }
}

/// The lowest mark is that of the slowest device: sessions that have expired, and those of dialects, which have no marks,
/// do not count.
pub async fn the_lowest_mark_counts(store: Arc<dyn Store>) {
    let alice = person(&store, "alice").await.id;
    let now = session(alice).created_at;
    let lowest = async || -> Option<Offset> {
        store
            .read(move |tx| tx.inbox().lowest_mark(alice, now))
            .await
            .unwrap()
    };
    assert_eq!(lowest().await, None);
    let made = [
        (1, Dialect::Native, now + Session::LIFETIME, 7),
        (2, Dialect::Native, now + Session::LIFETIME, 5),
        (3, Dialect::Native, now, 1),
        (4, Dialect::Social, now + Session::LIFETIME, 0),
    ];
    for (byte, dialect, expires_at, mark) in made {
        let session = Session {
            id: SessionId::from_bytes([byte; 16]),
            dialect,
            expires_at,
            ..session(alice)
        };
        let id = session.id;
        let stored: Result<Offset, StoreError> = store
            .write(move |tx| {
                tx.sessions().insert(&session, &[byte; 32].into())?;
                tx.inbox().acknowledge(id, mark)
            })
            .await;
        stored.unwrap();
    }
    assert_eq!(lowest().await, Some(5));
}
