//! The use cases over mocks: what reaches the store, and what is left when something fails.

pub(super) mod scene;

use std::sync::{Arc, Mutex};

use futures_executor::block_on;
use mockall::predicate::eq;

use super::*;
use crate::audit::{AuditEvent, AuditEventId, AuditKind};
use crate::messages::Protection;
use crate::ports::{BlobError, BlobName, ShreddedFile, StoreError, StoredFile, Verdict};
use crate::sessions::Dialect;
use crate::testing::MockTx;
use crate::{DomainError as _, ErrorKind, Secret};
use scene::{ID, NOW, Nothing, Scene, alice, body, new, stored};

#[test]
fn the_row_comes_after_the_bytes() {
    let scene = Scene::new();
    let log = Arc::clone(&scene.log);
    scene
        .tx()
        .files
        .expect_insert()
        .once()
        .returning(move |row| {
            assert_eq!(
                (row.owner, row.size, row.created_at),
                (alice().account(), 7, NOW)
            );
            log.lock().unwrap().push("row inserted");
            Ok(())
        });
    scene
        .tx()
        .storage
        .expect_charge()
        .once()
        .withf(|account, bytes, default| {
            (*account, *bytes, *default) == (alice().account(), 7, None)
        })
        .returning(|_, _, _| Ok(true));
    let (files, store, log) = scene.files();
    let file =
        block_on(files.upload(&alice(), new(None), body(vec![Ok("con"), Ok("tent")]))).unwrap();
    assert_eq!((file.size, file.sealed_size), (7, 79));
    assert_eq!(file.name.unwrap().as_str(), "a.txt");
    assert_eq!(*log.lock().unwrap(), ["blob committed", "row inserted"]);
    assert_eq!(*store.verdicts.lock().unwrap(), [Verdict::Commit]);
}

#[test]
fn what_is_too_large_or_breaks_off_leaves_nothing() {
    for (length, pieces, kind) in [
        (Some(11), vec![], ErrorKind::TooLarge),
        (None, vec![Ok("12345"), Ok("678901")], ErrorKind::TooLarge),
        (
            Some(7),
            vec![Ok("con"), Err(BrokenBody)],
            ErrorKind::Invalid,
        ),
    ] {
        let (files, store, log) = Scene::new().files();
        let refused = block_on(files.upload(&alice(), new(length), body(pieces))).unwrap_err();
        assert_eq!(refused.kind(), kind, "{refused}");
        assert!(log.lock().unwrap().is_empty() && store.verdicts.lock().unwrap().is_empty());
    }
}

#[test]
fn without_a_row_the_blob_goes_unless_nobody_can_tell() {
    for (failure, expected) in [
        (StoreError::Full, vec!["blob committed", "blob deleted"]),
        (StoreError::Unavailable(None), vec!["blob committed"]),
    ] {
        let scene = Scene::new();
        let failure = Mutex::new(Some(failure));
        scene
            .tx()
            .files
            .expect_insert()
            .returning(move |_| Err(failure.lock().unwrap().take().unwrap()));
        let (files, store, log) = scene.files();
        assert!(block_on(files.upload(&alice(), new(None), body(vec![Ok("x")]))).is_err());
        assert_eq!(*log.lock().unwrap(), expected);
        assert_eq!(*store.verdicts.lock().unwrap(), [Verdict::RollBack]);
    }
}

#[test]
fn a_key_leaves_only_with_a_line_in_the_audit_trail() {
    let event = AuditEvent {
        id: AuditEventId::from_bytes([2; 16]),
        account: alice().account(),
        kind: AuditKind::FileKeyDisclosed,
        at: NOW,
        session: Some(alice().session()),
        dialect: Some(Dialect::Native),
        subject: Some(*ID.as_bytes()),
    };
    let mut tx = MockTx::default();
    tx.files
        .expect_find()
        .returning(|_, id| Ok(Some(stored(id))));
    tx.files
        .expect_note_disclosure()
        .with(eq(ID), eq(NOW))
        .once()
        .returning(|_, _| Ok(()));
    tx.audit
        .expect_append()
        .once()
        .withf(move |noted| *noted == event)
        .returning(|_| Ok(()));
    assert!(disclose_key::find_and_note(&mut tx, ID, &event).is_ok());

    let mut tx = MockTx::default();
    tx.files.expect_find().returning(|_, _| Ok(None));
    let refused = disclose_key::find_and_note(&mut tx, ID, &event).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::NotFound);

    let scene = Scene::new();
    scene
        .tx()
        .files
        .expect_find()
        .returning(|_, id| Ok(Some(stored(id))));
    scene
        .tx()
        .files
        .expect_note_disclosure()
        .returning(|_, _| Ok(()));
    scene
        .tx()
        .audit
        .expect_append()
        .returning(|_| Err(StoreError::Full));
    let (files, store, _) = scene.files();
    assert!(block_on(files.disclose_key(&alice(), ID)).is_err());
    assert_eq!(*store.verdicts.lock().unwrap(), [Verdict::RollBack]);
}

#[test]
fn the_key_of_a_token_leaves_like_a_files() {
    let mut scene = Scene::new();
    scene
        .tx()
        .files
        .expect_find()
        .once()
        .returning(|owner, id| Ok((owner == alice().account()).then(|| stored(id))));
    scene
        .tx()
        .files
        .expect_note_disclosure()
        .once()
        .returning(|_, _| Ok(()));
    scene
        .tx()
        .audit
        .expect_append()
        .once()
        .withf(|noted| {
            (noted.kind, noted.subject) == (AuditKind::FileKeyDisclosed, Some(*ID.as_bytes()))
        })
        .returning(|_| Ok(()));
    scene
        .fernet
        .expect_key()
        .once()
        .withf(|id, key| (id, key.expose()) == (&ID, &[5; 32]))
        .returning(|_, _| Secret::new("derived".to_owned()));
    let (files, store, _) = scene.files();
    let key = block_on(files.disclose_fernet_key(&alice(), ID)).unwrap();
    assert_eq!(key.expose(), "derived");
    assert_eq!(*store.verdicts.lock().unwrap(), [Verdict::Commit]);
}

#[test]
fn no_key_without_the_file_being_ones_own() {
    let scene = Scene::new();
    // The query names the owner: whoever else there is, finds nothing. The audit trail and the cipher are not asked.
    scene.tx().files.expect_find().returning(|_, _| Ok(None));
    let (files, store, _) = scene.files();
    let refused = block_on(files.disclose_fernet_key(&alice(), ID)).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::NotFound);
    assert_eq!(*store.verdicts.lock().unwrap(), [Verdict::RollBack]);
}

#[test]
fn a_token_is_for_everybody_and_tells_no_labels() {
    let scene = Scene::new();
    let foreign = crate::testing::account("bob").id;
    scene
        .tx()
        .files
        .expect_find_of_anybody()
        .returning(move |id| {
            Ok((id == ID).then(|| StoredFile {
                owner: foreign,
                ..stored(id)
            }))
        });
    let (files, _, _) = scene.files();
    let rendering = block_on(files.open_rendering(&alice(), ID)).unwrap();
    assert_eq!(
        (rendering.id(), rendering.size(), rendering.digest()),
        (ID, 100, [9; 32])
    );
    let beyond = block_on(files.read_rendering(&rendering, 0..101));
    assert!(matches!(
        beyond,
        Err(OpenFileError::OutOfRange { size: 100 })
    ));
    let unknown = block_on(files.open_rendering(&alice(), FileId::from_bytes([8; 16])));
    assert_eq!(unknown.unwrap_err().kind(), ErrorKind::NotFound);
}

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

/// What only clients can open.
fn sealed_by_client(id: FileId) -> StoredFile {
    StoredFile {
        protection: Protection::EndToEnd,
        sealed_key: b"wrapped".to_vec(),
        ..stored(id)
    }
}

#[test]
fn what_the_server_cannot_open_it_says_so() {
    let scene = Scene::new();
    scene
        .tx()
        .files
        .expect_find()
        .returning(|_, id| Ok(Some(sealed_by_client(id))));
    scene
        .tx()
        .files
        .expect_find_of_anybody()
        .returning(|id| Ok(Some(sealed_by_client(id))));
    let (files, _, _) = scene.files();
    let (alice, bob) = (alice(), scene::bob());
    let code = |refused: Option<&'static str>| assert_eq!(refused, Some("end-to-end-encrypted"));
    code(block_on(files.open(&alice, ID)).err().map(|e| e.code()));
    code(
        block_on(files.disclose_key(&alice, ID))
            .err()
            .map(|e| e.code()),
    );
    code(
        block_on(files.disclose_fernet_key(&alice, ID))
            .err()
            .map(|e| e.code()),
    );
    code(
        block_on(files.open_rendering(&alice, ID))
            .err()
            .map(|e| e.code()),
    );
    // A rendering is for anybody: to others, what has none is not there.
    let refused = block_on(files.open_rendering(&bob, ID)).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::NotFound);
    let shown = block_on(files.view(&alice, ID)).unwrap();
    assert_eq!(shown.wrapped_key.unwrap().as_str(), "wrapped");
    assert!(block_on(files.find_ciphertext(&alice, ID)).is_ok());
}

fn sealed(length: Option<u64>) -> NewSealedFile {
    NewSealedFile {
        id: ID,
        wrapped_key: WrappedKey::parse("wrapped").unwrap(),
        file: new(length),
    }
}

#[test]
fn a_sealed_file_takes_its_id_with_its_row() {
    let scene = Scene::new();
    scene
        .tx()
        .file_ids
        .expect_is_good()
        .with(eq(alice().account()), eq(ID), eq(NOW))
        .returning(|_, _, _| Ok(true));
    scene
        .tx()
        .file_ids
        .expect_take()
        .with(eq(alice().account()), eq(ID), eq(NOW))
        .once()
        .returning(|_, _, _| Ok(true));
    scene.tx().files.expect_insert().once().returning(|row| {
        assert_eq!((row.id, row.protection), (ID, Protection::EndToEnd));
        assert_eq!(row.sealed_key, b"wrapped");
        Ok(())
    });
    scene
        .tx()
        .storage
        .expect_charge()
        .once()
        .withf(|account, bytes, _| (*account, *bytes) == (alice().account(), 7))
        .returning(|_, _, _| Ok(true));
    let (files, _, log) = scene.files();
    let file = block_on(files.upload_sealed(&alice(), sealed(Some(79)), body(vec![Ok("x")])));
    let file = file.unwrap();
    assert_eq!(file.wrapped_key.unwrap().as_str(), "wrapped");
    assert_eq!(*log.lock().unwrap(), ["blob committed"]);
}

#[test]
fn a_sealed_file_without_an_id_or_a_length_of_its_own_is_refused() {
    for (length, good, kind) in [
        (Some(71), true, ErrorKind::Invalid),
        (Some(72 + 11), true, ErrorKind::TooLarge),
        (Some(72), false, ErrorKind::Conflict),
    ] {
        let scene = Scene::new();
        scene
            .tx()
            .file_ids
            .expect_is_good()
            .returning(move |_, _, _| Ok(good));
        let (files, _, log) = scene.files();
        let alice = alice();
        let stored = files.upload_sealed(&alice, sealed(length), body(vec![]));
        assert_eq!(block_on(stored).unwrap_err().kind(), kind);
        assert!(log.lock().unwrap().is_empty());
    }
    // It was good when the upload began, and is not when it ends.
    let scene = Scene::new();
    scene
        .tx()
        .file_ids
        .expect_is_good()
        .returning(|_, _, _| Ok(true));
    scene
        .tx()
        .file_ids
        .expect_take()
        .returning(|_, _, _| Ok(false));
    let (files, _, log) = scene.files();
    let alice = alice();
    let stored = files.upload_sealed(&alice, sealed(None), body(vec![Ok("x")]));
    assert_eq!(block_on(stored).unwrap_err().kind(), ErrorKind::Conflict);
    assert_eq!(*log.lock().unwrap(), ["blob committed", "blob deleted"]);
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
