//! Cases of [`crate::ports::FileIdRepository`].

use std::sync::Arc;

use super::join_all;
use super::people::person;
use crate::Timestamp;
use crate::accounts::AccountId;
use crate::files::{FileId, ReservedFileId};
use crate::ports::{Constraint, Store, StoreError, StoreExt};

const NOW: Timestamp = Timestamp::from_seconds(100);
const LIMIT: u32 = 3;

fn id(byte: u8) -> FileId {
    FileId::from_bytes([byte; 16])
}

async fn insert(
    store: &Arc<dyn Store>,
    owner: AccountId,
    byte: u8,
    until: i64,
) -> Result<bool, StoreError> {
    let reserved = ReservedFileId {
        id: id(byte),
        owner,
        expires_at: Timestamp::from_seconds(until),
    };
    store
        .write(move |tx| tx.file_ids().insert(&reserved, LIMIT, NOW))
        .await
}

/// Whether it is good, and then whether it was taken.
async fn take(store: &Arc<dyn Store>, owner: AccountId, byte: u8) -> (bool, bool) {
    let good: Result<bool, StoreError> = store
        .read(move |tx| tx.file_ids().is_good(owner, id(byte), NOW))
        .await;
    let taken: Result<bool, StoreError> = store
        .write(move |tx| tx.file_ids().take(owner, id(byte), NOW))
        .await;
    (good.unwrap(), taken.unwrap())
}

/// An id is good once, in time, for whom it was handed out to; none is handed out twice.
pub async fn good_once_for_their_owner(store: Arc<dyn Store>) {
    let (alice, bob) = (
        person(&store, "alice").await.id,
        person(&store, "bob").await.id,
    );
    assert!(insert(&store, alice, 1, 101).await.unwrap());
    assert!(insert(&store, alice, 2, 100).await.unwrap());
    let again = insert(&store, bob, 1, 101).await;
    assert!(matches!(again, Err(StoreError::Conflict(Constraint::Id))));
    assert_eq!(take(&store, bob, 1).await, (false, false));
    assert_eq!(take(&store, alice, 2).await, (false, false));
    assert_eq!(take(&store, alice, 3).await, (false, false));
    assert_eq!(take(&store, alice, 1).await, (true, true));
    assert_eq!(take(&store, alice, 1).await, (false, false));
    for expected in [1, 0] {
        let swept: Result<u64, StoreError> = store.write(|tx| tx.file_ids().sweep(NOW, 500)).await;
        assert_eq!(swept.unwrap(), expected);
    }
}

/// Of many at once an account gets no more than it may have; those that are over do not count.
pub async fn an_account_has_so_many(store: Arc<dyn Store>) {
    let (alice, bob) = (
        person(&store, "alice").await.id,
        person(&store, "bob").await.id,
    );
    assert!(insert(&store, alice, 200, 99).await.unwrap());
    let asked = (1..17)
        .map(|byte| insert(&store, alice, byte, 200))
        .collect();
    let got = join_all(asked).await.into_iter().map(Result::unwrap);
    assert_eq!(got.filter(|got| *got).count(), 3);
    assert!(insert(&store, bob, 100, 200).await.unwrap());
    assert!(!insert(&store, alice, 101, 200).await.unwrap());
}
