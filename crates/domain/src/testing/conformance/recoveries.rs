//! Cases of [`crate::ports::RecoveryRepository`].

use std::sync::Arc;
use std::time::Duration;

use super::join_all;
use super::people::person;
use crate::Timestamp;
use crate::accounts::{AccountId, Email};
use crate::ports::{Constraint, Digest, Store, StoreError, StoreExt, Tx};
use crate::recovery::{Recovery, RecoveryId};

const MADE_AT: Timestamp = Timestamp::from_seconds(1_000);
const END: Timestamp = Timestamp::from_seconds(1_600);
const ID: RecoveryId = RecoveryId::from_bytes([1; 16]);

fn recovery(byte: u8, account: Option<AccountId>) -> Recovery {
    Recovery {
        id: RecoveryId::from_bytes([byte; 16]),
        account,
        email: account.map(|_| Email::parse("A@b.example").unwrap()),
        salt: [byte; 16],
        mac: [byte; 32],
        tries_left: Recovery::TRIES,
        token: None,
        created_at: MADE_AT,
        expires_at: END,
    }
}

async fn insert(store: &Arc<dyn Store>, recovery: Recovery) -> Result<(), StoreError> {
    store
        .write(move |tx| tx.recoveries().insert(&recovery))
        .await
}

async fn find(store: &Arc<dyn Store>, id: RecoveryId) -> Option<Recovery> {
    store
        .read(move |tx| tx.recoveries().find(id))
        .await
        .unwrap()
}

async fn spend(store: &Arc<dyn Store>, now: Timestamp) -> Option<Recovery> {
    store
        .write(move |tx| tx.recoveries().spend_try(ID, now))
        .await
        .unwrap()
}

async fn take(store: &Arc<dyn Store>, token: Digest, now: Timestamp) -> Option<Recovery> {
    store
        .write(move |tx| tx.recoveries().take(ID, &token, now))
        .await
        .unwrap()
}

fn confirm(tx: &mut dyn Tx) -> Result<bool, StoreError> {
    tx.recoveries()
        .confirm(ID, &[7; 32], END + Duration::from_secs(60))
}

/// Every field comes back, also of one that is nobody's.
pub async fn found_as_inserted(store: Arc<dyn Store>) {
    let alice = person(&store, "alice").await.id;
    for (byte, account) in [(1, Some(alice)), (2, None)] {
        let row = recovery(byte, account);
        insert(&store, row.clone()).await.unwrap();
        assert_eq!(find(&store, row.id).await, Some(row));
    }
    let refused = insert(&store, recovery(1, None)).await;
    assert!(
        matches!(refused, Err(StoreError::Conflict(Constraint::Id))),
        "{refused:?}"
    );
    assert_eq!(find(&store, RecoveryId::from_bytes([9; 16])).await, None);
}

/// A code is tried while it has tries and has not expired.
pub async fn a_code_runs_out_of_tries_and_of_time(store: Arc<dyn Store>) {
    let alice = person(&store, "alice").await.id;
    insert(&store, recovery(1, Some(alice))).await.unwrap();
    assert_eq!(spend(&store, END).await, None);
    let last = END - Duration::from_micros(1);
    for tries_left in (0..Recovery::TRIES).rev() {
        let expected = Recovery {
            tries_left,
            ..recovery(1, Some(alice))
        };
        assert_eq!(spend(&store, last).await, Some(expected));
    }
    assert_eq!(spend(&store, last).await, None);
}

/// Of a hundred who guess at once, three get to see the code.
pub async fn a_hundred_parallel_guesses_spend_at_most_three_tries(store: Arc<dyn Store>) {
    insert(&store, recovery(1, None)).await.unwrap();
    let mut left = Vec::new();
    // As many at once as every store takes.
    for _ in 0..4 {
        let guess = || store.write(move |tx| tx.recoveries().spend_try(ID, MADE_AT));
        let spent = join_all((0..25).map(|_| guess()).collect()).await;
        let recoveries = spent.into_iter().filter_map(Result::unwrap);
        left.extend(recoveries.map(|recovery| recovery.tries_left));
    }
    left.sort_unstable();
    assert_eq!(left, [0, 1, 2]);
}

/// Once its code was given, a recovery waits for its token, which takes it once.
pub async fn a_token_takes_it_once(store: Arc<dyn Store>) {
    let alice = person(&store, "alice").await.id;
    let row = recovery(1, Some(alice));
    insert(&store, row.clone()).await.unwrap();
    assert_eq!(take(&store, [7; 32], MADE_AT).await, None);
    assert!(store.write(confirm).await.unwrap());
    assert!(!store.write(confirm).await.unwrap());
    assert_eq!(spend(&store, MADE_AT).await, None);
    let expires_at = END + Duration::from_secs(60);
    for (token, now) in [([8; 32], MADE_AT), ([7; 32], expires_at)] {
        assert_eq!(take(&store, token, now).await, None);
    }
    let confirmed = Recovery {
        token: Some([7; 32]),
        expires_at,
        ..row
    };
    let takers = (0..16)
        .map(|_| store.write(move |tx| tx.recoveries().take(ID, &[7; 32], MADE_AT)))
        .collect();
    let taken: Vec<_> = join_all(takers)
        .await
        .into_iter()
        .filter_map(Result::unwrap)
        .collect();
    assert_eq!(taken, [confirmed]);
    assert_eq!(find(&store, ID).await, None);
    assert!(!store.write(confirm).await.unwrap());
}

/// All of an account go, or all that are over.
pub async fn deleted_and_swept(store: Arc<dyn Store>) {
    let (alice, bob) = (
        person(&store, "alice").await.id,
        person(&store, "bob").await.id,
    );
    for (byte, account) in [
        (1, Some(alice)),
        (2, Some(alice)),
        (3, Some(bob)),
        (4, None),
    ] {
        insert(&store, recovery(byte, account)).await.unwrap();
    }
    let deleted = store
        .write(move |tx| tx.recoveries().delete_all(alice))
        .await
        .unwrap();
    assert_eq!(deleted, 2);
    let before = END - Duration::from_micros(1);
    for (now, limit, swept) in [(before, 10, 0), (END, 1, 1), (END, 10, 1)] {
        let gone = store
            .write(move |tx| tx.recoveries().sweep(now, limit))
            .await
            .unwrap();
        assert_eq!(gone, swept);
    }
}

/// Of those without an account the oldest go when there are too many; those of accounts are not counted.
pub async fn those_of_nobody_give_way_oldest_first(store: Arc<dyn Store>) {
    let alice = person(&store, "alice").await.id;
    for (byte, account) in [(1, Some(alice)), (2, None), (3, None), (4, None)] {
        let created_at = MADE_AT + Duration::from_secs(10 - u64::from(byte));
        let made = Recovery {
            created_at,
            ..recovery(byte, account)
        };
        insert(&store, made).await.unwrap();
    }
    for (kept, limit, gone) in [(3, 9, 0), (0, 1, 1), (1, 9, 1), (1, 9, 0)] {
        let trimmed: Result<u64, StoreError> = store
            .write(move |tx| tx.recoveries().trim_nobodys(kept, limit))
            .await;
        assert_eq!(trimmed.unwrap(), gone);
    }
    for (byte, there) in [(1, true), (2, true), (3, false), (4, false)] {
        let id = RecoveryId::from_bytes([byte; 16]);
        assert_eq!(find(&store, id).await.is_some(), there, "{byte}");
    }
}
