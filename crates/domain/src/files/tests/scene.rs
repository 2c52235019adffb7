//! The service over mocks.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use async_trait::async_trait;
use bytes::Bytes;
use futures_core::Stream;
use zeroize::Zeroizing;

use super::super::*;
use crate::messages::Protection;
use crate::ports::{
    BlobDigest, BlobError, BlobName, BlobWriter, ByteStream, FileCipherError, FileSealer,
    MockBlobStore, MockChecksums, MockFernetCipher, MockFileCipher, MockSealer, Store, StoreError,
    StoredFile, Unit, Verdict,
};
use crate::sessions::{Actor, SessionId};
use crate::storage::{AccountStorage, Storage, StorageRules};
use crate::testing::{CountingEntropy, FixedClock, MockTx};
use crate::{Environment, Timestamp};

pub(super) const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

/// Runs each unit on the mocks, and remembers what became of it.
#[derive(Default)]
pub(super) struct OneTx {
    tx: Mutex<MockTx>,
    pub(super) verdicts: Mutex<Vec<Verdict>>,
}

#[async_trait]
impl Store for OneTx {
    async fn run_write(&self, mut unit: Unit) -> Result<(), StoreError> {
        let verdict = unit(&mut *self.tx.lock().unwrap());
        self.verdicts.lock().unwrap().push(verdict);
        Ok(())
    }

    async fn run_read(&self, mut unit: Unit) -> Result<(), StoreError> {
        unit(&mut *self.tx.lock().unwrap());
        Ok(())
    }

    async fn probe(&self) -> Result<(), StoreError> {
        Ok(())
    }
}

/// Seals nothing: what goes in comes out.
#[derive(Default)]
pub(super) struct PlainSealer(u64);

impl FileSealer for PlainSealer {
    fn push(&mut self, plaintext: &[u8], sealed: &mut Vec<u8>) -> Result<(), FileCipherError> {
        self.0 += u64::try_from(plaintext.len()).unwrap();
        sealed.extend_from_slice(plaintext);
        Ok(())
    }

    fn finish(self: Box<Self>, _: &mut Vec<u8>) -> Result<SealedLayout, FileCipherError> {
        Ok(SealedLayout::of_plaintext(self.0).unwrap())
    }
}

pub(super) type Log = Arc<Mutex<Vec<&'static str>>>;

/// Notes what is done with it.
pub(super) struct Writer(Log);

#[async_trait]
impl BlobWriter for Writer {
    async fn write(&mut self, _: Bytes) -> Result<(), BlobError> {
        Ok(())
    }

    async fn commit(self: Box<Self>) -> Result<BlobDigest, BlobError> {
        self.0.lock().unwrap().push("blob committed");
        Ok(BlobDigest::Blake3([9; 32]))
    }
}

/// A stream that nobody reads.
pub(super) struct Nothing;

impl Stream for Nothing {
    type Item = Result<Bytes, BlobError>;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(None)
    }
}

pub(super) struct Body(std::vec::IntoIter<Result<Bytes, BrokenBody>>);

impl Stream for Body {
    type Item = Result<Bytes, BrokenBody>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.next())
    }
}

pub(super) fn body(pieces: Vec<Result<&'static str, BrokenBody>>) -> ByteStream<BrokenBody> {
    let pieces: Vec<_> = pieces
        .into_iter()
        .map(|piece| piece.map(|text| Bytes::from_static(text.as_bytes())))
        .collect();
    Box::pin(Body(pieces.into_iter()))
}

pub(super) struct Scene {
    store: Arc<OneTx>,
    pub(super) log: Log,
    pub(super) blobs: MockBlobStore,
    pub(super) fernet: MockFernetCipher,
}

impl Scene {
    /// Somebody who stores nothing yet, may store as much as they like, and shares nothing.
    pub(super) fn new() -> Self {
        let scene = Self {
            store: Arc::default(),
            log: Log::default(),
            blobs: MockBlobStore::new(),
            fernet: MockFernetCipher::new(),
        };
        scene
            .tx()
            .storage
            .expect_find()
            .returning(|_| Ok(AccountStorage::default()));
        scene
            .tx()
            .file_grants
            .expect_list()
            .returning(|_, _| Ok(Vec::new()));
        scene
    }

    pub(super) fn tx(&self) -> std::sync::MutexGuard<'_, MockTx> {
        self.store.tx.lock().unwrap()
    }

    /// The service, for files of at most ten bytes.
    pub(super) fn files(mut self) -> (Files, Arc<OneTx>, Log) {
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
            fernet: Arc::new(self.fernet),
            blobs: Arc::new(self.blobs),
            checksums: Arc::new(MockChecksums::new()),
        };
        let rules = StorageRules::default();
        let storage = Storage::new(env.clone(), Arc::clone(&ports.blobs), rules);
        (Files::new(env, ports, storage, Some(10)), self.store, log)
    }
}

pub(super) fn alice() -> Actor {
    Actor::for_tests(
        crate::testing::account("alice").id,
        SessionId::from_bytes([3; 16]),
        NOW,
    )
}

pub(super) fn bob() -> Actor {
    Actor::for_tests(
        crate::testing::account("bob").id,
        SessionId::from_bytes([6; 16]),
        NOW,
    )
}

pub(super) fn new(length: Option<u64>) -> NewFile {
    NewFile {
        name: Some(FileName::parse("a.txt").unwrap()),
        content_type: ContentType::parse("text/plain").unwrap(),
        length,
        checksums: Vec::new(),
    }
}

pub(in crate::files) fn stored(id: FileId) -> StoredFile {
    StoredFile {
        id,
        owner: alice().account(),
        blob: BlobName::from_bytes([1; 16]),
        size: 7,
        digest: BlobDigest::Blake3([9; 32]),
        sealed_key: vec![5; 32],
        sealed_name: None,
        sealed_type: b"text/plain".to_vec(),
        protection: Protection::Server,
        key_disclosed_at: None,
        created_at: NOW,
    }
}

pub(super) const ID: FileId = FileId::from_bytes([4; 16]);
