//! Cases of [`crate::ports::SessionRepository`].

use std::sync::Arc;
use std::time::Duration;

use super::people::person;
use crate::Timestamp;
use crate::app_passwords::AppPasswordId;
use crate::ports::{Constraint, Digest, Store, StoreError, StoreExt, TokenDigests};
use crate::sessions::{Dialect, EndedSession, Session, SessionId};
use crate::testing::session;

async fn insert(
    store: &Arc<dyn Store>,
    session: Session,
    refresh: Digest,
) -> Result<(), StoreError> {
    store
        .write(move |tx| tx.sessions().insert(&session, &refresh.into()))
        .await
}

fn id(byte: u8) -> SessionId {
    SessionId::from_bytes([byte; 16])
}

fn ended(session: &Session, at: Timestamp) -> EndedSession {
    EndedSession {
        id: session.id,
        ended_at: at,
        forget_at: at + Duration::from_secs(100),
    }
}

/// Every field comes back, for each dialect.
pub async fn found_as_inserted(store: Arc<dyn Store>) {
    let alice = person(&store, "alice").await;
    for (byte, dialect) in (1..).zip(Dialect::ALL) {
        let client = (dialect != Dialect::Vault).then(|| "curl/8".to_owned());
        let app_password =
            (dialect == Dialect::Vault).then(|| AppPasswordId::from_bytes([byte; 16]));
        let session = Session {
            id: id(byte),
            dialect,
            client,
            app_password,
            ..session(alice.id)
        };
        insert(&store, session.clone(), [byte; 32]).await.unwrap();
        let id = session.id;
        let found = store.read(move |tx| tx.sessions().find(id)).await.unwrap();
        assert_eq!(found, Some(session));
    }
    assert_eq!(
        store.read(|tx| tx.sessions().find(id(0xFF))).await.unwrap(),
        None
    );
}

/// An id names one session, and a digest one token.
pub async fn id_and_digest_are_unique(store: Arc<dyn Store>) {
    let session = session(person(&store, "alice").await.id);
    insert(&store, session.clone(), [1; 32]).await.unwrap();
    for (session, refresh) in [
        (session.clone(), [2; 32]),
        (
            Session {
                id: id(2),
                ..session
            },
            [1; 32],
        ),
    ] {
        let refused = insert(&store, session, refresh).await;
        assert!(
            matches!(refused, Err(StoreError::Conflict(Constraint::Id))),
            "{refused:?}"
        );
    }
}

/// An opaque token leads to its session until that has ended, and names one session.
pub async fn opaque_token_leads_to_its_session(store: Arc<dyn Store>) {
    let session = session(person(&store, "alice").await.id);
    let tokens = TokenDigests {
        refresh: [1; 32],
        opaque: Some([2; 32]),
    };
    let row = session.clone();
    store
        .write(move |tx| tx.sessions().insert(&row, &tokens))
        .await
        .unwrap();
    let find = |digest: Digest| store.read(move |tx| tx.sessions().find_opaque(&digest));
    assert_eq!(find([2; 32]).await.unwrap(), Some(session.clone()));
    assert_eq!(
        find([1; 32]).await.unwrap(),
        None,
        "a refresh token is none"
    );
    let (other, same) = (
        Session {
            id: id(2),
            ..session.clone()
        },
        TokenDigests {
            refresh: [3; 32],
            ..tokens
        },
    );
    let refused = store
        .write(move |tx| tx.sessions().insert(&other, &same))
        .await;
    assert!(
        matches!(refused, Err(StoreError::Conflict(Constraint::Id))),
        "{refused:?}"
    );
    let (account, note) = (session.account, ended(&session, session.created_at));
    store
        .write(move |tx| tx.sessions().end(account, &note))
        .await
        .unwrap();
    assert_eq!(find([2; 32]).await.unwrap(), None);
}

/// An account sees its own sessions, newest first.
pub async fn listed_newest_first(store: Arc<dyn Store>) {
    let (alice, bob) = (person(&store, "alice").await, person(&store, "bob").await);
    for (byte, account, after) in [
        (1, alice.id, 1),
        (2, alice.id, 3),
        (3, alice.id, 2),
        (4, bob.id, 4),
    ] {
        let sample = session(account);
        let created_at = sample.created_at + Duration::from_secs(after);
        insert(
            &store,
            Session {
                id: id(byte),
                created_at,
                ..sample
            },
            [byte; 32],
        )
        .await
        .unwrap();
    }
    let listed = store
        .read(move |tx| tx.sessions().list(alice.id))
        .await
        .unwrap();
    let ids: Vec<_> = listed.iter().map(|session| session.id).collect();
    assert_eq!(ids, [id(2), id(3), id(1)]);
}

/// A refresh token is spent once; it and its successor both lead to the session.
pub async fn refresh_token_is_spent_once(store: Arc<dyn Store>) {
    let session = session(person(&store, "alice").await.id);
    let now = session.created_at + Duration::from_secs(1);
    insert(&store, session.clone(), [1; 32]).await.unwrap();
    let spend =
        move |tx: &mut dyn crate::ports::Tx| tx.sessions().spend_refresh(&[1; 32], &[2; 32], now);
    assert!(store.write(spend).await.unwrap());
    assert!(!store.write(spend).await.unwrap());
    let unknown =
        move |tx: &mut dyn crate::ports::Tx| tx.sessions().spend_refresh(&[7; 32], &[8; 32], now);
    assert!(!store.write(unknown).await.unwrap());
    for (digest, spent_at) in [([1; 32], Some(now)), ([2; 32], None)] {
        let stored = store
            .read(move |tx| tx.sessions().find_refresh(&digest))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            (stored.session, stored.spent_at),
            (session.clone(), spent_at)
        );
    }
    assert_eq!(
        store
            .read(|tx| tx.sessions().find_refresh(&[8; 32]))
            .await
            .unwrap(),
        None
    );
}

/// Of many who spend one token at once, one wins.
pub async fn one_of_many_spends_a_token(store: Arc<dyn Store>) {
    let session = session(person(&store, "alice").await.id);
    let now = session.created_at;
    insert(&store, session, [1; 32]).await.unwrap();
    let spenders: Vec<_> = (0..32)
        .map(|_| store.write(move |tx| tx.sessions().spend_refresh(&[1; 32], &[2; 32], now)))
        .collect();
    let outcomes = super::join_all(spenders).await;
    let winners = outcomes
        .into_iter()
        .filter(|outcome| *outcome.as_ref().unwrap())
        .count();
    assert_eq!(winners, 1);
}

/// Only its owner ends a session; its tokens go with it and the note stays.
pub async fn ended_by_its_owner_with_its_tokens(store: Arc<dyn Store>) {
    let (alice, bob) = (person(&store, "alice").await, person(&store, "bob").await);
    let session = session(alice.id);
    insert(&store, session.clone(), [1; 32]).await.unwrap();
    let note = ended(&session, session.created_at + Duration::from_secs(5));
    assert!(
        !store
            .write(move |tx| tx.sessions().end(bob.id, &note))
            .await
            .unwrap()
    );
    assert!(
        store
            .write(move |tx| tx.sessions().end(alice.id, &note))
            .await
            .unwrap()
    );
    assert!(
        !store
            .write(move |tx| tx.sessions().end(alice.id, &note))
            .await
            .unwrap()
    );
    assert_eq!(
        store
            .read(move |tx| tx.sessions().find(note.id))
            .await
            .unwrap(),
        None
    );
    assert_eq!(
        store
            .read(|tx| tx.sessions().find_refresh(&[1; 32]))
            .await
            .unwrap(),
        None
    );
    for (since, expected) in [
        (note.ended_at, vec![note]),
        (note.ended_at + Duration::from_secs(1), vec![]),
    ] {
        let notes = store
            .read(move |tx| tx.sessions().list_ended(since, 10))
            .await
            .unwrap();
        assert_eq!(notes, expected);
    }
}

/// What has expired, or can be forgotten, goes, and nothing else.
pub async fn swept_when_expired(store: Arc<dyn Store>) {
    let alice = person(&store, "alice").await;
    let old = session(alice.id);
    let now = old.expires_at;
    let young = Session {
        id: id(2),
        expires_at: now + Duration::from_secs(1),
        ..session(alice.id)
    };
    let third = Session {
        id: id(3),
        ..young.clone()
    };
    for (byte, session) in [(1, &old), (2, &young), (3, &third)] {
        insert(&store, session.clone(), [byte; 32]).await.unwrap();
    }
    let note = ended(&third, now - Duration::from_secs(100));
    assert!(
        store
            .write(move |tx| tx.sessions().end(alice.id, &note))
            .await
            .unwrap()
    );
    assert_eq!(
        store
            .write(move |tx| tx.sessions().sweep(now, 10))
            .await
            .unwrap(),
        2
    );
    let left = store
        .read(move |tx| tx.sessions().list(alice.id))
        .await
        .unwrap();
    assert_eq!(left, [young]);
    let long_ago = Timestamp::from_micros(i64::MIN);
    assert_eq!(
        store
            .read(move |tx| tx.sessions().list_ended(long_ago, 10))
            .await
            .unwrap(),
        []
    );
}
