//! Cases of [`crate::ports::CustodialKeyRepository`].

use std::sync::Arc;

use super::join_all;
use super::people::person;
use crate::Timestamp;
use crate::accounts::AccountId;
use crate::app_passwords::{AppPassword, AppPasswordId, AppPasswordName};
use crate::custodial_keys::{CustodialKey, KeyOpener, Opener};
use crate::keys::KeyId;
use crate::ports::{KeyParameters, Store, StoreError, StoreExt, Tx};
use crate::sessions::Dialect;

const MADE_AT: Timestamp = Timestamp::from_seconds(1_000);
const APP_PASSWORD: AppPasswordId = AppPasswordId::from_bytes([9; 16]);

const fn key_id(byte: u8) -> KeyId {
    KeyId::from_bytes([byte; 16])
}

fn key(account: AccountId, byte: u8) -> CustodialKey {
    CustodialKey {
        account,
        key: key_id(byte),
        sealed_private: vec![byte; 100],
        created_at: MADE_AT,
    }
}

fn by_password(account: AccountId, byte: u8) -> KeyOpener {
    KeyOpener {
        account,
        key: key_id(byte),
        opener: Opener::Password,
        parameters: Some(KeyParameters::new(format!("$p{byte}"))),
        sealed: vec![byte; 80],
    }
}

fn by_app_password(account: AccountId) -> KeyOpener {
    KeyOpener {
        opener: Opener::AppPassword(APP_PASSWORD),
        parameters: None,
        ..by_password(account, 1)
    }
}

async fn put(store: &Arc<dyn Store>, key: CustodialKey, replaced: Option<KeyId>) -> bool {
    store
        .write(move |tx| tx.custodial_keys().put(&key, replaced))
        .await
        .unwrap()
}

async fn find(store: &Arc<dyn Store>, account: AccountId) -> Option<CustodialKey> {
    store
        .read(move |tx| tx.custodial_keys().find(account))
        .await
        .unwrap()
}

async fn put_opener(store: &Arc<dyn Store>, opener: KeyOpener) {
    store
        .write(move |tx| tx.custodial_keys().put_opener(&opener))
        .await
        .unwrap();
}

async fn find_opener(
    store: &Arc<dyn Store>,
    account: AccountId,
    opener: Opener,
) -> Option<KeyOpener> {
    store
        .read(move |tx| tx.custodial_keys().find_opener(account, opener))
        .await
        .unwrap()
}

fn insert_app_password(tx: &mut dyn Tx, account: AccountId) -> Result<(), StoreError> {
    let password = AppPassword {
        id: APP_PASSWORD,
        account,
        dialect: Dialect::Channel,
        name: AppPasswordName::parse("old client").unwrap(),
        created_at: MADE_AT,
        last_used_at: None,
    };
    tx.app_passwords().insert(&password, &[9; 32])
}

/// An account has one key; the next takes the place of one that is named, and of many at once one does.
pub async fn one_for_each_account(store: Arc<dyn Store>) {
    let alice = person(&store, "alice").await.id;
    assert_eq!(find(&store, alice).await, None);
    let firsts = (1..=8)
        .map(|byte| put(&store, key(alice, byte), None))
        .collect();
    let stored = join_all(firsts).await;
    assert_eq!(stored.iter().filter(|stored| **stored).count(), 1);
    let first = find(&store, alice).await.unwrap().key;
    assert!(!put(&store, key(alice, 20), Some(key_id(30))).await);
    let nexts = (20..28)
        .map(|byte| put(&store, key(alice, byte), Some(first)))
        .collect();
    let stored = join_all(nexts).await;
    assert_eq!(stored.iter().filter(|stored| **stored).count(), 1);
    let second = find(&store, alice).await.unwrap();
    assert_eq!(second, key(alice, second.key.as_bytes()[0]));
}

/// One opener of each kind, which a new one replaces; with the key they go.
pub async fn openers_go_with_their_key(store: Arc<dyn Store>) {
    let alice = person(&store, "alice").await.id;
    put(&store, key(alice, 1), None).await;
    put_opener(&store, by_password(alice, 1)).await;
    let again = KeyOpener {
        parameters: Some(KeyParameters::new("$again".to_owned())),
        sealed: vec![7; 80],
        ..by_password(alice, 1)
    };
    put_opener(&store, again.clone()).await;
    let found = find_opener(&store, alice, Opener::Password).await;
    assert_eq!(found, Some(again));
    let bob = person(&store, "bob").await.id;
    assert_eq!(find_opener(&store, bob, Opener::Password).await, None);
    assert!(put(&store, key(alice, 2), Some(key_id(1))).await);
    assert_eq!(find_opener(&store, alice, Opener::Password).await, None);
}

/// That of a recovery key stands beside the password's, and goes when it is told to.
pub async fn the_opener_of_a_recovery_key_can_be_removed(store: Arc<dyn Store>) {
    let alice = person(&store, "alice").await.id;
    put(&store, key(alice, 1), None).await;
    put_opener(&store, by_password(alice, 1)).await;
    let recovery = KeyOpener {
        opener: Opener::RecoveryKey,
        parameters: None,
        ..by_password(alice, 1)
    };
    put_opener(&store, recovery.clone()).await;
    let remove = || {
        let removed = store.write(move |tx| {
            tx.custodial_keys()
                .remove_opener(alice, Opener::RecoveryKey)
        });
        async { removed.await.unwrap() }
    };
    let found = find_opener(&store, alice, Opener::RecoveryKey).await;
    assert_eq!(found, Some(recovery));
    assert!(remove().await);
    assert!(!remove().await);
    assert_eq!(find_opener(&store, alice, Opener::RecoveryKey).await, None);
    assert!(find_opener(&store, alice, Opener::Password).await.is_some());
}

/// That of an app password goes with the app password, and all of it with the account.
pub async fn openers_go_with_their_app_password(store: Arc<dyn Store>) {
    let alice = person(&store, "alice").await.id;
    put(&store, key(alice, 1), None).await;
    put_opener(&store, by_password(alice, 1)).await;
    store
        .write(move |tx| {
            insert_app_password(tx, alice)?;
            tx.custodial_keys().put_opener(&by_app_password(alice))
        })
        .await
        .unwrap();
    let opener = Opener::AppPassword(APP_PASSWORD);
    let found = find_opener(&store, alice, opener).await;
    assert_eq!(found, Some(by_app_password(alice)));
    let deleted = store.write(move |tx| tx.app_passwords().delete(alice, APP_PASSWORD));
    assert!(deleted.await.unwrap());
    assert_eq!(find_opener(&store, alice, opener).await, None);
    assert!(find_opener(&store, alice, Opener::Password).await.is_some());
    store
        .write(move |tx| {
            tx.accounts().vacate(alice, MADE_AT)?;
            tx.accounts().remove(alice)
        })
        .await
        .unwrap();
    assert_eq!(find(&store, alice).await, None);
    assert_eq!(find_opener(&store, alice, Opener::Password).await, None);
}
