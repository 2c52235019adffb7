//! The use cases over mocks: what reaches the store, and what is left when something fails.

mod deletion;
pub(super) mod scene;
mod sealed;

use std::sync::{Arc, Mutex};

use futures_executor::block_on;
use mockall::predicate::eq;

use super::*;
use crate::audit::{AuditEvent, AuditEventId, AuditKind};
use crate::ports::{BlobDigest, StoreError, StoredFile, Verdict};
use crate::sessions::Dialect;
use crate::testing::MockTx;
use crate::{DomainError as _, ErrorKind, Secret};
use scene::{ID, NOW, Scene, alice, body, new, stored};

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
        (ID, 100, BlobDigest::Blake3([9; 32]))
    );
    let beyond = block_on(files.read_rendering(&rendering, 0..101));
    assert!(matches!(
        beyond,
        Err(OpenFileError::OutOfRange { size: 100 })
    ));
    let unknown = block_on(files.open_rendering(&alice(), FileId::from_bytes([8; 16])));
    assert_eq!(unknown.unwrap_err().kind(), ErrorKind::NotFound);
}
