//! Cases of [`crate::ports::FileGrantRepository`].

use std::sync::Arc;

use super::people::person;
use crate::Timestamp;
use crate::accounts::AccountId;
use crate::files::FileId;
use crate::messages::Protection;
use crate::ports::{
    BlobDigest, BlobName, GrantedFile, NamedGrant, PutGrant, Store, StoreError, StoreExt,
    StoredFile, StoredGrant,
};

const NOW: Timestamp = Timestamp::from_seconds(9);

fn id(byte: u8) -> FileId {
    FileId::from_bytes([byte; 16])
}

fn file(byte: u8, owner: AccountId) -> StoredFile {
    StoredFile {
        id: id(byte),
        owner,
        blob: BlobName::from_bytes([byte; 16]),
        size: 3,
        digest: BlobDigest::Sha256([byte; 32]),
        sealed_key: vec![1],
        sealed_name: None,
        sealed_type: vec![2],
        protection: Protection::Server,
        key_disclosed_at: None,
        created_at: Timestamp::from_seconds(5),
    }
}

/// Alice with these files, Bob, and Carol.
async fn scene(store: &Arc<dyn Store>, files: std::ops::Range<u8>) -> [AccountId; 3] {
    let alice = person(store, "alice").await.id;
    for byte in files {
        let stored = file(byte, alice);
        let kept: Result<(), StoreError> = store.write(move |tx| tx.files().insert(&stored)).await;
        kept.unwrap();
    }
    [
        alice,
        person(store, "bob").await.id,
        person(store, "carol").await.id,
    ]
}

async fn put(store: &Arc<dyn Store>, byte: u8, grantee: AccountId, key: u8) -> PutGrant {
    let grant = StoredGrant {
        file: id(byte),
        grantee,
        sealed_key: vec![key],
        created_at: Timestamp::from_seconds(i64::from(key)),
    };
    let put: Result<_, StoreError> = store.write(move |tx| tx.file_grants().put(&grant, 2)).await;
    put.unwrap()
}

async fn find(store: &Arc<dyn Store>, grantee: AccountId, byte: u8) -> Option<GrantedFile> {
    let found: Result<_, StoreError> = store
        .read(move |tx| tx.file_grants().find(grantee, id(byte)))
        .await;
    found.unwrap()
}

async fn list(store: &Arc<dyn Store>, byte: u8) -> Vec<NamedGrant> {
    let listed: Result<_, StoreError> = store
        .read(move |tx| tx.file_grants().list(id(byte), 10))
        .await;
    listed.unwrap()
}

/// A grant is found by whom it was made to, with its own key, and by nobody else; it is replaced, and bounded.
pub async fn found_by_their_grantee(store: Arc<dyn Store>) {
    let [alice, bob, carol] = scene(&store, 1..3).await;
    let dave = person(&store, "dave").await.id;
    assert_eq!(put(&store, 1, bob, 7).await, PutGrant::Added);
    let found = find(&store, bob, 1).await.unwrap();
    assert_eq!((found.file, found.sealed_key), (file(1, alice), vec![7]));
    assert_eq!(found.owner_username.as_str(), "alice");
    for (who, byte) in [(alice, 1), (carol, 1), (bob, 2), (bob, 3)] {
        assert_eq!(find(&store, who, byte).await, None);
    }
    let since = Timestamp::from_seconds(7);
    assert_eq!(put(&store, 1, bob, 8).await, PutGrant::Replaced(since));
    assert_eq!(find(&store, bob, 1).await.unwrap().sealed_key, [8]);
    assert_eq!(put(&store, 1, dave, 9).await, PutGrant::Added);
    assert_eq!(put(&store, 1, carol, 9).await, PutGrant::Full);
    assert_eq!(put(&store, 1, bob, 9).await, PutGrant::Replaced(since));
    let listed = list(&store, 1).await;
    let listed: Vec<_> = listed
        .iter()
        .map(|grant| (grant.username.as_str(), grant.created_at))
        .collect();
    assert_eq!(
        listed,
        [("bob", since), ("dave", Timestamp::from_seconds(9))]
    );
    assert_eq!(list(&store, 2).await, []);
}

/// The owner removes a grant, or its grantee does; somebody else does not.
pub async fn removed_by_owner_or_grantee(store: Arc<dyn Store>) {
    let [alice, bob, carol] = scene(&store, 1..2).await;
    put(&store, 1, bob, 1).await;
    put(&store, 1, carol, 1).await;
    let remove =
        |owner, grantee| store.write(move |tx| tx.file_grants().remove(owner, id(1), grantee));
    for (owner, grantee, expected) in [
        (carol, bob, false),
        (bob, bob, false),
        (alice, bob, true),
        (alice, bob, false),
    ] {
        let removed: Result<bool, StoreError> = remove(owner, grantee).await;
        assert_eq!(removed.unwrap(), expected);
    }
    assert_eq!(find(&store, bob, 1).await, None);
    for (who, expected) in [(bob, false), (carol, true), (carol, false)] {
        let renounced: Result<bool, StoreError> = store
            .write(move |tx| tx.file_grants().renounce(who, id(1)))
            .await;
        assert_eq!(renounced.unwrap(), expected);
    }
    assert_eq!(list(&store, 1).await, []);
}

/// What was granted to somebody is paged from the newest file to the oldest.
pub async fn paged_newest_first(store: Arc<dyn Store>) {
    let [_, bob, carol] = scene(&store, 1..6).await;
    for byte in [1, 2, 4, 5] {
        put(&store, byte, bob, byte).await;
    }
    put(&store, 3, carol, 3).await;
    for (before, expected) in [(None, vec![5, 4]), (Some(4), vec![2, 1]), (Some(1), vec![])] {
        let before = before.map(id);
        let page: Result<_, StoreError> = store
            .read(move |tx| tx.file_grants().page(bob, before, 2))
            .await;
        let ids: Vec<FileId> = page
            .unwrap()
            .iter()
            .map(|granted| granted.file.id)
            .collect();
        assert_eq!(ids, expected.into_iter().map(id).collect::<Vec<_>>());
    }
    let asked = [1, 3, 5, 9].map(id);
    let found: Result<_, StoreError> = store
        .read(move |tx| tx.file_grants().find_many(bob, &asked))
        .await;
    let mut ids: Vec<FileId> = found
        .unwrap()
        .iter()
        .map(|granted| granted.file.id)
        .collect();
    ids.sort_unstable();
    assert_eq!(ids, [1, 5].map(id));
}

/// Grants go when the file's key does, and with their grantee.
pub async fn gone_with_the_key_and_with_their_grantee(store: Arc<dyn Store>) {
    let [alice, bob, carol] = scene(&store, 1..4).await;
    for byte in 1..4 {
        put(&store, byte, bob, byte).await;
        put(&store, byte, carol, byte).await;
    }
    let shredded: Result<_, StoreError> = store
        .write(move |tx| tx.files().shred(alice, id(1), NOW))
        .await;
    assert!(shredded.unwrap().is_some());
    assert_eq!(list(&store, 1).await, []);
    assert_eq!(find(&store, bob, 1).await, None);
    let left: Result<bool, StoreError> = store.write(move |tx| tx.accounts().remove(carol)).await;
    assert!(left.unwrap());
    let named = list(&store, 2).await;
    assert_eq!(named.len(), 1);
    let shredded: Result<u64, StoreError> = store
        .write(move |tx| tx.files().shred_all(alice, NOW))
        .await;
    assert_eq!(shredded.unwrap(), 2);
    for byte in [2, 3] {
        assert_eq!(list(&store, byte).await, []);
    }
}
