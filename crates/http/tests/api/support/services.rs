//! The services, wired as the server wires them, but for a clock that stands still and cheap password hashes.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use sealpost_blobs::FsBlobStore;
use sealpost_crypto::{
    Argon2Hasher, Argon2Params, ChannelEnvelopes, ChunkedCipher, CustodialPairPool, HkdfLinkKeys,
    HmacHotp, JweCustodian, JwtSigner, Keyring, MasterSealer, NoteSigner, OsEntropy, PoolSize,
    PublicKeyInspector, RsaDataKeys, RsaPemReader, ServerDigester, StreamChecksums,
    StreamingFernet, ZxcvbnPasswords,
};
use sealpost_domain::accounts::{Accounts, HumanCheck, RegistrationPolicy};
use sealpost_domain::channels::{ChannelRules, Channels};
use sealpost_domain::data_keys::DataKeys;
use sealpost_domain::files::Files;
use sealpost_domain::inbox::Inbox;
use sealpost_domain::invites::Invites;
use sealpost_domain::key_log::KeyLog;
use sealpost_domain::links::FileLinks;
use sealpost_domain::mail::Outbox;
use sealpost_domain::messages::Messages;
use sealpost_domain::operators::Operators;
use sealpost_domain::ports::{
    DataKeyCipher, DataKeyFailure, DataKeyOpener, NewDataKeyPair, Store, StoreError, TokenSigner,
    Unit,
};
use sealpost_domain::presence::Presence;
use sealpost_domain::sessions::Sessions;
use sealpost_domain::storage::{Storage, StorageRules};
use sealpost_domain::testing::FixedClock;
use sealpost_domain::uploads::Uploads;
use sealpost_domain::{Environment, Secret, Timestamp};
use sealpost_http::{Adapters, DataKeyCheck, Facts, Hub, ServerInfo, Services, StoreCheck};
use sealpost_mailer::testing::MemoryMailer;
use sealpost_mailer::{HostName, Letterhead};
use sealpost_pictures::Pictures;
use sealpost_store::{SqliteOptions, SqliteStore};
use tempfile::TempDir;
use tokio::runtime::Handle;

use super::idp;

pub(crate) const NOW: Timestamp = Timestamp::from_micros(1_795_266_245_678_999);
pub(crate) const ISSUER: &str = "http://sealpost.test";
/// The largest file that the server takes.
pub(crate) const MAX_FILE: u64 = 3 * 1024 * 1024;
/// What an account may store here.
pub(crate) const QUOTA: u64 = 1 << 30;
/// How long an unfinished upload waits for more.
pub(crate) const UPLOAD_RETENTION: Duration = Duration::from_secs(24 * 60 * 60);
/// The largest file that comes with a chat message here.
pub(crate) const MAX_ATTACHMENT: usize = 100 * 1024;
pub(crate) const EPOCH: &str = "0123456789abcdef";

/// What the tests hold of a running server.
pub(super) struct Parts {
    pub(super) clock: Arc<FixedClock>,
    pub(super) signer: Arc<dyn TokenSigner>,
    pub(super) sessions: Sessions,
    pub(super) store: Arc<dyn Store>,
    /// How many reads of the server go well from now on; below 0: all.
    pub(super) good_reads: Arc<AtomicI64>,
    pub(super) operators: Operators,
    pub(super) files: Files,
    pub(super) storage: Storage,
    pub(super) invites: Invites,
    pub(super) hub: Arc<Hub>,
    pub(super) data_keys: DataKeys,
    pub(super) key_log: KeyLog,
    pub(super) outbox: Outbox,
    pub(super) presence: Presence,
    pub(super) channels: Channels,
    pub(super) messages: Messages,
    pub(super) links: FileLinks,
    pub(super) uploads: Uploads,
    pub(super) inbox: Inbox,
    pub(super) mailer: MemoryMailer,
    /// Where the database rests.
    pub(super) folder: TempDir,
}

/// Who gets an account.
#[derive(Clone, Copy)]
pub(super) struct Doors {
    pub(super) registration: RegistrationPolicy,
    pub(super) human_check: HumanCheck,
}

impl From<RegistrationPolicy> for Doors {
    fn from(registration: RegistrationPolicy) -> Self {
        Self {
            registration,
            human_check: HumanCheck::Off,
        }
    }
}

pub(super) async fn assemble(
    doors: Doors,
    channel: ChannelRules,
    count_rates: bool,
) -> (Services, Parts) {
    let hub = Arc::new(Hub::default());
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("test.db");
    let store = SqliteStore::open(&database, &SqliteOptions::default(), hub.clone()).unwrap();
    let good_reads = Arc::new(AtomicI64::new(-1));
    let store: Arc<dyn Store> = Arc::new(store);
    let faulty = FaultyStore {
        inner: store.clone(),
        good_reads: good_reads.clone(),
    };
    let clock = Arc::new(FixedClock::at(NOW));
    let entropy = Arc::new(OsEntropy);
    let env = Environment {
        store: Arc::new(faulty),
        clock: clock.clone(),
        entropy: entropy.clone(),
    };
    let signer: Arc<dyn TokenSigner> = Arc::new(JwtSigner::new(&Secret::new([2; 32])).unwrap());
    let (keyring, _) = Keyring::generate(&*entropy);
    let mailer = MemoryMailer::new(letterhead());
    let blobs = FsBlobStore::open(&folder.path().join("blobs"), Handle::current()).unwrap();
    let hasher = hasher(&entropy);
    let adapters = Adapters {
        env,
        password_keys: hasher.clone(),
        hasher,
        channel_cipher: Arc::new(ChannelEnvelopes::new(entropy.clone())),
        custodial_cipher: Arc::new(JweCustodian),
        custodial_pairs: Arc::new(CustodialPairPool::start(0).unwrap()),
        common_passwords: Arc::new(ZxcvbnPasswords),
        signer: signer.clone(),
        checkpoint_signer: Arc::new(
            NoteSigner::new(&KeyLog::origin(ISSUER), &Secret::new([4; 32])).unwrap(),
        ),
        digester: Arc::new(ServerDigester::new(&Secret::new([3; 32]))),
        sealer: Arc::new(MasterSealer::new(&keyring, entropy.clone())),
        inspector: Arc::new(PublicKeyInspector),
        data_key_cipher: Arc::new(MadeBefore),
        rsa_pem: Arc::new(RsaPemReader::new().unwrap()),
        hotp: Arc::new(HmacHotp),
        link_keys: Arc::new(HkdfLinkKeys),
        file_cipher: Arc::new(ChunkedCipher::new(entropy)),
        fernet_cipher: Arc::new(StreamingFernet),
        checksums: Arc::new(StreamChecksums),
        blobs: Arc::new(blobs),
        mailer: Arc::new(mailer.clone()),
        pictures: Arc::new(Pictures::start().unwrap()),
        providers: idp::providers(),
        signals: hub.clone(),
    };
    let facts = Facts {
        info: ServerInfo {
            version: "9.9.9",
            public_url: ISSUER.to_owned(),
            registration: doors.registration,
            human_check: doors.human_check,
        },
        inbox_epoch: EPOCH.to_owned(),
        inbox_retention: Inbox::RETENTION,
        max_file: Some(MAX_FILE),
        storage: StorageRules {
            quota: Some(QUOTA),
            ..StorageRules::default()
        },
        upload_retention: UPLOAD_RETENTION,
        max_attachment: MAX_ATTACHMENT,
        rename_interval: Accounts::RENAME_INTERVAL,
        count_rates,
        channel,
    };
    let mut services = Services::new(adapters, facts, hub.clone());
    let (sessions, data_keys) = (services.sessions.clone(), services.data_keys.clone());
    sessions.sync_revocations().await.unwrap();
    data_keys.maintain().await.unwrap();
    services.readiness = vec![
        Arc::new(StoreCheck(store.clone())),
        Arc::new(DataKeyCheck(data_keys.clone())),
    ];
    let parts = Parts {
        clock,
        signer,
        sessions,
        store,
        good_reads,
        operators: services.operators.clone(),
        files: services.files.clone(),
        storage: services.storage.clone(),
        invites: services.invites.clone(),
        hub,
        data_keys,
        key_log: services.key_log.clone(),
        outbox: services.outbox.clone(),
        presence: services.presence.clone(),
        channels: services.channels.clone(),
        messages: services.messages.clone(),
        links: services.links.clone(),
        uploads: services.uploads.clone(),
        inbox: services.inbox.clone(),
        mailer,
        folder,
    };
    (services, parts)
}

fn letterhead() -> Letterhead {
    let host = HostName::Domain("sealpost.test".to_owned());
    let from = (Some("Sealpost"), "sealpost@sealpost.test");
    Letterhead::new(from, "Sealpost", "[Sealpost]", (ISSUER, host)).unwrap()
}

/// The real store, whose disk can be told to break.
struct FaultyStore {
    inner: Arc<dyn Store>,
    good_reads: Arc<AtomicI64>,
}

#[async_trait]
impl Store for FaultyStore {
    async fn run_write(&self, unit: Unit) -> Result<(), StoreError> {
        self.inner.run_write(unit).await
    }

    async fn run_read(&self, unit: Unit) -> Result<(), StoreError> {
        let count_down = |left: i64| (left > 0).then_some(left - 1);
        let left = self
            .good_reads
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, count_down);
        if left == Err(0) {
            return Err(StoreError::Corrupt {
                table: "accounts",
                column: "id",
            });
        }
        self.inner.run_read(unit).await
    }

    async fn probe(&self) -> Result<(), StoreError> {
        self.inner.probe().await
    }
}

/// Gives the pair that lies ready: to make one takes seconds.
struct MadeBefore;

#[async_trait]
impl DataKeyCipher for MadeBefore {
    async fn generate(&self) -> Result<NewDataKeyPair, DataKeyFailure> {
        Ok(NewDataKeyPair {
            public_pem: include_str!("../../../../crypto/testdata/data_key/public.pem").to_owned(),
            private: Secret::new(
                include_bytes!("../../../../crypto/testdata/data_key/private.der").to_vec(),
            ),
        })
    }

    fn load(&self, private: &[u8]) -> Result<Arc<dyn DataKeyOpener>, DataKeyFailure> {
        RsaDataKeys.load(private)
    }
}

fn hasher(entropy: &Arc<OsEntropy>) -> Arc<Argon2Hasher> {
    let one = NonZeroUsize::MIN;
    let size = PoolSize {
        threads: one,
        queue: one.saturating_add(31),
    };
    let pepper = Secret::new([1; 32]);
    let hasher = Argon2Hasher::new(&pepper, Argon2Params::cheap(), size, entropy.clone());
    Arc::new(hasher.unwrap())
}
