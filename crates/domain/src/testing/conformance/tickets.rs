//! Cases of [`crate::ports::TicketRepository`].

use std::sync::Arc;
use std::time::Duration;

use super::join_all;
use super::people::person;
use crate::Timestamp;
use crate::accounts::AccountId;
use crate::ports::{Constraint, Store, StoreError, StoreExt, StoredTicket};
use crate::sessions::Dialect;

const NOW: Timestamp = Timestamp::from_seconds(1_000);

fn ticket(account: AccountId, byte: u8) -> StoredTicket {
    StoredTicket {
        account,
        dialect: Dialect::Native,
        checked: byte.is_multiple_of(2).then_some([byte; 32]),
        expires_at: NOW + Duration::from_secs(byte.into()),
    }
}

async fn insert(store: &Arc<dyn Store>, byte: u8, account: AccountId) -> Result<(), StoreError> {
    store
        .write(move |tx| tx.tickets().insert(&[byte; 32], &ticket(account, byte), 5))
        .await
}

async fn find(store: &Arc<dyn Store>, byte: u8, now: Timestamp) -> Option<StoredTicket> {
    store
        .read(move |tx| tx.tickets().find(&[byte; 32], now))
        .await
        .unwrap()
}

async fn spend(store: &Arc<dyn Store>, byte: u8, now: Timestamp) -> bool {
    store
        .write(move |tx| tx.tickets().spend_try(&[byte; 32], now))
        .await
        .unwrap()
}

/// A ticket comes back as it was stored, until it expires or its tries are spent, by many at once too.
pub async fn good_for_a_time_and_some_tries(store: Arc<dyn Store>) {
    let alice = person(&store, "alice").await.id;
    for byte in [1, 2] {
        insert(&store, byte, alice).await.unwrap();
        assert_eq!(find(&store, byte, NOW).await, Some(ticket(alice, byte)));
    }
    let again = insert(&store, 1, alice).await;
    assert!(matches!(again, Err(StoreError::Conflict(Constraint::Id))));
    let end = ticket(alice, 1).expires_at;
    assert_eq!(find(&store, 1, end).await, None);
    assert!(!spend(&store, 1, end).await);

    let spent = join_all((0..32).map(|_| spend(&store, 2, NOW)).collect()).await;
    assert_eq!(spent.into_iter().filter(|spent| *spent).count(), 5);
    assert_eq!(find(&store, 2, NOW).await, None);
}

/// A ticket is removed once, or with all others of its account.
pub async fn removed_once(store: Arc<dyn Store>) {
    let alice = person(&store, "alice").await.id;
    let bob = person(&store, "bob").await.id;
    for (byte, account) in [(1, alice), (2, alice), (3, alice), (4, bob)] {
        insert(&store, byte, account).await.unwrap();
    }
    for removed in [true, false] {
        let done: Result<bool, StoreError> = store.write(|tx| tx.tickets().remove(&[1; 32])).await;
        assert_eq!(done.unwrap(), removed);
    }
    let all: Result<(), StoreError> = store.write(move |tx| tx.tickets().remove_all(alice)).await;
    all.unwrap();
    for (byte, there) in [(1, false), (2, false), (3, false), (4, true)] {
        assert_eq!(find(&store, byte, NOW).await.is_some(), there);
    }
}

/// Expired tickets go, a batch at a time, and no others.
pub async fn swept_when_expired(store: Arc<dyn Store>) {
    let alice = person(&store, "alice").await.id;
    for byte in [1, 2, 9] {
        insert(&store, byte, alice).await.unwrap();
    }
    let now = NOW + Duration::from_secs(2);
    for (limit, gone) in [(1, 1), (9, 1), (9, 0)] {
        let swept: Result<u64, StoreError> =
            store.write(move |tx| tx.tickets().sweep(now, limit)).await;
        assert_eq!(swept.unwrap(), gone);
    }
    assert!(find(&store, 9, NOW).await.is_some());
}

/// Of one account's tickets the newest stay; those of others are not counted.
pub async fn an_account_has_so_many_at_once(store: Arc<dyn Store>) {
    let (alice, bob) = (
        person(&store, "alice").await.id,
        person(&store, "bob").await.id,
    );
    insert(&store, 1, bob).await.unwrap();
    let last = 2 + u8::try_from(StoredTicket::MAX_PER_ACCOUNT).unwrap();
    for byte in 2..=last {
        insert(&store, byte, alice).await.unwrap();
    }
    for (byte, there) in [(1, true), (2, false), (3, true), (last, true)] {
        assert_eq!(find(&store, byte, NOW).await.is_some(), there, "{byte}");
    }
}
