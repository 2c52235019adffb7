//! Cases of [`crate::ports::FileRepository`].

use std::sync::Arc;

use super::people::person;
use crate::Timestamp;
use crate::accounts::AccountId;
use crate::files::FileId;
use crate::messages::Protection;
use crate::ports::{
    BlobDigest, BlobName, Constraint, ShreddedFile, Store, StoreError, StoreExt, StoredFile,
};

/// Later than anything here.
const LATER: Timestamp = Timestamp::from_seconds(1_000);

pub(super) fn id(byte: u8) -> FileId {
    FileId::from_bytes([byte; 16])
}

pub(super) fn blob(byte: u8) -> BlobName {
    BlobName::from_bytes([byte; 16])
}

pub(super) fn file(byte: u8, owner: AccountId) -> StoredFile {
    StoredFile {
        id: id(byte),
        owner,
        blob: blob(byte),
        size: u64::from(byte) << 40,
        digest: BlobDigest::Sha256([byte; 32]),
        sealed_key: vec![byte, 0, 1],
        sealed_name: byte.is_multiple_of(2).then(|| vec![byte, 0xFF]),
        sealed_type: vec![byte],
        protection: if byte.is_multiple_of(2) {
            Protection::EndToEnd
        } else {
            Protection::Server
        },
        key_disclosed_at: None,
        created_at: Timestamp::from_seconds(i64::from(byte)),
    }
}

async fn insert(store: &Arc<dyn Store>, file: StoredFile) -> Result<(), StoreError> {
    store.write(move |tx| tx.files().insert(&file)).await
}

async fn find(store: &Arc<dyn Store>, owner: AccountId, id: FileId) -> Option<StoredFile> {
    let found: Result<_, StoreError> = store.read(move |tx| tx.files().find(owner, id)).await;
    found.unwrap()
}

async fn shred(store: &Arc<dyn Store>, owner: AccountId, id: FileId) -> Option<ShreddedFile> {
    let now = Timestamp::from_seconds(9);
    let done: Result<_, StoreError> = store
        .write(move |tx| tx.files().shred(owner, id, now))
        .await;
    done.unwrap()
}

/// A file comes back as it was stored, to its owner alone.
pub async fn found_by_their_owner(store: Arc<dyn Store>) {
    let (alice, bob) = (
        person(&store, "alice").await.id,
        person(&store, "bob").await.id,
    );
    for byte in [1, 2] {
        let stored = file(byte, alice);
        insert(&store, stored.clone()).await.unwrap();
        assert_eq!(find(&store, alice, id(byte)).await, Some(stored));
        assert_eq!(find(&store, bob, id(byte)).await, None);
    }
    assert_eq!(find(&store, alice, id(3)).await, None);
}

/// A file leads to another blob, with another digest and key; whose it is not, locks nothing.
pub async fn locked_and_replaced_by_their_owner(store: Arc<dyn Store>) {
    let (alice, bob) = (
        person(&store, "alice").await.id,
        person(&store, "bob").await.id,
    );
    for byte in [1, 2] {
        insert(&store, file(byte, alice)).await.unwrap();
    }
    let lock = |who| store.write(move |tx| tx.files().lock(who, id(1)));
    let locked: Result<_, StoreError> = lock(bob).await;
    assert_eq!(locked.unwrap(), None);
    let locked: Result<_, StoreError> = lock(alice).await;
    assert_eq!(locked.unwrap(), Some(file(1, alice)));
    let new = StoredFile {
        blob: blob(9),
        digest: BlobDigest::Blake3([9; 32]),
        sealed_key: vec![9],
        key_disclosed_at: Some(Timestamp::from_seconds(3)),
        ..file(1, alice)
    };
    let expected = new.clone();
    let replaced: Result<(), StoreError> = store.write(move |tx| tx.files().replace(&new)).await;
    replaced.unwrap();
    assert_eq!(find(&store, alice, id(1)).await, Some(expected));
    assert_eq!(find(&store, alice, id(2)).await, Some(file(2, alice)));
    shred(&store, alice, id(1)).await.unwrap();
    let locked: Result<_, StoreError> = lock(alice).await;
    assert_eq!(locked.unwrap(), None);
}

/// When its key last left is known of a file, and of no other.
pub async fn a_disclosure_is_noted(store: Arc<dyn Store>) {
    let alice = person(&store, "alice").await.id;
    for byte in [1, 2] {
        insert(&store, file(byte, alice)).await.unwrap();
    }
    for seconds in [7, 8] {
        let at = Timestamp::from_seconds(seconds);
        let noted: Result<(), StoreError> = store
            .write(move |tx| tx.files().note_disclosure(id(1), at))
            .await;
        noted.unwrap();
        let found = find(&store, alice, id(1)).await.unwrap();
        assert_eq!(found.key_disclosed_at, Some(at));
    }
    let other = find(&store, alice, id(2)).await.unwrap();
    assert_eq!(other.key_disclosed_at, None);
}

/// A file is found without its owner being named, until it is shredded.
pub async fn found_whoever_they_belong_to(store: Arc<dyn Store>) {
    let (alice, bob) = (
        person(&store, "alice").await.id,
        person(&store, "bob").await.id,
    );
    for (byte, owner) in [(1, alice), (2, bob), (3, bob)] {
        insert(&store, file(byte, owner)).await.unwrap();
    }
    shred(&store, bob, id(3)).await.unwrap();
    for (byte, expected) in [
        (1, Some(file(1, alice))),
        (2, Some(file(2, bob))),
        (3, None),
        (4, None),
    ] {
        let found: Result<_, StoreError> = store
            .read(move |tx| tx.files().find_of_anybody(id(byte)))
            .await;
        assert_eq!(found.unwrap(), expected, "{byte}");
    }
}

/// Neither an id nor a blob is used twice.
pub async fn id_and_blob_are_unique(store: Arc<dyn Store>) {
    let alice = person(&store, "alice").await.id;
    insert(&store, file(1, alice)).await.unwrap();
    let same_blob = StoredFile {
        blob: blob(1),
        ..file(2, alice)
    };
    let same_id = StoredFile {
        blob: blob(2),
        ..file(1, alice)
    };
    for again in [same_blob, same_id] {
        let refused = insert(&store, again).await;
        assert!(
            matches!(refused, Err(StoreError::Conflict(Constraint::Id))),
            "{refused:?}"
        );
    }
}

/// Pages go from the newest to the oldest, without a hole, without other people's files and without shredded ones.
pub async fn paged_newest_first(store: Arc<dyn Store>) {
    let (alice, bob) = (
        person(&store, "alice").await.id,
        person(&store, "bob").await.id,
    );
    for byte in [1, 2, 3, 4, 5, 255] {
        insert(&store, file(byte, alice)).await.unwrap();
    }
    insert(&store, file(10, bob)).await.unwrap();
    shred(&store, alice, id(3)).await.unwrap();
    for (before, expected) in [
        (None, vec![255, 5, 4]),
        (Some(4), vec![2, 1]),
        (Some(1), vec![]),
    ] {
        let before = before.map(id);
        let page: Result<_, StoreError> = store
            .read(move |tx| tx.files().page(alice, before, 3))
            .await;
        let ids: Vec<FileId> = page.unwrap().iter().map(|file| file.id).collect();
        assert_eq!(ids, expected.into_iter().map(id).collect::<Vec<_>>());
    }
}

/// A shredded file is nobody's any more; the sweep finds it until its row is removed.
pub async fn shredded_then_removed(store: Arc<dyn Store>) {
    let (alice, bob) = (
        person(&store, "alice").await.id,
        person(&store, "bob").await.id,
    );
    for byte in [1, 2] {
        insert(&store, file(byte, alice)).await.unwrap();
    }
    assert_eq!(shred(&store, bob, id(2)).await, None);
    let gone = ShreddedFile {
        id: id(2),
        blob: blob(2),
        size: 2 << 40,
    };
    assert_eq!(shred(&store, alice, id(2)).await, Some(gone));
    assert_eq!(shred(&store, alice, id(2)).await, None);
    assert_eq!(find(&store, alice, id(2)).await, None);
    let known: Result<_, StoreError> = store
        .read(|tx| {
            Ok((
                tx.file_upkeep().list_deletions(LATER, 10)?,
                tx.files().known_blobs(&[blob(2)])?,
            ))
        })
        .await;
    assert_eq!(known.unwrap(), (vec![(gone, 0)], vec![blob(2)]));
    for (byte, expected) in [(1, false), (2, true), (2, false), (3, false)] {
        let removed: Result<_, StoreError> =
            store.write(move |tx| tx.files().remove(id(byte))).await;
        assert_eq!(removed.unwrap(), expected, "{byte}");
    }
    let known: Result<_, StoreError> = store
        .read(|tx| {
            Ok((
                tx.file_upkeep().list_deletions(LATER, 10)?,
                tx.files().known_blobs(&[blob(2)])?,
            ))
        })
        .await;
    assert_eq!(known.unwrap(), (vec![], vec![]));
    assert!(find(&store, alice, id(1)).await.is_some());
}

/// Which blobs have a row.
pub async fn blobs_are_known_by_their_rows(store: Arc<dyn Store>) {
    let alice = person(&store, "alice").await.id;
    for byte in [1, 3] {
        insert(&store, file(byte, alice)).await.unwrap();
    }
    for (asked, expected) in [
        (vec![1, 2, 3], vec![1, 3]),
        (vec![2], vec![]),
        (vec![], vec![]),
    ] {
        let asked: Vec<BlobName> = asked.into_iter().map(blob).collect();
        let known: Result<_, StoreError> =
            store.read(move |tx| tx.files().known_blobs(&asked)).await;
        let mut known = known.unwrap();
        known.sort_unstable();
        assert_eq!(known, expected.into_iter().map(blob).collect::<Vec<_>>());
    }
}

/// An account cannot go before the keys of its files; their rows stay for the sweep when it does.
pub async fn shredded_before_their_owner_goes(store: Arc<dyn Store>) {
    let (alice, bob) = (
        person(&store, "alice").await.id,
        person(&store, "bob").await.id,
    );
    for (byte, owner) in [(1, alice), (2, alice), (3, bob)] {
        insert(&store, file(byte, owner)).await.unwrap();
    }
    shred(&store, alice, id(2)).await.unwrap();
    let early: Result<bool, StoreError> = store.write(move |tx| tx.accounts().remove(alice)).await;
    assert!(matches!(early, Err(StoreError::Internal(_))), "{early:?}");
    assert!(find(&store, alice, id(1)).await.is_some());

    let now = Timestamp::from_seconds(10);
    let gone: Result<_, StoreError> = store
        .write(move |tx| {
            let shredded = tx.files().shred_all(alice, now)?;
            Ok((shredded, tx.accounts().remove(alice)?))
        })
        .await;
    assert_eq!(gone.unwrap(), (1, true));
    let left: Result<_, StoreError> = store
        .read(|tx| tx.file_upkeep().list_deletions(LATER, 10))
        .await;
    let left: Vec<FileId> = left.unwrap().iter().map(|(file, _)| file.id).collect();
    assert_eq!(left, [id(2), id(1)]);
    for byte in [1, 2] {
        let removed: Result<_, StoreError> =
            store.write(move |tx| tx.files().remove(id(byte))).await;
        assert!(removed.unwrap());
    }
    assert!(find(&store, bob, id(3)).await.is_some());
}
