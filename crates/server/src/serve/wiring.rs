//! Puts the adapters behind the domain's ports.

use std::sync::Arc;

use sealpost_crypto::{
    Argon2Hasher, Argon2Params, ChannelEnvelopes, ChunkedCipher, CustodialPairPool, HkdfLinkKeys,
    HmacHotp, JweCustodian, JwtSigner, Keyring, MasterSealer, NoteSigner, OsEntropy, PoolSize,
    PublicKeyInspector, RsaDataKeys, RsaPemReader, ServerDigester, StreamChecksums,
    StreamingFernet, SystemClock, ZxcvbnPasswords,
};
use sealpost_domain::Environment;
use sealpost_domain::accounts::{self, RegistrationPolicy};
use sealpost_domain::channels::ChannelRules;
use sealpost_domain::data_keys::DataKeys;
use sealpost_domain::installation::{self, InstallationSecrets};
use sealpost_domain::key_log::KeyLog;
use sealpost_domain::master_keys::MasterKeys;
use sealpost_domain::ports::{BlobStore, IdentityProvider, Mailer, Sealer, Signals, Store};
use sealpost_domain::storage::StorageRules;
use sealpost_http::{
    Adapters, BlobsCheck, DataKeyCheck, Facts, Hub, ReadinessCheck, ServerInfo, Services,
    StoreCheck,
};
use sealpost_identity::{OAuthProvider, OidcProvider};
use sealpost_pictures::Pictures;

use crate::StartError;
use crate::admin::Admin;
use crate::config::{ByteSize, Config, DatabaseUrl, HumanCheck, Limits, Provider, Registration};
use crate::serve::keyring::HeldKeyring;
use crate::serve::master_key;

/// The environment of all use cases: the real clock, the system's randomness, and this store.
pub(crate) fn environment(store: Arc<dyn Store>) -> Environment {
    Environment {
        store,
        clock: Arc::new(SystemClock),
        entropy: Arc::new(OsEntropy),
    }
}

/// The sealer over these keys, and what looks after them.
pub(super) fn master_keys(
    config: &Config,
    env: &Environment,
    keyring: Keyring,
) -> (Arc<dyn Sealer>, MasterKeys) {
    let sealer = Arc::new(MasterSealer::new(&keyring, Arc::clone(&env.entropy)));
    let path = master_key::path(&config.master_key);
    let held = HeldKeyring::new(keyring, path, Arc::clone(&sealer));
    let is_shared = matches!(config.store.database_url, DatabaseUrl::Postgres(_));
    let keys = MasterKeys::new(env.clone(), sealer.clone(), Arc::new(held), is_shared);
    (sealer, keys)
}

/// Opens the installation with `sealer` and makes the services that the HTTP crate serves.
pub(super) async fn services(
    config: &Config,
    public_url: &str,
    env: Environment,
    sealer: Arc<dyn Sealer>,
    (hub, signals): (Arc<Hub>, Arc<dyn Signals>),
    blobs: Arc<dyn BlobStore>,
    mailer: Arc<dyn Mailer>,
) -> Result<Services, StartError> {
    let secrets = installation::open(&env, &*sealer)
        .await
        .map_err(StartError::Installation)?;
    let hasher = Arc::new(hasher(&env, &secrets)?);
    let adapters = Adapters {
        password_keys: hasher.clone(),
        hasher,
        channel_cipher: Arc::new(ChannelEnvelopes::new(Arc::clone(&env.entropy))),
        custodial_cipher: Arc::new(JweCustodian),
        custodial_pairs: Arc::new(custodial_pairs(config)?),
        signer: Arc::new(
            JwtSigner::new(&secrets.token_signing_seed).map_err(StartError::signing_key)?,
        ),
        checkpoint_signer: Arc::new(
            NoteSigner::new(&KeyLog::origin(public_url), &secrets.key_log_seed)
                .map_err(StartError::signing_key)?,
        ),
        digester: Arc::new(ServerDigester::new(&secrets.mac_root)),
        sealer,
        inspector: Arc::new(PublicKeyInspector),
        data_key_cipher: Arc::new(RsaDataKeys),
        rsa_pem: Arc::new(RsaPemReader::new().map_err(StartError::Runtime)?),
        hotp: Arc::new(HmacHotp),
        link_keys: Arc::new(HkdfLinkKeys),
        file_cipher: Arc::new(ChunkedCipher::new(Arc::clone(&env.entropy))),
        fernet_cipher: Arc::new(StreamingFernet),
        checksums: Arc::new(StreamChecksums),
        blobs: Arc::clone(&blobs),
        mailer,
        pictures: Arc::new(Pictures::start().map_err(StartError::Runtime)?),
        common_passwords: Arc::new(ZxcvbnPasswords),
        providers: identity_providers(&config.providers)?,
        signals,
        env: env.clone(),
    };
    let facts = Facts {
        info: ServerInfo {
            version: env!("CARGO_PKG_VERSION"),
            public_url: public_url.to_owned(),
            registration: match config.registration {
                Registration::Open => RegistrationPolicy::Open,
                Registration::Invite => RegistrationPolicy::Invite,
                Registration::Closed => RegistrationPolicy::Closed,
            },
            human_check: match config.accounts.human_check {
                HumanCheck::Off => accounts::HumanCheck::Off,
                HumanCheck::Sentence => accounts::HumanCheck::Sentence,
            },
        },
        inbox_epoch: secrets.inbox_epoch,
        inbox_retention: config.inbox.retention_days.duration(),
        max_file: config.files.max_size.map(ByteSize::bytes),
        storage: storage_rules(config),
        upload_retention: config.uploads.retention_hours.duration(),
        max_attachment: usize::try_from(config.dialects.social.attachment_max.bytes())
            .unwrap_or(usize::MAX),
        rename_interval: config.accounts.rename_days.duration(),
        count_rates: config.limits == Limits::Default,
        channel: ChannelRules {
            legacy_ecb: config.dialects.channel.legacy_ecb,
            reveal_unknown_email: config.dialects.channel.reveal_unknown_email,
        },
    };
    let mut services = Services::new(adapters, facts, hub);
    services.readiness = readiness(config, &env, &services.data_keys, blobs);
    Ok(services)
}

/// Without limits there are no quotas; the disk keeps its floor all the same.
fn storage_rules(config: &Config) -> StorageRules {
    let counted = |bytes: Option<u64>| bytes.filter(|_| config.limits == Limits::Default);
    StorageRules {
        quota: counted(config.files.quota.bytes()),
        total: counted(config.files.total_quota.map(ByteSize::bytes)),
        free_space_floor: config.files.free_space_floor.bytes().unwrap_or(0),
    }
}

fn identity_providers(
    providers: &[Provider],
) -> Result<Vec<Arc<dyn IdentityProvider>>, StartError> {
    let adapter = |provider: &Provider| -> Result<Arc<dyn IdentityProvider>, StartError> {
        Ok(match provider.clone() {
            Provider::Oidc(settings) => {
                Arc::new(OidcProvider::new(*settings).map_err(StartError::IdentityProviders)?)
            }
            Provider::OAuth(settings) => {
                Arc::new(OAuthProvider::new(*settings).map_err(StartError::IdentityProviders)?)
            }
        })
    };
    providers.iter().map(adapter).collect()
}

/// The operator's use cases.
pub(super) fn admin(services: &Services, env: Environment, master_keys: MasterKeys) -> Admin {
    Admin {
        env,
        operators: services.operators.clone(),
        invites: services.invites.clone(),
        factors: services.factors.clone(),
        outbox: services.outbox.clone(),
        master_keys,
        files: services.files.clone(),
        storage: services.storage.clone(),
    }
}

/// What has to work before the server calls itself ready.
fn readiness(
    config: &Config,
    env: &Environment,
    data_keys: &DataKeys,
    blobs: Arc<dyn BlobStore>,
) -> Vec<Arc<dyn ReadinessCheck>> {
    let mut checks: Vec<Arc<dyn ReadinessCheck>> = vec![
        Arc::new(StoreCheck(Arc::clone(&env.store))),
        Arc::new(BlobsCheck(blobs)),
    ];
    if config.dialects.messenger {
        checks.push(Arc::new(DataKeyCheck(data_keys.clone())));
    }
    checks
}

/// How many custodial pairs lie ready.
const PAIRS: usize = 16;

/// Custodial keys are assigned by the dialect `channel`, and to app passwords for it.
fn custodial_pairs(config: &Config) -> Result<CustodialPairPool, StartError> {
    let size = if config.dialects.channel.enabled {
        PAIRS
    } else {
        0
    };
    CustodialPairPool::start(size).map_err(StartError::Runtime)
}

fn hasher(env: &Environment, secrets: &InstallationSecrets) -> Result<Argon2Hasher, StartError> {
    Argon2Hasher::new(
        &secrets.pepper,
        Argon2Params::default(),
        PoolSize::default(),
        Arc::clone(&env.entropy),
    )
    .map_err(StartError::Runtime)
}
