//! The use cases over mocks: what reaches the store, and what is left when something fails.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use async_trait::async_trait;
use bytes::Bytes;
use futures_core::Stream;
use futures_executor::block_on;
use zeroize::Zeroizing;

use super::*;
use crate::ports::{
    BlobError, BlobName, BlobWriter, ByteStream, FileAction, FileAudit, FileCipherError,
    FileSealer, MockBlobStore, MockFileCipher, MockSealer, SealedFile, ShreddedFile, Store,
    StoreError, StoredFile, Unit, Verdict,
};
use crate::sessions::{Actor, SessionId};
use crate::testing::{CountingEntropy, FixedClock, MockTx};
use crate::{DomainError as _, Environment, ErrorKind, Timestamp};

const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

/// Runs each unit on the mocks, and remembers what became of it.
#[derive(Default)]
struct OneTx {
    tx: Mutex<MockTx>,
    verdicts: Mutex<Vec<Verdict>>,
}

#[async_trait]
impl Store for OneTx {
    async fn run_write(&self, mut unit: Unit) -> Result<(), StoreError> {
        let verdict = unit(&mut *self.tx.lock().unwrap());
        self.verdicts.lock().unwrap().push(verdict);
        Ok(())
    }

    async fn run_read(&self, unit: Unit) -> Result<(), StoreError> {
        self.run_write(unit).await
    }

    async fn probe(&self) -> Result<(), StoreError> {
        Ok(())
    }
}

/// Seals nothing: what goes in comes out.
#[derive(Default)]
struct PlainSealer(u64);

impl FileSealer for PlainSealer {
    fn push(&mut self, plaintext: &[u8], sealed: &mut Vec<u8>) -> Result<(), FileCipherError> {
        self.0 += u64::try_from(plaintext.len()).unwrap();
        sealed.extend_from_slice(plaintext);
        Ok(())
    }

    fn finish(self: Box<Self>, _: &mut Vec<u8>) -> Result<SealedFile, FileCipherError> {
        Ok(SealedFile {
            layout: SealedLayout::of_plaintext(self.0).unwrap(),
            digest: [9; 32],
        })
    }
}

type Log = Arc<Mutex<Vec<&'static str>>>;

/// Notes what is done with it.
struct Writer(Log);

#[async_trait]
impl BlobWriter for Writer {
    async fn write(&mut self, _: Bytes) -> Result<(), BlobError> {
        Ok(())
    }

    async fn commit(self: Box<Self>) -> Result<(), BlobError> {
        self.0.lock().unwrap().push("blob committed");
        Ok(())
    }
}

struct Body(std::vec::IntoIter<Result<Bytes, BrokenBody>>);

impl Stream for Body {
    type Item = Result<Bytes, BrokenBody>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.next())
    }
}

fn body(pieces: Vec<Result<&'static str, BrokenBody>>) -> ByteStream<BrokenBody> {
    let pieces: Vec<_> = pieces
        .into_iter()
        .map(|piece| piece.map(|text| Bytes::from_static(text.as_bytes())))
        .collect();
    Box::pin(Body(pieces.into_iter()))
}

struct Scene {
    store: Arc<OneTx>,
    log: Log,
    blobs: MockBlobStore,
}

impl Scene {
    fn new() -> Self {
        Self {
            store: Arc::default(),
            log: Log::default(),
            blobs: MockBlobStore::new(),
        }
    }

    fn tx(&self) -> std::sync::MutexGuard<'_, MockTx> {
        self.store.tx.lock().unwrap()
    }

    /// The service, for files of at most ten bytes.
    fn files(mut self) -> (Files, Arc<OneTx>, Log) {
        let log = Arc::clone(&self.log);
        let writers = Arc::clone(&log);
        self.blobs
            .expect_create()
            .returning(move |_| Ok(Box::new(Writer(Arc::clone(&writers)))));
        let deleted = Arc::clone(&log);
        self.blobs.expect_delete().returning(move |_| {
            deleted.lock().unwrap().push("blob deleted");
            Ok(true)
        });
        let mut sealer = MockSealer::new();
        sealer
            .expect_seal()
            .returning(|_, plaintext| plaintext.to_vec());
        sealer
            .expect_open()
            .returning(|_, sealed| Ok(Zeroizing::new(sealed.to_vec())));
        let mut cipher = MockFileCipher::new();
        cipher
            .expect_seal()
            .returning(|_, _| Box::new(PlainSealer::default()));
        cipher.expect_algorithm().return_const("plain");
        cipher
            .expect_context()
            .returning(|id| id.as_bytes().to_vec());
        let env = Environment {
            store: self.store.clone(),
            clock: Arc::new(FixedClock::at(NOW)),
            entropy: Arc::new(CountingEntropy::default()),
        };
        let ports = FilePorts {
            sealer: Arc::new(sealer),
            cipher: Arc::new(cipher),
            blobs: Arc::new(self.blobs),
        };
        (Files::new(env, ports, Some(10)), self.store, log)
    }
}

fn alice() -> Actor {
    Actor::for_tests(
        crate::testing::account("alice").id,
        SessionId::from_bytes([3; 16]),
        NOW,
    )
}

fn new(length: Option<u64>) -> NewFile {
    NewFile {
        name: Some(FileName::parse("a.txt").unwrap()),
        content_type: ContentType::parse("text/plain").unwrap(),
        length,
    }
}

fn stored(id: FileId) -> StoredFile {
    StoredFile {
        id,
        owner: alice().account(),
        blob: BlobName::from_bytes([1; 16]),
        size: 7,
        digest: [9; 32],
        sealed_key: vec![5; 32],
        sealed_name: None,
        sealed_type: b"text/plain".to_vec(),
        created_at: NOW,
    }
}

const ID: FileId = FileId::from_bytes([4; 16]);

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
    let line = FileAudit {
        id: FileAuditId::from_bytes([2; 16]),
        file: ID,
        account: alice().account(),
        session: alice().session(),
        action: FileAction::KeyDisclosed,
        at: NOW,
    };
    let mut tx = MockTx::default();
    tx.files
        .expect_find()
        .returning(|_, id| Ok(Some(stored(id))));
    tx.files
        .expect_note()
        .once()
        .withf(move |noted| *noted == line)
        .returning(|_| Ok(()));
    assert!(disclose_key::find_and_note(&mut tx, &line).is_ok());

    let mut tx = MockTx::default();
    tx.files.expect_find().returning(|_, _| Ok(None));
    let refused = disclose_key::find_and_note(&mut tx, &line).unwrap_err();
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
        .expect_note()
        .returning(|_| Err(StoreError::Full));
    let (files, store, _) = scene.files();
    assert!(block_on(files.disclose_key(&alice(), ID)).is_err());
    assert_eq!(*store.verdicts.lock().unwrap(), [Verdict::RollBack]);
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
            }))
        });
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
    scene
        .tx()
        .files
        .expect_list_shredded()
        .returning(|_| Ok(Vec::new()));
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
    let (files, _, log) = scene.files();
    let swept = block_on(files.sweep()).unwrap();
    assert_eq!(
        swept,
        SweptFiles {
            shredded: 0,
            orphans: 1
        }
    );
    assert_eq!(*log.lock().unwrap(), ["blob deleted"]);
}
