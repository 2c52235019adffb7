//! Cases of [`crate::ports::SocketTicketRepository`].

use std::sync::Arc;
use std::time::Duration;

use super::join_all;
use super::people::person;
use crate::Timestamp;
use crate::ports::{Constraint, Store, StoreError, StoreExt};
use crate::sessions::{EndedSession, Session};
use crate::testing::session;

const NOW: Timestamp = Timestamp::from_seconds(1_000);

async fn logged_in(store: &Arc<dyn Store>, name: &str) -> Session {
    let session = session(person(store, name).await.id);
    let row = session.clone();
    store
        .write(move |tx| tx.sessions().insert(&row, &[9; 32].into()))
        .await
        .unwrap();
    session
}

async fn insert(store: &Arc<dyn Store>, byte: u8, of: &Session) -> Result<bool, StoreError> {
    let (id, until) = (of.id, NOW + Duration::from_secs(byte.into()));
    store
        .write(move |tx| tx.socket_tickets().insert(&[byte; 32], id, until))
        .await
}

async fn take(store: &Arc<dyn Store>, byte: u8, now: Timestamp) -> Option<Session> {
    store
        .write(move |tx| tx.socket_tickets().take(&[byte; 32], now))
        .await
        .unwrap()
}

/// A ticket is taken once, of many who try as well, and only until it expires.
pub async fn taken_once_in_time(store: Arc<dyn Store>) {
    let alice = logged_in(&store, "alice").await;
    for byte in [1, 2] {
        assert!(insert(&store, byte, &alice).await.unwrap());
    }
    let again = insert(&store, 1, &alice).await;
    assert!(matches!(again, Err(StoreError::Conflict(Constraint::Id))));
    let id = alice.id;
    let counted: u64 = store
        .read(move |tx| tx.socket_tickets().count(id))
        .await
        .unwrap();
    assert_eq!(counted, 2);
    assert_eq!(take(&store, 1, NOW + Duration::from_secs(1)).await, None);
    let taken = join_all((0..16).map(|_| take(&store, 2, NOW)).collect()).await;
    let taken: Vec<Session> = taken.into_iter().flatten().collect();
    assert_eq!(taken, [alice]);
    assert_eq!(take(&store, 3, NOW).await, None);
}

/// Tickets end with their session, and a session that has ended gets none.
pub async fn ended_with_their_session(store: Arc<dyn Store>) {
    let alice = logged_in(&store, "alice").await;
    assert!(insert(&store, 1, &alice).await.unwrap());
    let (account, ended) = (
        alice.account,
        EndedSession {
            id: alice.id,
            ended_at: NOW,
            forget_at: NOW,
        },
    );
    let done: Result<bool, StoreError> = store
        .write(move |tx| tx.sessions().end(account, &ended))
        .await;
    assert!(done.unwrap());
    assert_eq!(take(&store, 1, NOW).await, None);
    assert!(!insert(&store, 2, &alice).await.unwrap());
}

/// Expired tickets go, a batch at a time, and no others.
pub async fn swept_when_expired(store: Arc<dyn Store>) {
    let alice = logged_in(&store, "alice").await;
    for byte in [1, 2, 9] {
        assert!(insert(&store, byte, &alice).await.unwrap());
    }
    let now = NOW + Duration::from_secs(2);
    for (limit, gone) in [(1, 1), (9, 1), (9, 0)] {
        let swept: Result<u64, StoreError> = store
            .write(move |tx| tx.socket_tickets().sweep(now, limit))
            .await;
        assert_eq!(swept.unwrap(), gone);
    }
    assert_eq!(take(&store, 9, now).await, Some(alice));
}
