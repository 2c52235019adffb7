//! The server starts: find the installation's secrets, or make them.

use thiserror::Error;

use crate::ports::{Binding, SealError, SealPurpose, Sealer, StoreError, StoreExt};
use crate::{DomainError, Environment, ErrorKind, Secret};

pub(super) const CANARY: &str = "canary";
const CANARY_TEXT: [u8; 32] = *b"sealpost: this key is the right.";
pub(super) const INBOX_EPOCH: &str = "inbox-epoch";
const PEPPER: &str = "pepper";
const MAC_ROOT: &str = "mac-root";
pub(super) const TOKEN_SIGNING_SEED: &str = "token-signing-seed";
const KEY_LOG_SEED: &str = "key-log-seed";

/// What the adapters need to work, opened.
#[derive(Debug)]
pub struct InstallationSecrets {
    /// Key of the HMAC that every password goes through before Argon2id. Random and not derived: it outlives a
    /// rotation of the master key.
    pub pepper: Secret<[u8; 32]>,
    /// Seed of the Ed25519 key that signs access tokens.
    pub token_signing_seed: Secret<[u8; 32]>,
    /// Seed of the Ed25519 key that signs the key log. It stays for good, also after a backup was restored: a log with another key is
    /// another log.
    pub key_log_seed: Secret<[u8; 32]>,
    /// Root of the keys of [`crate::ports::Digester::mac`]. Random and not derived, for the same reason.
    pub mac_root: Secret<[u8; 32]>,
    /// Names this life of the database to those who keep cursors: 16 hexadecimal digits, made with the database, and anew
    /// when it is restored.
    pub inbox_epoch: String,
}

/// Why the installation cannot be opened.
#[derive(Debug, Error)]
pub enum InstallationError {
    /// The canary does not open.
    #[error("the master key is not the one this database was made with")]
    WrongMasterKey,
    /// The canary opens and another secret does not.
    #[error("the sealed secret '{0}' in the database is damaged")]
    Damaged(&'static str),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Whether the sealer has the key of the database in which this canary rests.
///
/// # Errors
/// [`InstallationError::WrongMasterKey`].
pub fn check_key(sealer: &dyn Sealer, canary: &[u8]) -> Result<(), InstallationError> {
    match sealer.open(&binding(CANARY), canary) {
        Ok(opened) if *opened == CANARY_TEXT => Ok(()),
        _ => Err(InstallationError::WrongMasterKey),
    }
}

/// Whether this database has been opened before, that is, whether a master key for it must already exist.
///
/// # Errors
/// [`InstallationError::Store`].
pub async fn is_initialized(env: &Environment) -> Result<bool, InstallationError> {
    env.store
        .read(|tx| Ok(tx.installation().find(CANARY)?.is_some()))
        .await
}

/// Opens the installation's secrets; at the very first start it makes them. Safe when several instances start at once.
///
/// # Errors
/// [`InstallationError`]; a wrong master key changes nothing.
pub async fn open(
    env: &Environment,
    sealer: &dyn Sealer,
) -> Result<InstallationSecrets, InstallationError> {
    // The canary comes first and alone: under a wrong key no further secret may be made.
    let canary = secret(env, sealer, CANARY, CANARY_TEXT)
        .await
        .map_err(|error| match error {
            InstallationError::Damaged(_) => InstallationError::WrongMasterKey,
            other => other,
        })?;
    if canary != Secret::new(CANARY_TEXT) {
        return Err(InstallationError::WrongMasterKey);
    }
    let epoch = secret(env, sealer, INBOX_EPOCH, env.random()).await?;
    Ok(InstallationSecrets {
        pepper: secret(env, sealer, PEPPER, env.random()).await?,
        token_signing_seed: secret(env, sealer, TOKEN_SIGNING_SEED, env.random()).await?,
        key_log_seed: secret(env, sealer, KEY_LOG_SEED, env.random()).await?,
        mac_root: secret(env, sealer, MAC_ROOT, env.random()).await?,
        inbox_epoch: epoch
            .expose()
            .iter()
            .take(8)
            .map(|byte| format!("{byte:02x}"))
            .collect(),
    })
}

async fn secret(
    env: &Environment,
    sealer: &dyn Sealer,
    name: &'static str,
    candidate: [u8; 32],
) -> Result<Secret<[u8; 32]>, InstallationError> {
    let binding = binding(name);
    let proposed = sealer.seal(&binding, &candidate);
    let now = env.now();
    let stored = env
        .store
        .write(move |tx| tx.installation().find_or_insert(name, &proposed, now))
        .await?;
    let opened = sealer
        .open(&binding, &stored)
        .map_err(|error| match error {
            SealError::UnknownKey | SealError::Rejected => InstallationError::Damaged(name),
        })?;
    let bytes = opened
        .as_slice()
        .try_into()
        .map_err(|_| InstallationError::Damaged(name))?;
    Ok(Secret::new(bytes))
}

pub(super) const fn binding(name: &str) -> Binding<'_> {
    Binding {
        purpose: SealPurpose::Server,
        table: "installation_secrets",
        column: "sealed",
        row: name.as_bytes(),
        owner: &[],
    }
}

impl DomainError for InstallationError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::WrongMasterKey | Self::Damaged(_) => ErrorKind::Internal,
            Self::Store(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::WrongMasterKey => "wrong-master-key",
            Self::Damaged(_) => "damaged-secret",
            Self::Store(error) => error.code(),
        }
    }
}
