//! Puts the adapters behind the domain's ports.

use std::sync::Arc;

use sealpost_crypto::{
    Argon2Hasher, Argon2Params, ChunkedCipher, JwtSigner, Keyring, MasterSealer, OsEntropy,
    PoolSize, PublicKeyInspector, RsaDataKeys, RsaPemReader, ServerDigester, SystemClock,
};
use sealpost_domain::Environment;
use sealpost_domain::accounts::{Accounts, RegistrationPolicy};
use sealpost_domain::audit::AuditTrail;
use sealpost_domain::conversations::Conversations;
use sealpost_domain::data_keys::DataKeys;
use sealpost_domain::enrolment::Enrolment;
use sealpost_domain::files::{FilePorts, Files};
use sealpost_domain::inbox::Inbox;
use sealpost_domain::installation::{self, InstallationSecrets};
use sealpost_domain::key_backups::KeyBackups;
use sealpost_domain::keys::Keys;
use sealpost_domain::mail::Outbox;
use sealpost_domain::messages::Messages;
use sealpost_domain::ports::{BlobStore, KeyInspector, Mailer, RsaPem, Sealer, Store};
use sealpost_domain::sessions::{SessionPorts, Sessions};
use sealpost_http::{
    BlobsCheck, DataKeyCheck, Hub, ReadinessCheck, ServerInfo, Services, StoreCheck,
};

use crate::StartError;
use crate::config::{ByteSize, Config, Registration};

/// The environment of all use cases: the real clock, the system's randomness, and this store.
pub(super) fn environment(store: Arc<dyn Store>) -> Environment {
    Environment {
        store,
        clock: Arc::new(SystemClock),
        entropy: Arc::new(OsEntropy),
    }
}

/// Opens the installation under `keyring` and makes the services that the HTTP crate serves.
pub(super) async fn services(
    config: &Config,
    public_url: &str,
    env: Environment,
    keyring: &Keyring,
    hub: Arc<Hub>,
    blobs: Arc<dyn BlobStore>,
    mailer: Arc<dyn Mailer>,
) -> Result<Services, StartError> {
    let sealer: Arc<dyn Sealer> = Arc::new(MasterSealer::new(keyring, Arc::clone(&env.entropy)));
    let secrets = installation::open(&env, &*sealer)
        .await
        .map_err(StartError::Installation)?;
    let inspector: Arc<dyn KeyInspector> = Arc::new(PublicKeyInspector);
    let ports = session_ports(&env, &secrets)?;
    let data_keys = DataKeys::new(
        env.clone(),
        Arc::clone(&sealer),
        Arc::new(RsaDataKeys),
        Arc::clone(&ports.digester),
    );
    let rsa_pem: Arc<dyn RsaPem> = Arc::new(RsaPemReader::new().map_err(StartError::Runtime)?);
    let registration = match config.registration {
        Registration::Open => RegistrationPolicy::Open,
        Registration::Closed => RegistrationPolicy::Closed,
    };
    let accounts = Accounts::new(env.clone(), Arc::clone(&ports.hasher), registration);
    let keys = Keys::new(env.clone(), Arc::clone(&inspector));
    let sessions = Sessions::new(env.clone(), ports.clone(), public_url);
    Ok(Services {
        enrolment: Enrolment::new(
            env.clone(),
            accounts.clone(),
            keys.clone(),
            sessions.clone(),
            Arc::clone(&rsa_pem),
        ),
        readiness: readiness(config, &env, &data_keys, Arc::clone(&blobs)),
        data_keys,
        rsa_pem,
        accounts,
        signing_keys: ports.signer.public_keys(),
        keys,
        sessions,
        audit: AuditTrail::new(env.clone()),
        key_backups: KeyBackups::new(env.clone(), Arc::clone(&sealer)),
        conversations: Conversations::new(env.clone(), Arc::clone(&sealer)),
        messages: Messages::new(
            env.clone(),
            Arc::clone(&sealer),
            Arc::clone(&ports.digester),
            inspector,
        ),
        files: files(config, &env, &sealer, &blobs),
        outbox: Outbox::new(env.clone(), Arc::clone(&sealer), mailer),
        inbox: Inbox::new(env.clone(), sealer, &secrets.inbox_epoch),
        hub,
        clock: env.clock,
        entropy: env.entropy,
        info: ServerInfo {
            version: env!("CARGO_PKG_VERSION"),
            public_url: public_url.to_owned(),
            registration,
        },
    })
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
    Files::new(
        env.clone(),
        ports,
        config.files.max_size.map(ByteSize::bytes),
    )
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

fn session_ports(
    env: &Environment,
    secrets: &InstallationSecrets,
) -> Result<SessionPorts, StartError> {
    let entropy = Arc::clone(&env.entropy);
    let hasher = Argon2Hasher::new(
        &secrets.pepper,
        Argon2Params::default(),
        PoolSize::default(),
        entropy,
    )
    .map_err(StartError::Runtime)?;
    let signer = JwtSigner::new(&secrets.token_signing_seed).map_err(StartError::signing_key)?;
    Ok(SessionPorts {
        hasher: Arc::new(hasher),
        signer: Arc::new(signer),
        digester: Arc::new(ServerDigester::new(&secrets.mac_root)),
    })
}
