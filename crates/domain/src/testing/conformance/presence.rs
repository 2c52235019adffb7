//! Cases of [`crate::ports::PresenceRepository`].

use std::sync::Arc;
use std::time::Duration;

use super::people::person;
use crate::Timestamp;
use crate::accounts::AccountId;
use crate::ports::{Store, StoreExt};
use crate::sessions::{EndedSession, Session};
use crate::testing::session;

const LEASE: Duration = Duration::from_secs(90);

/// Somebody with a session.
async fn logged_in(store: &Arc<dyn Store>, name: &str, byte: u8) -> Session {
    let session = session(person(store, name).await.id);
    let row = session.clone();
    store
        .write(move |tx| tx.sessions().insert(&row, &[byte; 32].into()))
        .await
        .unwrap();
    session
}

async fn renew(store: &Arc<dyn Store>, who: &[AccountId], now: Timestamp) -> u64 {
    let who = who.to_vec();
    store
        .write(move |tx| tx.presence().renew(&who, now, now + LEASE))
        .await
        .unwrap()
}

async fn online(store: &Arc<dyn Store>, who: &[AccountId], now: Timestamp) -> Vec<AccountId> {
    let asked = who.to_vec();
    let mut there: Vec<AccountId> = store
        .read(move |tx| tx.presence().list_online(&asked, now))
        .await
        .unwrap();
    there.sort_by_key(|id| who.iter().position(|other| other == id));
    there
}

/// A lease runs for its time and not longer; a renewal lengthens it, and an earlier one that comes late does not shorten it.
pub async fn a_lease_runs_out(store: Arc<dyn Store>) {
    let alice = logged_in(&store, "alice", 1).await;
    let bob = logged_in(&store, "bob", 2).await;
    let (one, both) = ([alice.account], [alice.account, bob.account]);
    let start = alice.created_at;
    let at = |seconds| start + Duration::from_secs(seconds);
    assert!(online(&store, &both, start).await.is_empty());
    assert_eq!(renew(&store, &both, start).await, 2);
    assert_eq!(online(&store, &both, at(89)).await, both);
    assert!(online(&store, &both, at(90)).await.is_empty());
    assert_eq!(renew(&store, &one, at(30)).await, 1);
    renew(&store, &one, at(20)).await;
    assert_eq!(online(&store, &both, at(119)).await, one);
    assert!(online(&store, &[bob.account], at(119)).await.is_empty());
}

/// A lease needs a session that runs: none is renewed after the last one, and it ends with the last one.
pub async fn only_who_has_a_session_is_there(store: Arc<dyn Store>) {
    let first = logged_in(&store, "alice", 1).await;
    let second = Session {
        id: crate::sessions::SessionId::from_bytes([8; 16]),
        ..first.clone()
    };
    let (alice, now) = (first.account, first.created_at);
    let stranger = person(&store, "bob").await.id;
    let row = second.clone();
    store
        .write(move |tx| tx.sessions().insert(&row, &[2; 32].into()))
        .await
        .unwrap();
    assert_eq!(renew(&store, &[alice, stranger], now).await, 1);
    for (session, ended) in [(first.id, false), (second.id, true)] {
        let note = EndedSession {
            id: session,
            ended_at: now,
            forget_at: now,
        };
        let last = store
            .write(move |tx| {
                tx.sessions().end(alice, &note)?;
                tx.presence().end_without_session(alice, now)
            })
            .await
            .unwrap();
        assert_eq!(last, ended);
        assert_eq!(online(&store, &[alice], now).await.is_empty(), ended);
    }
    assert_eq!(renew(&store, &[alice], now).await, 0);

    let expired = logged_in(&store, "carol", 3).await;
    assert_eq!(
        renew(&store, &[expired.account], expired.expires_at).await,
        0
    );
}

/// Leases that have run out are deleted, some at a time; others stay.
pub async fn swept_when_run_out(store: Arc<dyn Store>) {
    let mut people = Vec::new();
    for (byte, name) in (1_u8..).zip(["a", "b"]) {
        people.push(logged_in(&store, name, byte).await.account);
    }
    let last = logged_in(&store, "c", 3).await;
    let start = last.created_at;
    let later = start + Duration::from_secs(60);
    renew(&store, &people, start).await;
    renew(&store, &[last.account], later).await;
    let mut swept = Vec::new();
    for _ in 0..3 {
        let rows = store
            .write(move |tx| tx.presence().sweep(start + LEASE, 1))
            .await
            .unwrap();
        swept.push(rows);
    }
    assert_eq!(swept, [1, 1, 0]);
    assert!(online(&store, &people, start).await.is_empty());
    assert_eq!(online(&store, &[last.account], later).await, [last.account]);
}

/// A lease ends at once, whatever sessions there are, and once.
pub async fn a_lease_is_ended(store: Arc<dyn Store>) {
    let alice = logged_in(&store, "alice", 1).await;
    let (account, now) = (alice.account, alice.created_at);
    renew(&store, &[account], now).await;
    for ended in [true, false] {
        let done: bool = store
            .write(move |tx| tx.presence().end(account))
            .await
            .unwrap();
        assert_eq!(done, ended);
        assert!(online(&store, &[account], now).await.is_empty());
    }
}
