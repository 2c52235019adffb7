//! What is deleted goes in order, and what a crash left behind goes too.

use std::sync::Arc;

use futures_executor::block_on;

use super::super::*;
use super::scene::{ID, NOW, Nothing, Scene, alice, stored};
use crate::ports::{BlobError, BlobName, ShreddedFile, StoreError, StoredFile};
use crate::{DomainError as _, ErrorKind};

#[test]
fn a_file_is_shredded_before_its_blob_goes_and_its_row_after() {
    let scene = Scene::new();
    let (first, last) = (Arc::clone(&scene.log), Arc::clone(&scene.log));
    scene
        .tx()
        .files
        .expect_shred()
        .once()
        .returning(move |owner, id, now| {
            assert_eq!((owner, id, now), (alice().account(), ID, NOW));
            first.lock().unwrap().push("shredded");
            Ok(Some(ShreddedFile {
                id,
                blob: BlobName::from_bytes([1; 16]),
                size: 7,
            }))
        });
    scene
        .tx()
        .storage
        .expect_release()
        .once()
        .withf(|account, bytes| (*account, *bytes) == (alice().account(), 7))
        .returning(|_, _| Ok(()));
    scene.tx().files.expect_remove().once().returning(move |_| {
        last.lock().unwrap().push("row removed");
        Ok(true)
    });
    let (files, _, log) = scene.files();
    block_on(files.delete(&alice(), ID)).unwrap();
    assert_eq!(
        *log.lock().unwrap(),
        ["shredded", "blob deleted", "row removed"]
    );
}

#[test]
fn nobody_deletes_what_is_not_theirs() {
    let scene = Scene::new();
    scene
        .tx()
        .files
        .expect_shred()
        .returning(|_, _, _| Ok(None));
    let (files, _, log) = scene.files();
    let refused = block_on(files.delete(&alice(), ID)).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::NotFound);
    assert!(log.lock().unwrap().is_empty());
}

#[test]
fn the_sweep_takes_old_orphans_and_nothing_else() {
    use crate::ports::BlobEntry;
    let mut scene = Scene::new();
    let entry = |byte: u8, age: u64| BlobEntry {
        name: BlobName::from_bytes([byte; 16]),
        written_at: NOW - std::time::Duration::from_secs(age),
    };
    scene.blobs.expect_page().returning(move |after, _| {
        let all = vec![entry(1, 7_200), entry(2, 7_200), entry(3, 60)];
        Ok(if after.is_none() { all } else { Vec::new() })
    });
    // A row without a blob, which is told; and one that came after the blobs were listed.
    scene
        .tx()
        .file_upkeep
        .expect_page_by_blob()
        .returning(|after, through, _| {
            let row = |byte: u8| StoredFile {
                blob: BlobName::from_bytes([byte; 16]),
                ..stored(FileId::from_bytes([byte; 16]))
            };
            let rows = [row(1), row(4), row(5)].into_iter();
            Ok(rows
                .filter(|row| after.is_none_or(|after| row.blob > after))
                .filter(|row| through.is_none_or(|through| row.blob <= through))
                .collect())
        });
    scene.blobs.expect_read().returning(|name, _| {
        if name == BlobName::from_bytes([5; 16]) {
            Err(BlobError::Missing)
        } else {
            Ok(Box::pin(Nothing))
        }
    });
    scene.tx().files.expect_find_of_anybody().returning(|id| {
        Ok(Some(StoredFile {
            blob: BlobName::from_bytes(*id.as_bytes()),
            ..stored(id)
        }))
    });
    scene
        .tx()
        .accounts
        .expect_find()
        .returning(|_| Ok(Some(crate::testing::account("alice"))));
    // The one that is a minute old is not even asked about.
    scene
        .tx()
        .files
        .expect_known_blobs()
        .once()
        .returning(|asked| {
            assert_eq!(asked, [1, 2].map(|byte| BlobName::from_bytes([byte; 16])));
            Ok(vec![BlobName::from_bytes([1; 16])])
        });
    scene
        .tx()
        .uploads
        .expect_known_blobs()
        .once()
        .returning(|_| Ok(Vec::new()));
    let (files, _, log) = scene.files();
    let swept = block_on(files.sweep()).unwrap();
    assert_eq!((swept.orphans, swept.missing), (1, 1));
    let [missing] = &*swept.named else {
        panic!("{swept:?}")
    };
    assert_eq!(
        (missing.id, missing.damage),
        (FileId::from_bytes([5; 16]), Damage::Missing)
    );
    assert_eq!(*log.lock().unwrap(), ["blob deleted"]);
}

#[test]
fn a_deletion_that_fails_waits_and_holds_up_no_other() {
    let scene = Scene::new();
    let shredded = |byte: u8| ShreddedFile {
        id: FileId::from_bytes([byte; 16]),
        blob: BlobName::from_bytes([byte; 16]),
        size: 7,
    };
    let mut rounds = vec![vec![], vec![(shredded(1), 3), (shredded(2), 0)]];
    scene
        .tx()
        .file_upkeep
        .expect_list_deletions()
        .times(2)
        .returning(move |_, _| Ok(rounds.pop().unwrap()));
    scene
        .tx()
        .files
        .expect_remove()
        .returning(|id| match id.as_bytes() {
            [1, ..] => Err(StoreError::Unavailable(None)),
            _ => Ok(true),
        });
    scene
        .tx()
        .file_upkeep
        .expect_defer_deletion()
        .once()
        .withf(move |id, until| {
            (*id, *until) == (shredded(1).id, NOW + std::time::Duration::from_secs(40))
        })
        .returning(|_, _| Ok(true));
    let (files, _, log) = scene.files();
    let finished = block_on(files.finish_deletions()).unwrap();
    assert_eq!((finished.done, finished.failed), (1, 1));
    assert_eq!(finished.reason.unwrap(), "the store is not available");
    assert_eq!(*log.lock().unwrap(), ["blob deleted", "blob deleted"]);
}
