//! Cases of [`crate::ports::KeyRepository`].

use std::sync::Arc;

use super::people::{conversation, person};
use crate::Timestamp;
use crate::accounts::AccountId;
use crate::keys::{
    Asserter, Custody, KeyAlgorithm, KeyEvent, KeyId, KeyOperation, KeyUse, PublicKey,
};
use crate::ports::{Store, StoreError, StoreExt};

fn id(byte: u8) -> KeyId {
    KeyId::from_bytes([byte; 16])
}

fn key(byte: u8) -> PublicKey {
    PublicKey {
        id: id(byte),
        key_use: KeyUse::Seal,
        algorithm: KeyAlgorithm::X25519,
        custody: Custody::Client,
        jwk: format!("{{\"x\":{byte}}}"),
        thumbprint: [byte; 32],
        created_at: Timestamp::from_seconds(i64::from(byte)),
        revoked_at: None,
    }
}

async fn insert(store: &Arc<dyn Store>, owner: AccountId, key: PublicKey) -> bool {
    store
        .write(move |tx| tx.keys().insert_new(owner, &key))
        .await
        .unwrap()
}

/// Keys come back as they were stored, newest first, and with their owner.
pub async fn found_as_inserted(store: Arc<dyn Store>) {
    let (alice, bob) = (person(&store, "alice").await, person(&store, "bob").await);
    let mut stored = Vec::new();
    for (byte, algorithm) in (1..).zip(KeyAlgorithm::ALL) {
        let custody = if byte % 2 == 0 {
            Custody::Server
        } else {
            Custody::Client
        };
        let key = PublicKey {
            algorithm,
            custody,
            ..key(byte)
        };
        assert!(insert(&store, alice.id, key.clone()).await);
        stored.insert(0, key);
    }
    assert_eq!(
        store
            .read(move |tx| tx.keys().list(alice.id))
            .await
            .unwrap(),
        stored
    );
    assert_eq!(
        store.read(move |tx| tx.keys().list(bob.id)).await.unwrap(),
        []
    );
    let found = store
        .read(|tx| tx.keys().find_many(&[id(2), id(99)]))
        .await
        .unwrap();
    let [(owner, found)] = found.as_slice() else {
        panic!("one of two is there: {found:?}")
    };
    assert_eq!(
        (owner.account, owner.username.as_str(), found.id),
        (alice.id, "alice", id(2))
    );
}

/// An account publishes a key once for each use; another account may publish the same.
pub async fn a_thumbprint_is_published_once(store: Arc<dyn Store>) {
    let (alice, bob) = (
        person(&store, "alice").await.id,
        person(&store, "bob").await.id,
    );
    assert!(insert(&store, alice, key(1)).await);
    assert!(
        !insert(
            &store,
            alice,
            PublicKey {
                id: id(2),
                ..key(1)
            }
        )
        .await
    );
    assert!(
        insert(
            &store,
            alice,
            PublicKey {
                id: id(3),
                key_use: KeyUse::Sign,
                ..key(1)
            }
        )
        .await
    );
    assert!(
        insert(
            &store,
            bob,
            PublicKey {
                id: id(4),
                ..key(1)
            }
        )
        .await
    );
}

/// Only the owner withdraws a key, once; it is no longer listed, is still found, and cannot come back.
pub async fn withdrawn_by_its_owner(store: Arc<dyn Store>) {
    let (alice, bob) = (
        person(&store, "alice").await.id,
        person(&store, "bob").await.id,
    );
    insert(&store, alice, key(1)).await;
    let now = Timestamp::from_seconds(50);
    for (who, withdrawn) in [(bob, false), (alice, true), (alice, false)] {
        let done = store
            .write(move |tx| tx.keys().revoke(who, id(1), now))
            .await
            .unwrap();
        assert_eq!(done, withdrawn);
    }
    assert_eq!(
        store.read(move |tx| tx.keys().list(alice)).await.unwrap(),
        []
    );
    let found = store
        .read(|tx| tx.keys().find_many(&[id(1)]))
        .await
        .unwrap();
    assert_eq!(found.first().unwrap().1.revoked_at, Some(now));
    assert!(
        !insert(
            &store,
            alice,
            PublicKey {
                id: id(2),
                ..key(1)
            }
        )
        .await
    );
}

/// A key's version is the number of the event that published it, whatever came later.
pub async fn the_version_is_the_event_that_published(store: Arc<dyn Store>) {
    let alice = person(&store, "alice").await;
    for (operation, byte) in [
        (KeyOperation::Add, 1),
        (KeyOperation::Add, 2),
        (KeyOperation::Revoke, 2),
        (KeyOperation::Rotate, 3),
    ] {
        let event = KeyEvent {
            account: alice.id,
            operation,
            key: id(byte),
            replaced: None,
            asserted_by: Asserter::Server,
            created_at: Timestamp::from_seconds(1),
        };
        let recorded = store.write(move |tx| tx.keys().record(&event)).await;
        recorded.unwrap();
    }
    for (byte, version) in [(1, Some(1)), (2, Some(2)), (3, Some(4)), (9, None)] {
        let found = store.read(move |tx| tx.keys().find_version(alice.id, id(byte)));
        assert_eq!(found.await.unwrap(), version);
    }
}

/// The history keeps its order, and each account has its own.
pub async fn history_is_append_only(store: Arc<dyn Store>) {
    let (alice, bob) = (
        person(&store, "alice").await.id,
        person(&store, "bob").await.id,
    );
    let event = |byte: u8, account| KeyEvent {
        account,
        operation: if byte == 2 {
            KeyOperation::Rotate
        } else {
            KeyOperation::Add
        },
        key: id(byte),
        replaced: (byte == 2).then(|| id(1)),
        asserted_by: Asserter::Server,
        created_at: Timestamp::from_seconds(i64::from(byte)),
    };
    for (byte, account) in [(1, alice), (2, alice), (3, bob), (4, alice)] {
        insert(&store, account, key(byte)).await;
        let event = event(byte, account);
        store
            .write(move |tx| tx.keys().record(&event))
            .await
            .unwrap();
    }
    for (after, limit, expected) in [(0, 2, vec![1, 2]), (2, 9, vec![4]), (3, 9, vec![])] {
        let history = store
            .read(move |tx| tx.keys().history(alice, after, limit))
            .await
            .unwrap();
        let expected: Vec<KeyEvent> = expected
            .into_iter()
            .map(|byte| event(byte, alice))
            .collect();
        assert_eq!(history, expected);
    }
}

/// Those who share a conversation, each once, and nobody else.
pub async fn partners_share_a_conversation(store: Arc<dyn Store>) {
    let alice = person(&store, "alice").await.id;
    let (bob, carol) = (
        person(&store, "bob").await.id,
        person(&store, "carol").await.id,
    );
    let dave = person(&store, "dave").await.id;
    conversation(&store, 1, alice, bob).await;
    conversation(&store, 2, carol, alice).await;
    conversation(&store, 3, bob, dave).await;
    let mut expected = vec![bob, carol];
    expected.sort();
    let partners = store
        .read(move |tx| tx.conversations().list_partners(alice, 10))
        .await
        .unwrap();
    assert_eq!(partners, expected);
    assert_eq!(
        store
            .read(move |tx| tx.conversations().list_partners(alice, 1))
            .await
            .unwrap()
            .len(),
        1
    );
}

/// A conversation's recipients are its members' keys that seal and are the owners' alone: the good ones, and of the withdrawn
/// ones those that are named.
pub async fn recipients_are_the_members_own_keys(store: Arc<dyn Store>) {
    let (alice, bob) = (
        person(&store, "alice").await.id,
        person(&store, "bob").await.id,
    );
    let carol = person(&store, "carol").await.id;
    let talk = conversation(&store, 1, alice, bob).await;
    let signs = PublicKey {
        key_use: KeyUse::Sign,
        ..key(3)
    };
    let custodial = PublicKey {
        custody: Custody::Server,
        ..key(4)
    };
    for (owner, key) in [
        (alice, key(1)),
        (bob, key(2)),
        (bob, signs),
        (bob, custodial),
        (bob, key(5)),
        (bob, key(6)),
        (carol, key(7)),
    ] {
        assert!(insert(&store, owner, key).await);
    }
    for byte in [5, 6] {
        let withdrawn: Result<bool, StoreError> = store
            .write(move |tx| tx.keys().revoke(bob, id(byte), Timestamp::from_seconds(9)))
            .await;
        assert!(withdrawn.unwrap());
    }
    let list = |named: Vec<u8>| {
        let named: Vec<_> = named.into_iter().map(|byte| key(byte).thumbprint).collect();
        store.read(move |tx| tx.keys().list_recipients(talk, &named))
    };
    let seen = async |named: Vec<u8>| {
        let mut seen = Vec::new();
        for found in list(named).await.unwrap() {
            assert_eq!(found.thumbprint, key(found.id.as_bytes()[0]).thumbprint);
            let owner = found.owner.username.to_string();
            seen.push((found.id.as_bytes()[0], owner, found.good));
        }
        seen.sort();
        seen
    };
    let (one, two) = ((1, "alice".to_owned(), true), (2, "bob".to_owned(), true));
    assert_eq!(seen(vec![]).await, [one.clone(), two.clone()]);
    let five = (5, "bob".to_owned(), false);
    assert_eq!(seen(vec![1, 5, 7]).await, [one, two, five]);
}
