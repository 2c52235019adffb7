//! Cases of [`crate::ports::FileUpkeepRepository`].

use std::sync::Arc;

use super::files::{blob, file, id};
use super::people::person;
use crate::Timestamp;
use crate::files::{DeletionTally, FileId, ScrubProgress};
use crate::ports::{BlobName, Store, StoreError, StoreExt, StoredFile};

/// Six files of two people; number 3 is shredded at 3, number 2 at 9. The blobs are in the other order.
async fn stored(store: &Arc<dyn Store>) {
    let (alice, bob) = (
        person(store, "alice").await.id,
        person(store, "bob").await.id,
    );
    for byte in 1..=6_u8 {
        let owner = if byte.is_multiple_of(2) { alice } else { bob };
        let row = StoredFile {
            blob: blob(10 - byte),
            ..file(byte, owner)
        };
        let inserted: Result<(), StoreError> = store.write(move |tx| tx.files().insert(&row)).await;
        inserted.unwrap();
    }
    for (owner, byte, at) in [(bob, 3, 3), (alice, 2, 9)] {
        let shredded: Result<_, StoreError> = store
            .write(move |tx| {
                tx.files()
                    .shred(owner, id(byte), Timestamp::from_seconds(at))
            })
            .await;
        assert!(shredded.unwrap().is_some());
    }
}

fn numbers(files: &[StoredFile]) -> Vec<u8> {
    files
        .iter()
        .map(|file| file.id.as_bytes().first().copied().unwrap_or_default())
        .collect()
}

async fn due(store: &Arc<dyn Store>, now: i64) -> Vec<(FileId, u32)> {
    let listed: Result<_, StoreError> = store
        .read(move |tx| {
            tx.file_upkeep()
                .list_deletions(Timestamp::from_seconds(now), 10)
        })
        .await;
    let listed: Vec<_> = listed.unwrap();
    listed
        .iter()
        .map(|(file, attempts)| (file.id, *attempts))
        .collect()
}

/// What is shredded waits to be removed, the oldest first; what failed waits until its time.
pub async fn deletions_wait_their_turn(store: Arc<dyn Store>) {
    stored(&store).await;
    assert_eq!(due(&store, 0).await, [(id(3), 0), (id(2), 0)]);
    for (byte, there) in [(3, true), (1, false), (9, false)] {
        let deferred: Result<bool, StoreError> = store
            .write(move |tx| {
                tx.file_upkeep()
                    .defer_deletion(id(byte), Timestamp::from_seconds(20))
            })
            .await;
        assert_eq!(deferred.unwrap(), there, "{byte}");
    }
    assert_eq!(due(&store, 19).await, [(id(2), 0)]);
    assert_eq!(due(&store, 20).await, [(id(3), 1), (id(2), 0)]);
    let tally = |waiting, failing, oldest: Option<i64>| DeletionTally {
        waiting,
        failing,
        oldest: oldest.map(Timestamp::from_seconds),
    };
    let counted = || async {
        let counted: Result<_, StoreError> =
            store.read(|tx| tx.file_upkeep().tally_deletions()).await;
        counted.unwrap()
    };
    assert_eq!(counted().await, tally(2, 1, Some(3)));
    for (byte, left) in [(3, tally(1, 0, Some(9))), (2, tally(0, 0, None))] {
        let removed: Result<bool, StoreError> =
            store.write(move |tx| tx.files().remove(id(byte))).await;
        assert!(removed.unwrap());
        assert_eq!(counted().await, left);
    }
}

/// All files come in the order of their ids, whoever's they are, without those that are shredded.
pub async fn paged_whoever_they_belong_to(store: Arc<dyn Store>) {
    stored(&store).await;
    for (after, limit, expected) in [
        (None, 2, vec![1, 4]),
        (Some(4), 2, vec![5, 6]),
        (Some(6), 2, vec![]),
        (None, 10, vec![1, 4, 5, 6]),
    ] {
        let after = after.map(id);
        let page: Result<Vec<StoredFile>, StoreError> = store
            .read(move |tx| tx.file_upkeep().page(after, limit))
            .await;
        assert_eq!(numbers(&page.unwrap()), expected, "{after:?}");
    }
    let count: Result<u64, StoreError> = store.read(|tx| tx.file_upkeep().count()).await;
    assert_eq!(count.unwrap(), 4);
}

/// The same in the order of their blobs, between two of them.
pub async fn paged_by_blob(store: Arc<dyn Store>) {
    stored(&store).await;
    for (after, through, limit, expected) in [
        (None, None, 10, vec![6, 5, 4, 1]),
        (None, None, 2, vec![6, 5]),
        (Some(5), None, 10, vec![4, 1]),
        (Some(4), Some(6), 10, vec![5, 4]),
        (Some(6), Some(8), 10, vec![]),
    ] {
        let (after, through): (Option<BlobName>, _) = (after.map(blob), through.map(blob));
        let page: Result<Vec<StoredFile>, StoreError> = store
            .read(move |tx| tx.file_upkeep().page_by_blob(after, through, limit))
            .await;
        assert_eq!(numbers(&page.unwrap()), expected, "{after:?}");
    }
}

/// The scrub goes on where it was, and of many at once each has a turn of its own.
pub async fn the_scrub_goes_on_where_it_was(store: Arc<dyn Store>) {
    let begun: Result<ScrubProgress, StoreError> =
        store.write(|tx| tx.file_upkeep().lock_scrub()).await;
    assert_eq!(begun.unwrap(), ScrubProgress::default());
    let progress = ScrubProgress {
        after: Some(id(7)),
        night: 20_000,
        left: 1 << 40,
    };
    let saved: Result<(), StoreError> = store
        .write(move |tx| {
            tx.file_upkeep().lock_scrub()?;
            tx.file_upkeep().save_scrub(&progress)
        })
        .await;
    saved.unwrap();
    let turns = (0..64)
        .map(|_| {
            store.write(|tx| -> Result<(), StoreError> {
                let mut progress = tx.file_upkeep().lock_scrub()?;
                progress.left -= 1;
                tx.file_upkeep().save_scrub(&progress)
            })
        })
        .collect();
    for turn in super::join_all(turns).await {
        turn.unwrap();
    }
    let left: Result<ScrubProgress, StoreError> =
        store.write(|tx| tx.file_upkeep().lock_scrub()).await;
    let expected = ScrubProgress {
        left: (1 << 40) - 64,
        ..progress
    };
    assert_eq!(left.unwrap(), expected);
}
