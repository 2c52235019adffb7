//! Cases of [`crate::ports::FileLinkRepository`].

use std::sync::Arc;

use super::join_all;
use super::people::person;
use crate::Timestamp;
use crate::accounts::AccountId;
use crate::files::FileId;
use crate::links::{Link, LinkId, MaxDownloads};
use crate::messages::Protection;
use crate::ports::{
    BlobDigest, BlobName, Constraint, LinkedFile, NewDownload, SpentLink, Store, StoreError,
    StoreExt, StoredFile, StoredLink,
};

const NOW: Timestamp = Timestamp::from_seconds(100);
const PROOF: [u8; 32] = [5; 32];

fn id(byte: u8) -> FileId {
    FileId::from_bytes([byte; 16])
}

fn link_id(byte: u8) -> LinkId {
    LinkId::from_bytes([byte; 16])
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

/// Somebody with these files.
async fn owner(store: &Arc<dyn Store>, files: std::ops::Range<u8>) -> AccountId {
    let alice = person(store, "alice").await.id;
    for byte in files {
        let stored = file(byte, alice);
        let kept: Result<(), StoreError> = store.write(move |tx| tx.files().insert(&stored)).await;
        kept.unwrap();
    }
    alice
}

fn link(byte: u8, file: u8, max: Option<u64>, until: i64) -> StoredLink {
    StoredLink {
        link: Link {
            id: link_id(byte),
            downloads: 0,
            max_downloads: max.map(MaxDownloads::restore),
            created_at: Timestamp::from_seconds(7),
            expires_at: Timestamp::from_seconds(until),
        },
        file: id(file),
        proof: PROOF,
        sealed_key: vec![byte],
    }
}

async fn insert(store: &Arc<dyn Store>, link: StoredLink) -> Result<bool, StoreError> {
    store
        .write(move |tx| tx.file_links().insert(&link, 3))
        .await
}

async fn spend(store: &Arc<dyn Store>, byte: u8, proof: [u8; 32]) -> Option<SpentLink> {
    let spent: Result<_, StoreError> = store
        .write(move |tx| tx.file_links().spend(link_id(byte), &proof, NOW))
        .await;
    spent.unwrap()
}

async fn find(store: &Arc<dyn Store>, byte: u8) -> Option<Link> {
    let found: Result<_, StoreError> = store
        .read(move |tx| tx.file_links().find(link_id(byte), NOW))
        .await;
    found.unwrap()
}

async fn list(store: &Arc<dyn Store>, file: u8) -> Vec<Link> {
    let listed: Result<_, StoreError> = store
        .read(move |tx| tx.file_links().list(id(file), 10))
        .await;
    listed.unwrap()
}

/// How often each link of a file was opened.
async fn downloads(store: &Arc<dyn Store>, file: u8) -> Vec<u64> {
    let listed = list(store, file).await;
    listed.iter().map(|link| link.downloads).collect()
}

async fn download(store: &Arc<dyn Store>, byte: u8, token: u8, until: i64) {
    let new = NewDownload {
        token: [token; 32],
        link: link_id(byte),
        sealed_key: token.is_multiple_of(2).then(|| vec![token]),
        expires_at: Timestamp::from_seconds(until),
    };
    let kept: Result<(), StoreError> = store
        .write(move |tx| tx.file_links().insert_download(&new))
        .await;
    kept.unwrap();
}

async fn find_download(store: &Arc<dyn Store>, byte: u8, token: u8) -> Option<LinkedFile> {
    let found: Result<_, StoreError> = store
        .read(move |tx| {
            tx.file_links()
                .find_download(link_id(byte), &[token; 32], NOW)
        })
        .await;
    found.unwrap()
}

/// A link is found while it can be opened, listed as it was made, and bounded for each file.
pub async fn found_while_good(store: Arc<dyn Store>) {
    owner(&store, 1..3).await;
    for stored in [
        link(1, 1, Some(1), 101),
        link(2, 1, None, 100),
        link(3, 2, None, 200),
    ] {
        assert!(insert(&store, stored).await.unwrap());
    }
    assert_eq!(find(&store, 1).await, Some(link(1, 1, Some(1), 101).link));
    for byte in [2, 9] {
        assert_eq!(find(&store, byte).await, None, "{byte}");
    }
    let again = insert(&store, link(1, 2, None, 200)).await;
    assert!(matches!(again, Err(StoreError::Conflict(Constraint::Id))));
    assert!(insert(&store, link(4, 1, None, 200)).await.unwrap());
    assert!(!insert(&store, link(5, 1, None, 200)).await.unwrap());
    let listed: Vec<LinkId> = list(&store, 1).await.iter().map(|link| link.id).collect();
    assert_eq!(listed, [1, 2, 4].map(link_id));
}

/// A download is taken by who shows the proof, while there is one left.
pub async fn spent_by_who_shows_the_proof(store: Arc<dyn Store>) {
    let alice = owner(&store, 1..2).await;
    insert(&store, link(1, 1, Some(2), 101)).await.unwrap();
    insert(&store, link(2, 1, None, 100)).await.unwrap();
    assert_eq!(spend(&store, 1, [6; 32]).await, None);
    assert_eq!(spend(&store, 2, PROOF).await, None);
    let expected = SpentLink {
        sealed_key: vec![1],
        file: file(1, alice),
    };
    for left in [true, false] {
        assert_eq!(spend(&store, 1, PROOF).await, Some(expected.clone()));
        assert_eq!(find(&store, 1).await.is_some(), left);
    }
    assert_eq!(spend(&store, 1, PROOF).await, None);
    // The second is over, and there until it is swept.
    assert_eq!(downloads(&store, 1).await, vec![2, 0]);
}

/// Of many openings at once no more succeed than the link has.
pub async fn many_at_once_open_no_more_than_it_has(store: Arc<dyn Store>) {
    owner(&store, 1..2).await;
    insert(&store, link(1, 1, Some(7), 200)).await.unwrap();
    let openings = (0..64).map(|_| spend(&store, 1, PROOF)).collect();
    let opened = join_all(openings).await;
    assert_eq!(opened.iter().flatten().count(), 7);
    assert_eq!(downloads(&store, 1).await, vec![7]);
}

/// A token leads to the file of its own link, in time, until the link goes.
pub async fn a_token_leads_to_the_file(store: Arc<dyn Store>) {
    let alice = owner(&store, 1..4).await;
    for byte in 1..4 {
        insert(&store, link(byte, byte, None, 200)).await.unwrap();
    }
    for (byte, token, until) in [
        (1, 10, 101),
        (1, 11, 101),
        (1, 12, 100),
        (2, 20, 101),
        (3, 30, 101),
    ] {
        download(&store, byte, token, until).await;
    }
    for (token, sealed_key) in [(10, Some(vec![10])), (11, None)] {
        let expected = LinkedFile {
            file: file(1, alice),
            sealed_key,
        };
        assert_eq!(find_download(&store, 1, token).await, Some(expected));
    }
    for (byte, token) in [(1, 12), (1, 20), (2, 10), (1, 99)] {
        assert_eq!(find_download(&store, byte, token).await, None);
    }
    let remove = |who, file, byte| {
        store.write(move |tx| tx.file_links().remove(who, id(file), link_id(byte)))
    };
    let stranger = person(&store, "bob").await.id;
    for (who, file, expected) in [(stranger, 1, false), (alice, 2, false), (alice, 1, true)] {
        let removed: Result<bool, StoreError> = remove(who, file, 1).await;
        assert_eq!(removed.unwrap(), expected);
    }
    assert_eq!(find_download(&store, 1, 10).await, None);
    let removed: Result<u64, StoreError> =
        store.write(|tx| tx.file_links().remove_all(id(2))).await;
    assert_eq!(removed.unwrap(), 1);
    assert_eq!(find_download(&store, 2, 20).await, None);
    let shredded: Result<u64, StoreError> = store
        .write(move |tx| tx.files().shred_all(alice, NOW))
        .await;
    assert_eq!(shredded.unwrap(), 3);
    assert_eq!(find_download(&store, 3, 30).await, None);
    assert_eq!(spend(&store, 3, PROOF).await, None);
}

/// What cannot be opened any more is swept, once nobody downloads through it.
pub async fn swept_when_useless(store: Arc<dyn Store>) {
    owner(&store, 1..2).await;
    for stored in [
        link(1, 1, Some(1), 200),
        link(2, 1, None, 100),
        link(3, 1, Some(2), 200),
    ] {
        insert(&store, stored).await.unwrap();
    }
    spend(&store, 1, PROOF).await.unwrap();
    download(&store, 1, 10, 101).await;
    spend(&store, 3, PROOF).await.unwrap();
    for (now, expected) in [(100, 1), (100, 0), (101, 1), (101, 0), (200, 1)] {
        let now = Timestamp::from_seconds(now);
        let swept: Result<u64, StoreError> =
            store.write(move |tx| tx.file_links().sweep(now, 500)).await;
        assert_eq!(swept.unwrap(), expected, "{now:?}");
    }
    assert_eq!(list(&store, 1).await, []);
}
