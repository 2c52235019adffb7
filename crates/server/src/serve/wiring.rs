//! Puts the adapters behind the domain's ports.

use std::sync::Arc;

use sealpost_crypto::{
    Argon2Hasher, Argon2Params, ChunkedCipher, HmacHotp, JwtSigner, Keyring, MasterSealer,
    OsEntropy, PoolSize, PublicKeyInspector, RsaDataKeys, RsaPemReader, ServerDigester,
    SystemClock, ZxcvbnPasswords,
};
use sealpost_domain::Environment;
use sealpost_domain::accounts::RegistrationPolicy;
use sealpost_domain::data_keys::DataKeys;
use sealpost_domain::installation::{self, InstallationSecrets};
use sealpost_domain::ports::{BlobStore, Mailer, Sealer, Store};
use sealpost_domain::enrolment::Enrolment;
use sealpost_domain::federation::Federation;
use sealpost_domain::files::{FilePorts, Files};
use sealpost_domain::inbox::Inbox;
use sealpost_domain::installation::{self, InstallationSecrets};
use sealpost_domain::invites::Invites;
use sealpost_domain::keys::Keys;
use sealpost_domain::messages::Messages;
use sealpost_domain::ports::{BlobStore, IdentityProvider, KeyInspector, RsaPem, Sealer, Store};
use sealpost_domain::operators::Operators;
use sealpost_domain::ports::{BlobStore, KeyInspector, RsaPem, Sealer, Store};
use sealpost_domain::sessions::{SessionPorts, Sessions};
use sealpost_http::{
    Adapters, BlobsCheck, DataKeyCheck, Facts, Hub, ReadinessCheck, ServerInfo, Services,
    StoreCheck,
};
use sealpost_pictures::Pictures;

use crate::StartError;
use crate::config::{ByteSize, Config, Limits, Registration};
use sealpost_identity::{OAuthProvider, OidcProvider};

use crate::StartError;
use crate::config::{ByteSize, Config, Provider, Registration};
use crate::admin::Admin;
use crate::config::{ByteSize, Config, Registration};

/// The environment of all use cases: the real clock, the system's randomness, and this store.
pub(super) fn environment(store: Arc<dyn Store>) -> Environment {
    Environment {
        store,
        clock: Arc::new(SystemClock),
        entropy: Arc::new(OsEntropy),
    }
}

/// What the operator's commands need, and everything else stands on.
pub(super) struct Core {
    env: Environment,
    sealer: Arc<dyn Sealer>,
    inbox_epoch: String,
    ports: SessionPorts,
    accounts: Accounts,
    sessions: Sessions,
    registration: RegistrationPolicy,
}

/// Opens the installation under `keyring`.
pub(super) async fn core(
    config: &Config,
    public_url: &str,
    env: Environment,
    keyring: &Keyring,
    hub: Arc<Hub>,
    blobs: Arc<dyn BlobStore>,
    mailer: Arc<dyn Mailer>,
) -> Result<Services, StartError> {
) -> Result<Core, StartError> {
    let sealer: Arc<dyn Sealer> = Arc::new(MasterSealer::new(keyring, Arc::clone(&env.entropy)));
    let secrets = installation::open(&env, &*sealer)
        .await
        .map_err(StartError::Installation)?;
    let adapters = Adapters {
        hasher: Arc::new(hasher(&env, &secrets)?),
        common_passwords: Arc::new(ZxcvbnPasswords),
        signer: Arc::new(
            JwtSigner::new(&secrets.token_signing_seed).map_err(StartError::signing_key)?,
        ),
        digester: Arc::new(ServerDigester::new(&secrets.mac_root)),
        sealer,
        inspector: Arc::new(PublicKeyInspector),
        data_key_cipher: Arc::new(RsaDataKeys),
        rsa_pem: Arc::new(RsaPemReader::new().map_err(StartError::Runtime)?),
        hotp: Arc::new(HmacHotp),
        file_cipher: Arc::new(ChunkedCipher::new(Arc::clone(&env.entropy))),
        blobs: Arc::clone(&blobs),
        mailer,
        pictures: Arc::new(Pictures::start().map_err(StartError::Runtime)?),
        common_passwords: Arc::new(ZxcvbnPasswords),
        providers: Vec::new(),
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
        },
        inbox_epoch: secrets.inbox_epoch,
        max_file: config.files.max_size.map(ByteSize::bytes),
        rename_interval: config.accounts.rename_days.duration(),
        count_rates: config.limits == Limits::Default,
    })

    let accounts = Accounts::new(env.clone(), Arc::clone(&ports.hasher), registration);
    let ports = session_ports(&env, &secrets)?;
    let registration = match config.registration {
        Registration::Open => RegistrationPolicy::Open,
        Registration::Invite => RegistrationPolicy::Invite,
        Registration::Closed => RegistrationPolicy::Closed,
    };
    let policy = accounts::Registration {
        policy: registration,
        digester: Arc::clone(&ports.digester),
    };
    Ok(Core {
        accounts: Accounts::new(env.clone(), Arc::clone(&ports.hasher), policy),
        sessions: Sessions::new(env.clone(), ports.clone(), public_url),
        inbox_epoch: secrets.inbox_epoch,
        registration,
        env,
        sealer,
        ports,
    })
}

impl Core {
    /// The operator's use cases.
    pub(super) fn admin(&self) -> Admin {
        let (accounts, sessions) = (self.accounts.clone(), self.sessions.clone());
        Admin::new(
            self.env.clone(),
            Operators::new(self.env.clone(), accounts, sessions),
            Invites::new(self.env.clone(), Arc::clone(&self.ports.digester)),
        )
    }
}

/// Makes the services that the HTTP crate serves.
pub(super) fn services(
    config: &Config,
    public_url: &str,
    core: Core,
    hub: Arc<Hub>,
    blobs: &Arc<dyn BlobStore>,
) -> Result<Services, StartError> {
    let Core {
        env,
        sealer,
        inbox_epoch,
        ports,
        accounts,
        sessions,
        registration,
    } = core;
    let inspector: Arc<dyn KeyInspector> = Arc::new(PublicKeyInspector);
    let data_keys = DataKeys::new(
        env.clone(),
        Arc::clone(&sealer),
        Arc::new(RsaDataKeys),
        Arc::clone(&ports.digester),
    );
    let rsa_pem: Arc<dyn RsaPem> = Arc::new(RsaPemReader::new().map_err(StartError::Runtime)?);
    let keys = Keys::new(env.clone(), Arc::clone(&inspector));
    Ok(Services {
        enrolment: Enrolment::new(
            env.clone(),
            accounts.clone(),
            keys.clone(),
            sessions.clone(),
            Arc::clone(&rsa_pem),
        ),
        federation: Federation::new(
            env.clone(),
            accounts.clone(),
            sessions.clone(),
            Arc::clone(&ports.digester),
            identity_providers(&config.providers)?,
        ),
        readiness: readiness(config, &env, &data_keys, Arc::clone(&blobs)),
        readiness: readiness(config, &env, &data_keys, Arc::clone(blobs)),
        data_keys,
        rsa_pem,
        accounts,
        signing_keys: ports.signer.public_keys(),
        keys,
        sessions,
        conversations: Conversations::new(env.clone(), Arc::clone(&sealer)),
        messages: Messages::new(
            env.clone(),
            Arc::clone(&sealer),
            Arc::clone(&ports.digester),
            inspector,
        ),
        files: files(config, &env, &sealer, blobs),
        inbox: Inbox::new(env.clone(), sealer, &inbox_epoch),
        hub,
        clock: env.clock,
        entropy: env.entropy,
        info: ServerInfo {
            version: env!("CARGO_PKG_VERSION"),
            public_url: public_url.to_owned(),
            registration: match config.registration {
                Registration::Open => RegistrationPolicy::Open,
                Registration::Invite => RegistrationPolicy::Invite,
                Registration::Closed => RegistrationPolicy::Closed,
            },
        },
<<<<<<< HEAD
        inbox_epoch: secrets.inbox_epoch,
        max_file: config.files.max_size.map(ByteSize::bytes),
        rename_interval: config.accounts.rename_days.duration(),
        count_rates: config.limits == Limits::Default,
=======
    })
}

/// Nobody is asked anything yet: a provider that is down does not keep the server from starting.
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

fn files(
    config: &Config,
    env: &Environment,
    sealer: &Arc<dyn Sealer>,
    blobs: &Arc<dyn BlobStore>,
) -> Files {
    let ports = FilePorts {
        sealer: Arc::clone(sealer),
        cipher: Arc::new(ChunkedCipher::new(Arc::clone(&env.entropy))),
        blobs: Arc::clone(blobs),
    };
    let mut services = Services::new(adapters, facts, hub);
    services.readiness = readiness(config, &env, &services.data_keys, blobs);
    Ok(services)
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

fn hasher(env: &Environment, secrets: &InstallationSecrets) -> Result<Argon2Hasher, StartError> {
    Argon2Hasher::new(
        &secrets.pepper,
        Argon2Params::default(),
        PoolSize::default(),
        Arc::clone(&env.entropy),
    )
    .map_err(StartError::Runtime)
}
