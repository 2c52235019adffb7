//! Cases of [`crate::ports::DataKeyRepository`].

use std::sync::Arc;

use super::join_all;
use crate::Timestamp;
use crate::data_keys::{DataKey, DataKeyUse};
use crate::ports::{Store, StoreError, StoreExt};

fn key(generation: u32, name: &str) -> DataKey {
    let at = |day: u32| Timestamp::from_seconds(i64::from(generation + day) * 86_400);
    DataKey {
        generation,
        public_pem: format!("PEM of {name}"),
        sealed_private: name.as_bytes().to_vec(),
        serves_from: at(0),
        serves_until: at(1),
        retires_at: at(2),
    }
}

async fn insert(store: &Arc<dyn Store>, key: DataKey) -> bool {
    store
        .write(move |tx| tx.data_keys().insert_new(&key))
        .await
        .unwrap()
}

async fn list(store: &Arc<dyn Store>) -> Vec<DataKey> {
    store.read(|tx| tx.data_keys().list()).await.unwrap()
}

const fn used(generation: u32, byte: u8) -> DataKeyUse {
    DataKeyUse {
        generation,
        digest: [byte; 32],
    }
}

async fn record(store: &Arc<dyn Store>, used: DataKeyUse) -> Result<bool, StoreError> {
    store
        .write(move |tx| tx.data_keys().record_use(&used))
        .await
}

async fn is_used(store: &Arc<dyn Store>, used: DataKeyUse) -> bool {
    store
        .read(move |tx| tx.data_keys().is_used(&used))
        .await
        .unwrap()
}

/// Keys come back as they were stored, newest first; the first of a generation is the one.
pub async fn the_first_of_a_generation_stays(store: Arc<dyn Store>) {
    assert_eq!(list(&store).await, []);
    assert!(insert(&store, key(1, "one")).await);
    assert!(insert(&store, key(2, "two")).await);
    assert!(!insert(&store, key(2, "late")).await);
    assert_eq!(list(&store).await, [key(2, "two"), key(1, "one")]);
}

/// Retired keys go with what was remembered for them, and only they.
pub async fn deleted_with_their_uses(store: Arc<dyn Store>) {
    for generation in 1..=3 {
        assert!(insert(&store, key(generation, "key")).await);
    }
    assert!(record(&store, used(1, 1)).await.unwrap());
    assert!(record(&store, used(2, 2)).await.unwrap());
    let before = key(1, "key").retires_at;
    let deleted = store
        .write(move |tx| tx.data_keys().delete_retired(before))
        .await
        .unwrap();
    assert_eq!(deleted, 1);
    assert_eq!(list(&store).await, [key(3, "key"), key(2, "key")]);
    assert!(!is_used(&store, used(1, 1)).await);
    assert!(is_used(&store, used(2, 2)).await);
}

/// A use is recorded once, and only for a key that is there.
pub async fn a_use_is_recorded_once(store: Arc<dyn Store>) {
    assert!(insert(&store, key(1, "one")).await);
    assert!(!is_used(&store, used(1, 7)).await);
    assert!(record(&store, used(1, 7)).await.unwrap());
    assert!(!record(&store, used(1, 7)).await.unwrap());
    assert!(is_used(&store, used(1, 7)).await);
    assert!(!record(&store, used(9, 8)).await.unwrap());
    assert!(!is_used(&store, used(9, 8)).await);
}

/// Of many callers with one ciphertext, one wins.
pub async fn one_of_many_records_a_use(store: Arc<dyn Store>) {
    assert!(insert(&store, key(1, "one")).await);
    let tries = (0..16).map(|_| record(&store, used(1, 7))).collect();
    let won = join_all(tries)
        .await
        .into_iter()
        .filter(|outcome| matches!(outcome, Ok(true)))
        .count();
    assert_eq!(won, 1);
}
