//! The rules over mocks. What the whole does, crashes included, is seen over a real store and a real cipher in the tests of
//! the API.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::cancel::take;
use super::complete::replace;
use super::create::insert;
use super::sweep::take_expired;
use super::{Salt, UploadError, Uploads};
use crate::files::FileId;
use crate::messages::Protection;
use crate::ports::{
    AbandonedUpload, BlobDigest, BlobName, BlobState, StoreError, StoredFile, StoredUpload,
    UploadProgress,
};
use crate::testing::{MockTx, account};
use crate::{DomainError as _, ErrorKind, Timestamp};

const ID: FileId = FileId::from_bytes([7; 16]);

fn upload() -> StoredUpload {
    StoredUpload {
        id: ID,
        owner: account("alice").id,
        blob: BlobName::from_bytes([1; 16]),
        protection: Protection::Server,
        length: 10,
        salt: Salt::from_bytes([2; 24]),
        sealed_key: vec![5; 32],
        sealed_name: None,
        sealed_type: Vec::new(),
        progress: UploadProgress {
            offset: 0,
            sealed: 0,
            tail: None,
            digest_state: Vec::new(),
            blob_state: BlobState::default(),
        },
        created_at: Timestamp::from_seconds(1),
        expires_at: Timestamp::from_seconds(2),
    }
}

fn file() -> StoredFile {
    StoredFile {
        id: ID,
        owner: account("alice").id,
        blob: BlobName::from_bytes([1; 16]),
        size: 10,
        digest: BlobDigest::Blake3([9; 32]),
        sealed_key: vec![5; 32],
        sealed_name: None,
        sealed_type: Vec::new(),
        protection: Protection::Server,
        key_disclosed_at: None,
        created_at: Timestamp::from_seconds(1),
    }
}

#[test]
fn nobody_fills_the_table_with_uploads() {
    let mut tx = MockTx::default();
    tx.uploads
        .expect_count()
        .returning(|_| Ok(Uploads::MAX_UNFINISHED));
    let refused = insert(&mut tx, &upload()).unwrap_err();
    assert!(matches!(refused, UploadError::TooMany { limit: 100 }));
    assert_eq!(refused.kind(), ErrorKind::Conflict);

    let mut tx = MockTx::default();
    tx.uploads
        .expect_count()
        .returning(|_| Ok(Uploads::MAX_UNFINISHED - 1));
    tx.uploads
        .expect_insert()
        .once()
        .withf(|new| *new == upload())
        .returning(|_| Ok(()));
    insert(&mut tx, &upload()).unwrap();
}

#[test]
fn an_id_that_was_not_handed_out_begins_no_upload() {
    let sealed = || StoredUpload {
        protection: Protection::EndToEnd,
        length: 72,
        ..upload()
    };
    let handed_out = |good| {
        let mut tx = MockTx::default();
        tx.uploads.expect_count().returning(|_| Ok(0));
        tx.file_ids
            .expect_take()
            .once()
            .withf(|owner, id, now| {
                (*owner, *id, *now) == (account("alice").id, ID, Timestamp::from_seconds(1))
            })
            .returning(move |_, _, _| Ok(good));
        tx
    };
    let refused = insert(&mut handed_out(false), &sealed()).unwrap_err();
    assert!(matches!(refused, UploadError::UnreservedId));
    let mut tx = handed_out(true);
    tx.uploads.expect_insert().once().returning(|_| Ok(()));
    insert(&mut tx, &sealed()).unwrap();
}

#[test]
fn what_is_given_up_counts_no_more() {
    let abandoned = |length| AbandonedUpload {
        owner: account("alice").id,
        blob: BlobName::from_bytes([1; 16]),
        blob_state: BlobState::default(),
        protection: Protection::Server,
        length,
    };
    // It counts as the file would: by its plaintext.
    let sealed = AbandonedUpload {
        protection: Protection::EndToEnd,
        ..abandoned(72 + 30)
    };
    let mut tx = MockTx::default();
    tx.uploads
        .expect_take()
        .returning(move |_, _| Ok(Some(abandoned(10))));
    tx.storage
        .expect_release()
        .once()
        .withf(|owner, bytes| (*owner, *bytes) == (account("alice").id, 10))
        .returning(|_, _| Ok(()));
    take(&mut tx, account("alice").id, ID).unwrap();

    let mut tx = MockTx::default();
    tx.uploads
        .expect_take_expired()
        .returning(move |_, _| Ok(vec![abandoned(10), abandoned(20), sealed.clone()]));
    let counted = Arc::new(AtomicU64::new(0));
    let sum = Arc::clone(&counted);
    tx.storage.expect_release().returning(move |_, bytes| {
        sum.fetch_add(bytes, Ordering::SeqCst);
        Ok(())
    });
    let now = Timestamp::from_seconds(9);
    assert_eq!(take_expired(&mut tx, now).unwrap().len(), 3);
    assert_eq!(counted.load(Ordering::SeqCst), 60);
}

#[test]
fn a_file_takes_the_place_of_its_upload_or_of_nothing() {
    let mut tx = MockTx::default();
    tx.uploads
        .expect_complete()
        .once()
        .withf(|id, from| (*id, *from) == (ID, (3, 4)))
        .returning(|_, _| Ok(true));
    tx.files
        .expect_insert()
        .once()
        .withf(|new| *new == file())
        .returning(|_| Ok(()));
    assert!(replace(&mut tx, &file(), (3, 4)).unwrap());

    // Given up in the meantime: no file.
    let mut tx = MockTx::default();
    tx.uploads.expect_complete().returning(|_, _| Ok(false));
    assert!(!replace(&mut tx, &file(), (3, 4)).unwrap());

    let mut tx = MockTx::default();
    tx.uploads.expect_complete().returning(|_, _| Ok(true));
    tx.files
        .expect_insert()
        .returning(|_| Err(StoreError::Full));
    assert!(replace(&mut tx, &file(), (3, 4)).is_err());
}
