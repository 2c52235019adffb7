//! Cases of [`crate::ports::UploadRepository`].

use std::sync::Arc;

use super::people::person;
use crate::Timestamp;
use crate::accounts::AccountId;
use crate::files::FileId;
use crate::messages::Protection;
use crate::ports::{
    AbandonedUpload, BlobName, BlobState, Constraint, Store, StoreError, StoreExt, StoredUpload,
    UploadProgress,
};
use crate::uploads::Salt;

fn id(byte: u8) -> FileId {
    FileId::from_bytes([byte; 16])
}

fn seconds(seconds: u8) -> Timestamp {
    Timestamp::from_seconds(i64::from(seconds))
}

/// An upload that ends at this second.
fn upload(byte: u8, owner: AccountId) -> StoredUpload {
    StoredUpload {
        id: id(byte),
        owner,
        blob: BlobName::from_bytes([byte; 16]),
        protection: if byte.is_multiple_of(2) {
            Protection::EndToEnd
        } else {
            Protection::Server
        },
        length: u64::from(byte) << 40,
        salt: Salt::from_bytes([byte; 24]),
        sealed_key: vec![byte, 0, 1],
        sealed_name: byte.is_multiple_of(2).then(|| vec![byte, 0xFF]),
        sealed_type: vec![byte],
        progress: UploadProgress {
            offset: 0,
            sealed: 0,
            tail: None,
            digest_state: Vec::new(),
            blob_state: BlobState::from_bytes(vec![byte]),
        },
        created_at: seconds(0),
        expires_at: seconds(byte),
    }
}

fn further() -> UploadProgress {
    UploadProgress {
        offset: 5_000_000_000,
        sealed: 5_000_000_056,
        tail: Some(vec![0, 1, 2]),
        digest_state: vec![3; 105],
        blob_state: BlobState::from_bytes(vec![4; 300_000]),
    }
}

fn abandoned(upload: &StoredUpload) -> AbandonedUpload {
    AbandonedUpload {
        owner: upload.owner,
        blob: upload.blob,
        blob_state: upload.progress.blob_state.clone(),
        protection: upload.protection,
        length: upload.length,
    }
}

async fn insert(store: &Arc<dyn Store>, upload: StoredUpload) -> Result<(), StoreError> {
    store.write(move |tx| tx.uploads().insert(&upload)).await
}

async fn find(store: &Arc<dyn Store>, owner: AccountId, byte: u8) -> Option<StoredUpload> {
    let found: Result<_, StoreError> = store
        .read(move |tx| tx.uploads().find(owner, id(byte)))
        .await;
    found.unwrap()
}

async fn advance(
    store: &Arc<dyn Store>,
    byte: u8,
    from: (u64, u64),
    progress: UploadProgress,
) -> bool {
    let moved: Result<bool, StoreError> = store
        .write(move |tx| tx.uploads().advance(id(byte), from, &progress, seconds(99)))
        .await;
    moved.unwrap()
}

/// An upload comes back as it was stored, to its owner alone, and they are counted.
pub async fn uploads_are_their_owners(store: Arc<dyn Store>) {
    let (alice, bob) = (
        person(&store, "alice").await.id,
        person(&store, "bob").await.id,
    );
    for byte in [1, 2] {
        insert(&store, upload(byte, alice)).await.unwrap();
        assert_eq!(find(&store, alice, byte).await, Some(upload(byte, alice)));
        assert_eq!(find(&store, bob, byte).await, None);
    }
    for (owner, expected) in [(alice, 2), (bob, 0)] {
        let counted: Result<u64, StoreError> =
            store.read(move |tx| tx.uploads().count(owner)).await;
        assert_eq!(counted.unwrap(), expected);
    }
}

/// Neither an id nor a blob is taken twice.
pub async fn an_upload_has_its_own_id_and_blob(store: Arc<dyn Store>) {
    let alice = person(&store, "alice").await.id;
    insert(&store, upload(1, alice)).await.unwrap();
    for again in [
        upload(1, alice),
        StoredUpload {
            id: id(2),
            ..upload(1, alice)
        },
    ] {
        let refused = insert(&store, again).await;
        assert!(matches!(refused, Err(StoreError::Conflict(Constraint::Id))));
    }
}

/// An upload moves on from where it is, and from nowhere else.
pub async fn moved_on_by_whoever_knows_its_place(store: Arc<dyn Store>) {
    let alice = person(&store, "alice").await.id;
    insert(&store, upload(1, alice)).await.unwrap();
    for wrong in [(1, 0), (0, 1)] {
        assert!(!advance(&store, 1, wrong, further()).await);
    }
    assert!(!advance(&store, 2, (0, 0), further()).await);
    assert_eq!(find(&store, alice, 1).await, Some(upload(1, alice)));
    assert!(advance(&store, 1, (0, 0), further()).await);
    let moved = StoredUpload {
        progress: further(),
        expires_at: seconds(99),
        ..upload(1, alice)
    };
    assert_eq!(find(&store, alice, 1).await, Some(moved));
    assert!(!advance(&store, 1, (0, 0), further()).await);
}

/// Its file takes its place once, from where it is.
pub async fn completed_once(store: Arc<dyn Store>) {
    let alice = person(&store, "alice").await.id;
    insert(&store, upload(1, alice)).await.unwrap();
    for (from, expected) in [((1, 0), false), ((0, 0), true), ((0, 0), false)] {
        let completed: Result<bool, StoreError> = store
            .write(move |tx| tx.uploads().complete(id(1), from))
            .await;
        assert_eq!(completed.unwrap(), expected);
    }
    assert_eq!(find(&store, alice, 1).await, None);
}

/// Whoever's it is takes it, once, with what is needed to clear its bytes away.
pub async fn an_upload_is_taken_by_its_owner(store: Arc<dyn Store>) {
    let (alice, bob) = (
        person(&store, "alice").await.id,
        person(&store, "bob").await.id,
    );
    insert(&store, upload(1, alice)).await.unwrap();
    for (owner, expected) in [
        (bob, None),
        (alice, Some(abandoned(&upload(1, alice)))),
        (alice, None),
    ] {
        let taken: Result<_, StoreError> =
            store.write(move |tx| tx.uploads().take(owner, id(1))).await;
        assert_eq!(taken.unwrap(), expected);
    }
}

/// What is over is taken, the oldest first, and nothing else.
pub async fn expired_uploads_are_taken(store: Arc<dyn Store>) {
    let alice = person(&store, "alice").await.id;
    for byte in [4, 1, 3, 2] {
        insert(&store, upload(byte, alice)).await.unwrap();
    }
    for expected in [vec![1, 2], vec![3], vec![]] {
        let taken: Result<Vec<_>, StoreError> = store
            .write(|tx| tx.uploads().take_expired(seconds(3), 2))
            .await;
        let mut taken = taken.unwrap();
        taken.sort_by_key(|upload| upload.blob);
        let expected: Vec<_> = expected
            .into_iter()
            .map(|byte| abandoned(&upload(byte, alice)))
            .collect();
        assert_eq!(taken, expected);
    }
    assert!(find(&store, alice, 4).await.is_some());
}

/// A blob is known for as long as its upload is there.
pub async fn growing_blobs_are_known_by_their_uploads(store: Arc<dyn Store>) {
    let alice = person(&store, "alice").await.id;
    insert(&store, upload(1, alice)).await.unwrap();
    let asked = [1, 2].map(|byte| BlobName::from_bytes([byte; 16]));
    for known in [vec![BlobName::from_bytes([1; 16])], Vec::new()] {
        let found: Result<Vec<_>, StoreError> =
            store.read(move |tx| tx.uploads().known_blobs(&asked)).await;
        assert_eq!(found.unwrap(), known);
        let nothing: Result<Vec<_>, StoreError> =
            store.read(|tx| tx.uploads().known_blobs(&[])).await;
        assert_eq!(nothing.unwrap(), []);
        let taken: Result<_, StoreError> =
            store.write(move |tx| tx.uploads().take(alice, id(1))).await;
        taken.unwrap();
    }
}

/// With an account go its uploads.
pub async fn uploads_go_with_their_owner(store: Arc<dyn Store>) {
    let alice = person(&store, "alice").await.id;
    insert(&store, upload(1, alice)).await.unwrap();
    let removed: Result<_, StoreError> = store.write(move |tx| tx.accounts().remove(alice)).await;
    removed.unwrap();
    assert_eq!(find(&store, alice, 1).await, None);
}
