//! However a plaintext is cut into parts, and wherever a crash comes: the file is the plaintext, and no chunk index is sealed
//! with two contents.

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use aws_lc_rs::digest::{SHA256, digest};
use futures_util::{StreamExt as _, stream};
use proptest::prelude::*;
use sealpost_blobs::FsBlobStore;
use sealpost_crypto::{
    ChunkedCipher, Keyring, MasterSealer, OsEntropy, StreamChecksums, StreamingFernet,
};
use sealpost_domain::Environment;
use sealpost_domain::files::{BrokenBody, ContentType, FileId, FilePorts, Files, SealedLayout};
use sealpost_domain::ports::{
    BlobStore, ByteStream, ChunkSealer, FileCipher, FileCipherError, FileKey, FileOpener,
    FileSealer, PasswordHash, Store, StoreError, StoreExt, StoredUpload, Unit,
};
use sealpost_domain::sessions::{Actor, SessionId};
use sealpost_domain::storage::{Storage, StorageRules};
use sealpost_domain::testing::{FixedClock, account};
use sealpost_domain::uploads::{NewUpload, Salt, UploadError, UploadPart, UploadRules, Uploads};
use sealpost_http::Hub;
use sealpost_store::{SqliteOptions, SqliteStore};
use tempfile::TempDir;
use tokio::runtime::Handle;

use crate::support::{NOW, UPLOAD_RETENTION};

/// The server dies before its next so many-th write to the store: that one and all after it fail, until it starts again.
struct Mortal {
    store: Arc<dyn Store>,
    writes_left: AtomicUsize,
}

#[async_trait]
impl Store for Mortal {
    async fn run_write(&self, unit: Unit) -> Result<(), StoreError> {
        let left = self.writes_left.load(Ordering::SeqCst);
        if left == 0 {
            return Err(StoreError::Unavailable(None));
        }
        self.writes_left.store(left - 1, Ordering::SeqCst);
        self.store.run_write(unit).await
    }

    async fn run_read(&self, unit: Unit) -> Result<(), StoreError> {
        self.store.run_read(unit).await
    }

    async fn probe(&self) -> Result<(), StoreError> {
        self.store.probe().await
    }
}

/// What was sealed under which salt at which index.
type Sealed = Arc<Mutex<HashMap<([u8; 24], u64), Vec<u8>>>>;

/// The real cipher, watched.
struct Watched {
    cipher: ChunkedCipher,
    sealed: Sealed,
}

struct WatchedSealer {
    sealer: Box<dyn ChunkSealer>,
    salt: [u8; 24],
    sealed: Sealed,
}

impl ChunkSealer for WatchedSealer {
    fn header(&self) -> [u8; SealedLayout::HEADER] {
        self.sealer.header()
    }

    fn seal_chunk(
        &self,
        index: u64,
        plaintext: &[u8],
        sealed: &mut Vec<u8>,
    ) -> Result<(), FileCipherError> {
        let mut known = self.sealed.lock().unwrap();
        let before = known
            .entry((self.salt, index))
            .or_insert_with(|| plaintext.to_vec());
        assert!(before == plaintext, "chunk {index} has two contents");
        self.sealer.seal_chunk(index, plaintext, sealed)
    }

    fn is_sealed_at(&self, index: u64, sealed: &[u8]) -> bool {
        self.sealer.is_sealed_at(index, sealed)
    }
}

impl FileCipher for Watched {
    fn algorithm(&self) -> &'static str {
        self.cipher.algorithm()
    }

    fn context(&self, id: &FileId) -> Vec<u8> {
        self.cipher.context(id)
    }

    fn seal(&self, id: &FileId, key: &FileKey) -> Box<dyn FileSealer> {
        self.cipher.seal(id, key)
    }

    fn resume(&self, id: &FileId, key: &FileKey, salt: &Salt) -> Box<dyn ChunkSealer> {
        Box::new(WatchedSealer {
            sealer: self.cipher.resume(id, key, salt),
            salt: *salt.as_bytes(),
            sealed: Arc::clone(&self.sealed),
        })
    }

    fn open(
        &self,
        id: &FileId,
        key: &FileKey,
        header: &[u8; SealedLayout::HEADER],
        layout: SealedLayout,
    ) -> Result<Box<dyn FileOpener>, FileCipherError> {
        self.cipher.open(id, key, header, layout)
    }
}

/// A server that can die.
struct World {
    uploads: Uploads,
    files: Files,
    mortal: Arc<Mortal>,
    store: Arc<dyn Store>,
    alice: Actor,
    folder: TempDir,
}

impl World {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("sealpost.db");
        let hub = Arc::new(Hub::default());
        let store = SqliteStore::open(&database, &SqliteOptions::default(), hub).unwrap();
        let store: Arc<dyn Store> = Arc::new(store);
        let alice = account("alice");
        let row = alice.clone();
        let inserted: Result<(), StoreError> = store
            .write(move |tx| {
                let hash = PasswordHash::new("$h$".to_owned());
                tx.accounts().insert(&row, &hash)
            })
            .await;
        inserted.unwrap();
        let mortal = Arc::new(Mortal {
            store: store.clone(),
            writes_left: AtomicUsize::new(usize::MAX),
        });
        let entropy = Arc::new(OsEntropy);
        let env = Environment {
            store: mortal.clone(),
            clock: Arc::new(FixedClock::at(NOW)),
            entropy: entropy.clone(),
        };
        let (keyring, _) = Keyring::generate(&*entropy);
        let blobs = FsBlobStore::open(&folder.path().join("blobs"), Handle::current());
        let blobs: Arc<dyn BlobStore> = Arc::new(blobs.unwrap());
        let storage = Storage::new(env.clone(), blobs.clone(), StorageRules::default());
        let ports = FilePorts {
            sealer: Arc::new(MasterSealer::new(&keyring, entropy.clone())),
            cipher: Arc::new(Watched {
                cipher: ChunkedCipher::new(entropy),
                sealed: Sealed::default(),
            }),
            fernet: Arc::new(StreamingFernet),
            blobs,
            checksums: Arc::new(StreamChecksums),
        };
        let rules = UploadRules {
            max_size: None,
            retention: UPLOAD_RETENTION,
        };
        Self {
            uploads: Uploads::new(env.clone(), ports.clone(), storage.clone(), rules),
            files: Files::new(env, ports, storage, None),
            mortal,
            store,
            alice: Actor::for_tests(alice.id, SessionId::from_bytes([3; 16]), NOW),
            folder,
        }
    }

    async fn row(&self, id: FileId) -> Option<StoredUpload> {
        let owner = self.alice.account();
        let found: Result<_, StoreError> = self
            .store
            .read(move |tx| tx.uploads().find(owner, id))
            .await;
        found.unwrap()
    }

    /// A power cut takes from the growing blob what was never synced: all but so many thousandths of it.
    async fn tear(&self, id: FileId, kept: u64) {
        let Some(row) = self.row(id).await else {
            return;
        };
        let growing = self.folder.path().join("blobs/growing");
        let Ok(file) = std::fs::File::options()
            .write(true)
            .open(Path::new(&growing).join(row.blob.to_string()))
        else {
            return;
        };
        let length = file.metadata().unwrap().len();
        let unsynced = length - row.progress.sealed;
        file.set_len(row.progress.sealed + unsynced * kept / 1_000)
            .unwrap();
    }

    /// The upload, whoever of those who died still holds its blob for a moment.
    async fn offset(&self, id: FileId) -> (u64, bool) {
        let seen = self.uploads.view(&self.alice, id).await.unwrap();
        (seen.offset, seen.file.is_some())
    }

    async fn append(&self, id: FileId, offset: u64, part: &[u8]) -> Result<(), UploadError> {
        loop {
            let part_of = UploadPart {
                offset,
                length: None,
                checksums: Vec::new(),
            };
            let pieces: Vec<_> = part
                .chunks(7_000)
                .map(|piece| Ok::<_, BrokenBody>(bytes_of(piece)))
                .collect();
            let body = Box::pin(stream::iter(pieces));
            match self.uploads.append(&self.alice, id, &part_of, body).await {
                Err(UploadError::Locked) => tokio::time::sleep(Duration::from_millis(2)).await,
                Err(error) => return Err(error),
                Ok(_) => return Ok(()),
            }
        }
    }

    /// The plaintext, and whether the digest that is kept is that of the blob.
    async fn read(&self, id: FileId) -> (Vec<u8>, bool) {
        let opened = self.files.open(&self.alice, id).await.unwrap();
        let file = opened.file().clone();
        let content = self.files.read_content(&opened, 0..file.size).await;
        let ciphertext = self.files.find_ciphertext(&self.alice, id).await.unwrap();
        let sealed = self
            .files
            .read_ciphertext(&ciphertext, 0..file.sealed_size)
            .await;
        let (content, sealed) = (
            collect(content.unwrap()).await,
            collect(sealed.unwrap()).await,
        );
        (
            content,
            digest(&SHA256, &sealed).as_ref() == file.digest.bytes(),
        )
    }
}

fn bytes_of(piece: &[u8]) -> actix_web::web::Bytes {
    actix_web::web::Bytes::copy_from_slice(piece)
}

async fn collect<E: std::fmt::Debug>(mut stream: ByteStream<E>) -> Vec<u8> {
    let mut all = Vec::new();
    while let Some(piece) = stream.next().await {
        all.extend_from_slice(&piece.unwrap());
    }
    all
}

/// A part: how long it is; before which write the server dies while it comes, if it does; how much of what was not synced
/// survives that.
type Part = (usize, Option<usize>, u64);

async fn upload_in(parts: &[Part], content: &[u8]) {
    let world = World::new().await;
    let new = NewUpload {
        name: None,
        content_type: ContentType::unknown(),
        length: u64::try_from(content.len()).unwrap(),
        sealed: None,
    };
    let id = world.uploads.create(&world.alice, &new).await.unwrap().id;
    let mut acknowledged = 0;
    // After the parts that are given, all the rest.
    let rest = std::iter::repeat(&(1_000_000, None, 1_000));
    for (length, dies, kept) in parts.iter().chain(rest) {
        let (offset, complete) = world.offset(id).await;
        assert!(offset >= acknowledged, "an acknowledged byte is lost");
        if complete {
            break;
        }
        let start = usize::try_from(offset).unwrap();
        let end = content.len().min(start + length);
        let writes = dies.unwrap_or(usize::MAX);
        world.mortal.writes_left.store(writes, Ordering::SeqCst);
        let outcome = world.append(id, offset, &content[start..end]).await;
        world.mortal.writes_left.store(usize::MAX, Ordering::SeqCst);
        match outcome {
            Ok(()) => acknowledged = u64::try_from(end).unwrap(),
            // A write of who died was under way, and is there now.
            Err(UploadError::WrongOffset { .. }) => {}
            Err(error) => {
                assert!(dies.is_some(), "{error}");
                world.tear(id, *kept).await;
            }
        }
    }
    let (read, digest_is_right) = world.read(id).await;
    assert!(read == content && digest_is_right);
}

fn content(size: usize) -> Vec<u8> {
    (0..=250_u8).cycle().take(size).collect()
}

fn parts() -> impl Strategy<Value = Vec<Part>> {
    let length = prop_oneof![1..40_000_usize, Just(16_384), Just(16_383), Just(32_768)];
    let dies = prop_oneof![Just(None), Just(Some(0)), Just(Some(1))];
    let kept = prop_oneof![Just(0), Just(1_000), 0..1_000_u64];
    prop::collection::vec((length, dies, kept), 0..12)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn any_cutting_and_any_crash_gives_the_same_file(size in 0..200_000_usize, parts in parts()) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        runtime.block_on(upload_in(&parts, &content(size)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_after_the_last_byte_and_before_the_row_makes_the_file_all_the_same() {
    for size in [0, 5, 16_384, 50_000] {
        // Dies between the finished blob and its row; then the client only asks.
        upload_in(&[(size, Some(0), 1_000), (1, None, 0)], &content(size)).await;
    }
}
