//! For the unit tests of this crate: services over a store that fails as told, and ports that do the least they can.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use sealpost_domain::accounts::{Accounts, HumanCheck, RegistrationPolicy};
use sealpost_domain::channels::ChannelRules;
use sealpost_domain::inbox::Inbox;
use sealpost_domain::ports::{
    DataKeyCipher, DataKeyFailure, DataKeyOpener, Digest, Digester, Hotp, MacPurpose,
    MockBlobStore, MockChannelCipher, MockCheckpointSigner, MockChecksums, MockCommonPasswords,
    MockCustodialCipher, MockCustodialPairs, MockFernetCipher, MockFileCipher, MockKeyInspector,
    MockLinkKeys, MockMailer, MockPasswordHasher, MockPasswordKeys, MockPictureProcessor,
    MockRsaPem, MockSealer, MockTokenSigner, NewDataKeyPair, PasswordHash, Store, StoreError, Unit,
};
use sealpost_domain::storage::StorageRules;
use sealpost_domain::testing::{CountingEntropy, FixedClock};
use sealpost_domain::{Environment, Secret, Timestamp};

use crate::{Adapters, AppState, Facts, Hub, ServerInfo, Services, Settings, StoreCheck};

/// Answers every unit of work with this failure and runs none.
struct FailingStore(fn() -> StoreError);

#[async_trait]
impl Store for FailingStore {
    async fn run_write(&self, _: Unit) -> Result<(), StoreError> {
        Err(self.0())
    }

    async fn run_read(&self, _: Unit) -> Result<(), StoreError> {
        Err(self.0())
    }

    async fn probe(&self) -> Result<(), StoreError> {
        Err(self.0())
    }
}

struct NoDigests;

impl Digester for NoDigests {
    fn digest(&self, _: &[u8]) -> Digest {
        [0; 32]
    }

    fn mac(&self, _: MacPurpose, _: &[u8]) -> Digest {
        [0; 32]
    }
}

struct NoPasswords;

impl Hotp for NoPasswords {
    fn password(&self, _: &Secret<Vec<u8>>, _: u64) -> u32 {
        0
    }
}

struct NoDataKeys;

#[async_trait]
impl DataKeyCipher for NoDataKeys {
    async fn generate(&self) -> Result<NewDataKeyPair, DataKeyFailure> {
        Err(DataKeyFailure)
    }

    fn load(&self, _: &[u8]) -> Result<Arc<dyn DataKeyOpener>, DataKeyFailure> {
        Err(DataKeyFailure)
    }
}

/// An application whose store always fails like this.
pub(crate) fn state_with_failing_store(failure: fn() -> StoreError) -> AppState {
    let store: Arc<dyn Store> = Arc::new(FailingStore(failure));
    let mut hasher = MockPasswordHasher::new();
    hasher
        .expect_hash()
        .returning(|_| Ok(PasswordHash::new("hash".to_owned())));
    let mut signer = MockTokenSigner::new();
    signer.expect_public_keys().returning(Vec::new);
    let mut common_passwords = MockCommonPasswords::new();
    common_passwords.expect_contains().returning(|_| false);
    let adapters = Adapters {
        env: Environment {
            store: store.clone(),
            clock: Arc::new(FixedClock::at(Timestamp::from_seconds(1_795_000_000))),
            entropy: Arc::new(CountingEntropy::default()),
        },
        hasher: Arc::new(hasher),
        password_keys: Arc::new(MockPasswordKeys::new()),
        channel_cipher: Arc::new(MockChannelCipher::new()),
        custodial_cipher: Arc::new(MockCustodialCipher::new()),
        custodial_pairs: Arc::new(MockCustodialPairs::new()),
        signer: Arc::new(signer),
        checkpoint_signer: Arc::new(MockCheckpointSigner::new()),
        digester: Arc::new(NoDigests),
        sealer: Arc::new(MockSealer::new()),
        inspector: Arc::new(MockKeyInspector::new()),
        data_key_cipher: Arc::new(NoDataKeys),
        rsa_pem: Arc::new(MockRsaPem::new()),
        hotp: Arc::new(NoPasswords),
        file_cipher: Arc::new(MockFileCipher::new()),
        link_keys: Arc::new(MockLinkKeys::new()),
        fernet_cipher: Arc::new(MockFernetCipher::new()),
        checksums: Arc::new(MockChecksums::new()),
        blobs: Arc::new(MockBlobStore::new()),
        mailer: Arc::new(MockMailer::new()),
        pictures: Arc::new(MockPictureProcessor::new()),
        common_passwords: Arc::new(common_passwords),
        providers: Vec::new(),
        signals: Arc::new(Hub::default()),
    };
    let facts = Facts {
        info: ServerInfo {
            version: "0.0.0",
            public_url: "http://localhost".to_owned(),
            registration: RegistrationPolicy::Open,
            human_check: HumanCheck::Off,
        },
        inbox_epoch: "epoch".to_owned(),
        inbox_retention: Inbox::RETENTION,
        max_file: None,
        storage: StorageRules::default(),
        upload_retention: Duration::from_secs(60),
        max_attachment: 1024 * 1024,
        rename_interval: Accounts::RENAME_INTERVAL,
        count_rates: true,
        channel: ChannelRules::default(),
    };
    let mut services = Services::new(adapters, facts, Arc::new(Hub::default()));
    services.readiness = vec![Arc::new(StoreCheck(store))];
    AppState::new(services, Settings::default())
}
