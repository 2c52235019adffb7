//! Cases of [`crate::ports::AppPasswordRepository`].

use std::sync::Arc;

use super::people::person;
use crate::Timestamp;
use crate::accounts::AccountId;
use crate::app_passwords::{AppPassword, AppPasswordId, AppPasswordName};
use crate::ports::{Constraint, Digest, Store, StoreError, StoreExt};
use crate::sessions::Dialect;

const MADE_AT: Timestamp = Timestamp::from_seconds(1_000);

fn password(account: AccountId, byte: u8, dialect: Dialect) -> AppPassword {
    AppPassword {
        id: AppPasswordId::from_bytes([byte; 16]),
        account,
        dialect,
        name: AppPasswordName::parse("Grandma's tablet").unwrap(),
        created_at: MADE_AT,
        last_used_at: None,
    }
}

async fn insert(
    store: &Arc<dyn Store>,
    password: AppPassword,
    digest: Digest,
) -> Result<(), StoreError> {
    store
        .write(move |tx| tx.app_passwords().insert(&password, &digest))
        .await
}

async fn find(
    store: &Arc<dyn Store>,
    account: AccountId,
    dialect: Dialect,
    digest: Digest,
) -> Option<AppPasswordId> {
    store
        .read(move |tx| tx.app_passwords().find_by_digest(account, dialect, &digest))
        .await
        .unwrap()
}

async fn list(store: &Arc<dyn Store>, account: AccountId) -> Vec<AppPassword> {
    store
        .read(move |tx| tx.app_passwords().list(account))
        .await
        .unwrap()
}

/// One opens the account and dialect that it was made for, and nothing else.
pub async fn found_by_account_dialect_and_digest(store: Arc<dyn Store>) {
    let (alice, bob) = (
        person(&store, "alice").await.id,
        person(&store, "bob").await.id,
    );
    let vault = password(alice, 1, Dialect::Vault);
    insert(&store, vault.clone(), [1; 32]).await.unwrap();
    let found = find(&store, alice, Dialect::Vault, [1; 32]).await;
    assert_eq!(found, Some(vault.id));
    for (account, dialect, digest) in [
        (bob, Dialect::Vault, [1; 32]),
        (alice, Dialect::Mailbox, [1; 32]),
        (alice, Dialect::Vault, [2; 32]),
    ] {
        assert_eq!(find(&store, account, dialect, digest).await, None);
    }
    for (id, digest) in [(1, [2; 32]), (2, [1; 32])] {
        let refused = insert(&store, password(bob, id, Dialect::Vault), digest).await;
        assert!(
            matches!(refused, Err(StoreError::Conflict(Constraint::Id))),
            "{refused:?}"
        );
    }
}

/// The owner sees their own, newest first, and when each was last used.
pub async fn listed_newest_first_with_their_last_use(store: Arc<dyn Store>) {
    let (alice, bob) = (
        person(&store, "alice").await.id,
        person(&store, "bob").await.id,
    );
    let (one, two) = (
        password(alice, 1, Dialect::Vault),
        password(alice, 2, Dialect::Channel),
    );
    insert(&store, one.clone(), [1; 32]).await.unwrap();
    insert(&store, two.clone(), [2; 32]).await.unwrap();
    insert(&store, password(bob, 3, Dialect::Vault), [3; 32])
        .await
        .unwrap();
    let used_at = Timestamp::from_seconds(2_000);
    for (id, there) in [(one.id, true), (AppPasswordId::from_bytes([9; 16]), false)] {
        let noted = store
            .write(move |tx| tx.app_passwords().note_use(id, used_at))
            .await
            .unwrap();
        assert_eq!(noted, there);
    }
    let used = AppPassword {
        last_used_at: Some(used_at),
        ..one
    };
    assert_eq!(list(&store, alice).await, [two, used]);
}

/// Only their owner deletes them, one or all.
pub async fn deleted_by_their_owner(store: Arc<dyn Store>) {
    let (alice, bob) = (
        person(&store, "alice").await.id,
        person(&store, "bob").await.id,
    );
    for byte in 1..=3 {
        let row = password(alice, byte, Dialect::Vault);
        insert(&store, row, [byte; 32]).await.unwrap();
    }
    let kept = password(bob, 4, Dialect::Vault);
    insert(&store, kept.clone(), [4; 32]).await.unwrap();
    let first = AppPasswordId::from_bytes([1; 16]);
    for (account, gone) in [(bob, false), (alice, true), (alice, false)] {
        let deleted = store
            .write(move |tx| tx.app_passwords().delete(account, first))
            .await
            .unwrap();
        assert_eq!(deleted, gone);
    }
    let deleted = store
        .write(move |tx| tx.app_passwords().delete_all(alice))
        .await
        .unwrap();
    assert_eq!(deleted, 2);
    assert_eq!(list(&store, alice).await, []);
    assert_eq!(list(&store, bob).await, [kept]);
}
