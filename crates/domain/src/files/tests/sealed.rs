//! Files that their client has sealed.

use futures_executor::block_on;
use mockall::predicate::eq;

use super::super::*;
use super::scene::{ID, NOW, Scene, alice, bob, body, new, stored};
use crate::messages::Protection;
use crate::ports::StoredFile;
use crate::{DomainError as _, ErrorKind};

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
    let (alice, bob) = (alice(), bob());
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

/// As long as a file of seven bytes, sealed.
const SEVEN_SEALED: &str =
    "a salt of 24 bytes, 32 of a commitment, 7 of the only chunk, and 16 of its tag.";

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
    let file =
        block_on(files.upload_sealed(&alice(), sealed(Some(79)), body(vec![Ok(SEVEN_SEALED)])));
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
    let stored = files.upload_sealed(&alice, sealed(None), body(vec![Ok(SEVEN_SEALED)]));
    assert_eq!(block_on(stored).unwrap_err().kind(), ErrorKind::Conflict);
    assert_eq!(*log.lock().unwrap(), ["blob committed", "blob deleted"]);
}
