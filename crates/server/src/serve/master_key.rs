//! Finds the master keys, or makes the first one.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use sealpost_crypto::Keyring;
use sealpost_domain::installation::is_initialized;
use sealpost_domain::{Environment, Secret};

use crate::StartError;
use crate::config::MasterKey;

/// The keyring that the configuration names. It is made only where nobody chose the place and the database has never
/// been opened before: a database that was made under another key needs that key, not a new one.
pub(super) async fn load(config: &MasterKey, env: &Environment) -> Result<Keyring, StartError> {
    let (path, create) = match config {
        MasterKey::Given(key) => {
            return Keyring::from_variable(key.expose()).map_err(StartError::MasterKeyVariable);
        }
        MasterKey::File { path, create } => (path, *create),
    };
    if let Some(text) = read(path)? {
        return parse(path, &text);
    }
    if !create
        || is_initialized(env)
            .await
            .map_err(StartError::Installation)?
    {
        return Err(StartError::MasterKeyMissing { path: path.clone() });
    }
    let (keyring, text) = Keyring::generate(&*env.entropy);
    write(path, &text).map_err(|error| StartError::MasterKeyNotWritten {
        path: path.clone(),
        error,
    })?;
    Ok(keyring)
}

/// The keyring that the configuration names, which must be there.
pub(crate) fn load_existing(config: &MasterKey) -> Result<Keyring, StartError> {
    match config {
        MasterKey::Given(key) => {
            Keyring::from_variable(key.expose()).map_err(StartError::MasterKeyVariable)
        }
        MasterKey::File { path, .. } => {
            let missing = || StartError::MasterKeyMissing { path: path.clone() };
            parse(path, &read(path)?.ok_or_else(missing)?)
        }
    }
}

fn parse(path: &Path, text: &Secret<String>) -> Result<Keyring, StartError> {
    Keyring::parse(text.expose()).map_err(|error| StartError::MasterKeyFile {
        path: path.to_owned(),
        error,
    })
}

/// The text of the key file; None if there is no such file. A file that others may read is refused.
pub(super) fn read(path: &Path) -> Result<Option<Secret<String>>, StartError> {
    let unreadable = |error| StartError::MasterKeyNotRead {
        path: path.to_owned(),
        error,
    };
    let mode = match path.metadata() {
        Ok(metadata) => metadata.permissions().mode() & 0o777,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(error)),
    };
    if mode & 0o077 != 0 {
        return Err(StartError::MasterKeyExposed {
            path: path.to_owned(),
            mode,
        });
    }
    std::fs::read_to_string(path)
        .map(|text| Some(Secret::new(text)))
        .map_err(unreadable)
}

/// Where the keys are kept; None if they are not in a file.
pub(crate) fn path(config: &MasterKey) -> Option<PathBuf> {
    match config {
        MasterKey::Given(_) => None,
        MasterKey::File { path, .. } => Some(path.clone()),
    }
}

/// Writes a new file that only its owner can read, to the disk and not only to the cache: what will be sealed under
/// this key must not outlive it.
fn write(path: &Path, text: &Secret<String>) -> std::io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(text.expose().as_bytes())?;
    file.sync_all()?;
    match path.parent() {
        Some(folder) if folder != Path::new("") => std::fs::File::open(folder)?.sync_all(),
        _ => Ok(()),
    }
}
