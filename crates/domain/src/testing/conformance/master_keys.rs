//! Cases of [`crate::ports::MasterKeyRepository`].

use std::sync::Arc;

use super::people::{conversation, person};
use crate::Timestamp;
use crate::master_keys::{MasterKeyId, Rewrap, SealedColumn, SealedValue};
use crate::ports::{NotedMasterKey, Store, StoreError, StoreExt};

const OLD: MasterKeyId = MasterKeyId::new(u32::MAX);
const NEW: MasterKeyId = MasterKeyId::new(0);

const fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(seconds)
}

async fn note(store: &Arc<dyn Store>, key: MasterKeyId, seconds: i64) -> bool {
    store
        .write(move |tx| tx.master_keys().note_sealing(key, at(seconds)))
        .await
        .unwrap()
}

async fn begin(store: &Arc<dyn Store>, key: MasterKeyId) -> Rewrap {
    let begun: Result<_, StoreError> = store
        .write(move |tx| {
            tx.master_keys().begin(key, at(7))?;
            tx.master_keys().find_rewrap()
        })
        .await;
    begun.unwrap().unwrap()
}

async fn page(
    store: &Arc<dyn Store>,
    column: SealedColumn,
    after: Vec<u8>,
    limit: u32,
) -> Vec<SealedValue> {
    store
        .read(move |tx| tx.master_keys().page(column, &after, limit))
        .await
        .unwrap()
}

/// A key is noted when it first seals; that ends the time of the others, and once only.
pub async fn noted_once_the_latest_first(store: Arc<dyn Store>) {
    assert!(note(&store, OLD, 1).await);
    assert!(note(&store, NEW, 2).await);
    assert!(!note(&store, OLD, 3).await);
    let noted = |id, from, until: Option<i64>| NotedMasterKey {
        id,
        sealed_from: at(from),
        sealed_until: until.map(at),
    };
    let list = store.read(|tx| tx.master_keys().list()).await.unwrap();
    assert_eq!(list, [noted(NEW, 2, None), noted(OLD, 1, Some(2))]);
    let forgotten: Result<Vec<_>, StoreError> = store
        .write(|tx| {
            tx.master_keys().forget(OLD)?;
            tx.master_keys().list()
        })
        .await;
    assert_eq!(forgotten.unwrap(), [noted(NEW, 2, None)]);
}

/// It begins at the first column, goes on from where it is, and a new beginning replaces it.
pub async fn one_of_two_goes_on_from_one_place(store: Arc<dyn Store>) {
    let begun = begin(&store, NEW).await;
    let first = Rewrap {
        key: NEW,
        holder: None,
        column: SealedColumn::InstallationSecret,
        after: Vec::new(),
        rewrapped: 0,
        rewrapped_in_pass: 0,
        unopened: 0,
        started_at: at(7),
        finished_at: None,
    };
    assert_eq!(begun, first);
    let next = Rewrap {
        holder: Some(([5; 16], at(20))),
        column: SealedColumn::ChannelWrapping,
        after: vec![1, 2],
        rewrapped: 9,
        rewrapped_in_pass: 8,
        unopened: 7,
        ..first.clone()
    };
    let advance = async |was: &Rewrap, is: &Rewrap| {
        let (was, is) = (was.clone(), is.clone());
        let advanced = store.write(move |tx| tx.master_keys().advance(&was, &is));
        advanced.await.unwrap()
    };
    assert!(advance(&first, &next).await);
    assert!(!advance(&first, &next).await);
    let found = store.read(|tx| tx.master_keys().find_rewrap());
    assert_eq!(found.await.unwrap(), Some(next.clone()));
    let done = Rewrap {
        holder: None,
        finished_at: Some(at(30)),
        ..next.clone()
    };
    assert!(advance(&next, &done).await);
    assert!(!advance(&done, &next).await);
    assert_eq!(begin(&store, OLD).await.key, OLD);
}

/// Every column can be walked, and each row of it comes once, in order, with what its values are bound to.
pub async fn every_column_is_walked_in_order(store: Arc<dyn Store>) {
    for column in SealedColumn::ALL.iter().copied() {
        assert_eq!(
            page(&store, column, Vec::new(), 500).await,
            [],
            "{column:?}"
        );
        let heads = store.read(move |tx| tx.master_keys().heads(column, &[], 10));
        assert_eq!(heads.await.unwrap(), [], "{column:?}");
    }
    let alice = person(&store, "alice").await.id;
    for (byte, other) in [(3, "bob"), (1, "carol"), (2, "dave")] {
        let other = person(&store, other).await.id;
        conversation(&store, byte, alice, other).await;
    }
    let value = |byte: u8| SealedValue {
        key: vec![byte; 16],
        row: vec![byte; 16],
        owner: vec![byte; 16],
        sealed: vec![byte; 80],
    };
    let column = SealedColumn::ConversationKey;
    let two = page(&store, column, Vec::new(), 2).await;
    assert_eq!(two, [value(1), value(2)]);
    let rest = page(&store, column, vec![2; 16], 2).await;
    assert_eq!(rest, [value(3)]);
    let heads = store.read(move |tx| tx.master_keys().heads(column, &[1; 16], 10));
    assert_eq!(
        heads.await.unwrap(),
        [(vec![2; 16], vec![2; 6]), (vec![3; 16], vec![3; 6])]
    );

    // Keyed by text.
    for name in ["b", "a"] {
        let stored = store.write(move |tx| {
            tx.installation()
                .find_or_insert(name, name.as_bytes(), at(1))
        });
        stored.await.unwrap();
    }
    let secrets = page(&store, SealedColumn::InstallationSecret, b"a".to_vec(), 9).await;
    let b = SealedValue {
        key: b"b".to_vec(),
        row: b"b".to_vec(),
        owner: Vec::new(),
        sealed: b"b".to_vec(),
    };
    assert_eq!(secrets, [b]);
}

/// A value is replaced where it is still the same.
pub async fn replaced_only_if_unchanged(store: Arc<dyn Store>) {
    let alice = person(&store, "alice").await.id;
    let bob = person(&store, "bob").await.id;
    conversation(&store, 1, alice, bob).await;
    let column = SealedColumn::ConversationKey;
    let found = page(&store, column, Vec::new(), 9).await.remove(0);
    let replace = async |value: &SealedValue, sealed: &[u8]| {
        let (value, sealed) = (value.clone(), sealed.to_vec());
        let replaced = store.write(move |tx| tx.master_keys().replace(column, &value, &sealed));
        replaced.await.unwrap()
    };
    assert!(replace(&found, b"anew").await);
    assert!(!replace(&found, b"too late").await);
    let now = page(&store, column, Vec::new(), 9).await.remove(0);
    assert_eq!(now.sealed, b"anew");
}
