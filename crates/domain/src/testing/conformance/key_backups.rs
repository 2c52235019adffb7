//! Cases of [`crate::ports::KeyBackupRepository`].

use std::sync::Arc;

use super::join_all;
use super::people::person;
use crate::Timestamp;
use crate::accounts::AccountId;
use crate::key_backups::{KeyBackupId, KeyBackupStamp};
use crate::ports::{Constraint, Store, StoreError, StoreExt, StoredKeyBackup};

fn generation(number: u32, byte: u8) -> StoredKeyBackup {
    StoredKeyBackup {
        stamp: KeyBackupStamp {
            id: KeyBackupId::from_bytes([byte; 16]),
            generation: number,
            created_at: Timestamp::from_seconds(i64::from(number)),
        },
        sealed_content: vec![byte; 300_000],
    }
}

async fn insert(
    store: &Arc<dyn Store>,
    account: AccountId,
    new: StoredKeyBackup,
) -> Result<(), StoreError> {
    store
        .write(move |tx| tx.key_backups().insert(account, &new))
        .await
}

async fn find(
    store: &Arc<dyn Store>,
    account: AccountId,
    number: Option<u32>,
) -> Option<StoredKeyBackup> {
    store
        .read(move |tx| tx.key_backups().find(account, number))
        .await
        .unwrap()
}

/// Each account has its own generations, found by number, the newest without one; old ones go.
pub async fn found_by_generation_and_deleted(store: Arc<dyn Store>) {
    let alice = person(&store, "alice").await.id;
    let bob = person(&store, "bob").await.id;
    assert_eq!(find(&store, alice, None).await, None);
    for number in [1, 2, 10] {
        let byte = u8::try_from(number).unwrap();
        insert(&store, alice, generation(number, byte))
            .await
            .unwrap();
    }
    insert(&store, bob, generation(3, 33)).await.unwrap();
    assert_eq!(find(&store, alice, None).await, Some(generation(10, 10)));
    assert_eq!(find(&store, alice, Some(2)).await, Some(generation(2, 2)));
    assert_eq!(find(&store, alice, Some(3)).await, None);

    let deleted = store.write(move |tx| tx.key_backups().delete_before(alice, 2));
    let deleted: Result<(), StoreError> = deleted.await;
    deleted.unwrap();
    assert_eq!(find(&store, alice, Some(1)).await, None);
    assert_eq!(find(&store, alice, Some(2)).await, Some(generation(2, 2)));
    assert_eq!(find(&store, bob, Some(3)).await, Some(generation(3, 33)));
}

/// An id is there once, and so is a generation of an account.
pub async fn id_and_generation_are_unique(store: Arc<dyn Store>) {
    let alice = person(&store, "alice").await.id;
    let bob = person(&store, "bob").await.id;
    insert(&store, alice, generation(1, 1)).await.unwrap();
    for (account, taken) in [(bob, generation(7, 1)), (alice, generation(1, 9))] {
        let refused = insert(&store, account, taken).await;
        assert!(
            matches!(refused, Err(StoreError::Conflict(Constraint::Id))),
            "{refused:?}"
        );
    }
    insert(&store, bob, generation(1, 2)).await.unwrap();
}

/// Of many that look at the newest generation at once, each sees what the one before it made of it.
pub async fn whoever_looks_at_the_newest_is_alone(store: Arc<dyn Store>) {
    let alice = person(&store, "alice").await.id;
    let units = (1..=20_u8).map(|byte| {
        store.write(move |tx| {
            let newest = tx.key_backups().lock_newest(alice)?;
            let next = newest.map_or(1, |newest| newest.generation + 1);
            let new = StoredKeyBackup {
                sealed_content: vec![byte],
                ..generation(next, byte)
            };
            tx.key_backups().insert(alice, &new)
        })
    });
    let done: Vec<Result<(), StoreError>> = join_all(units.collect()).await;
    assert!(done.iter().all(Result::is_ok), "{done:?}");
    let newest = find(&store, alice, None).await.unwrap();
    assert_eq!(newest.stamp.generation, 20);
}
