//! The master keys of this process and the file they came from.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use sealpost_crypto::{KeyFileText, Keyring, MasterSealer, OsEntropy, sealing_kid_of};
use sealpost_domain::Secret;
use sealpost_domain::master_keys::MasterKeyId;
use sealpost_domain::ports::{KeyringFailure, MasterKeyring};

use super::master_key;

/// The keyring behind the sealer. Changes of the file are made one after the other; each is on the disk before the sealer
/// hears of it.
pub(super) struct HeldKeyring {
    /// None if the key did not come from a file.
    path: Option<PathBuf>,
    held: Mutex<Keyring>,
    sealer: Arc<MasterSealer>,
    changing: tokio::sync::Mutex<()>,
}

impl HeldKeyring {
    /// The keyring that was loaded from `path`, and the sealer that works with it.
    pub(super) fn new(keyring: Keyring, path: Option<PathBuf>, sealer: Arc<MasterSealer>) -> Self {
        Self {
            path,
            held: Mutex::new(keyring),
            sealer,
            changing: tokio::sync::Mutex::new(()),
        }
    }

    fn adopt(&self, change: impl FnOnce(&Keyring) -> Keyring) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let keyring = change(&held);
        self.sealer.adopt(&keyring);
        *held = keyring;
    }

    /// Changes the file. Whoever calls holds `changing`.
    async fn change<T: Send + 'static>(
        &self,
        change: impl FnOnce(&KeyFileText) -> Option<(KeyFileText, T)> + Send + 'static,
    ) -> Result<(Keyring, T), KeyringFailure> {
        let path = self.path.clone().ok_or(KeyringFailure::NoFile)?;
        let changed = tokio::task::spawn_blocking(move || {
            let (file, _) = read(&path)?;
            let (file, result) = change(&file).ok_or(KeyringFailure::Unknown)?;
            replace(&path, file.text()).map_err(|error| {
                let path = path.display();
                KeyringFailure::File(format!("cannot write the master key {path}: {error}"))
            })?;
            let (_, keyring) = read(&path)?;
            Ok((keyring, result))
        });
        changed.await.map_err(stopped)?
    }
}

#[async_trait]
impl MasterKeyring for HeldKeyring {
    fn keys(&self) -> Vec<MasterKeyId> {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.kids().map(MasterKeyId::new).collect()
    }

    fn key_of(&self, head: &[u8]) -> Option<MasterKeyId> {
        sealing_kid_of(head).map(MasterKeyId::new)
    }

    async fn reread(&self) -> Result<(), KeyringFailure> {
        let Some(path) = self.path.clone() else {
            return Ok(());
        };
        let _changing = self.changing.lock().await;
        let (_, keyring) = tokio::task::spawn_blocking(move || read(&path))
            .await
            .map_err(stopped)??;
        self.adopt(|held| keyring.with_older_of(held));
        Ok(())
    }

    async fn add(&self) -> Result<MasterKeyId, KeyringFailure> {
        let _changing = self.changing.lock().await;
        let (keyring, kid) = self.change(|file| Some(file.with_new(&OsEntropy))).await?;
        self.adopt(|held| keyring.with_older_of(held));
        let key = MasterKeyId::new(kid);
        tracing::info!(%key, "made a master key");
        Ok(key)
    }

    async fn promote(&self, key: MasterKeyId) -> Result<(), KeyringFailure> {
        let _changing = self.changing.lock().await;
        let promote = move |file: &KeyFileText| Some((file.with_last(key.number())?, ()));
        let (keyring, ()) = self.change(promote).await?;
        self.adopt(|held| keyring.with_older_of(held));
        tracing::info!(%key, "a new master key seals");
        Ok(())
    }

    async fn remove(&self, key: MasterKeyId) -> Result<(), KeyringFailure> {
        let _changing = self.changing.lock().await;
        let remove = move |file: &KeyFileText| Some((file.without(key.number())?, ()));
        let (keyring, ()) = self.change(remove).await?;
        self.adopt(|held| keyring.with_older_of(held).without(key.number()));
        tracing::info!(%key, "destroyed a master key");
        Ok(())
    }
}

fn read(path: &Path) -> Result<(KeyFileText, Keyring), KeyringFailure> {
    let unusable = |error: &dyn std::fmt::Display| KeyringFailure::File(error.to_string());
    let text = master_key::read(path).map_err(|error| unusable(&error))?;
    let text = text.ok_or_else(|| {
        let path = path.display();
        KeyringFailure::File(format!("the master key {path} is missing: put it back"))
    })?;
    KeyFileText::parse(text).map_err(|error| {
        let path = path.display();
        KeyringFailure::File(format!("the master key file {path} is not right: {error}"))
    })
}

/// Puts another file in the place of this one, all or nothing, and on the disk when it returns.
fn replace(path: &Path, text: &Secret<String>) -> io::Result<()> {
    // A link stays a link.
    let path = path.canonicalize()?;
    let mut beside = path.clone().into_os_string();
    beside.push(".new");
    let beside = PathBuf::from(beside);
    match std::fs::remove_file(&beside) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&beside)?;
    file.write_all(text.expose().as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&beside, &path)?;
    match path.parent() {
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "`map_err` gives it away")]
fn stopped(error: tokio::task::JoinError) -> KeyringFailure {
    KeyringFailure::File(error.to_string())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn held(path: &Path) -> HeldKeyring {
        let (keyring, text) = Keyring::generate(&OsEntropy);
        std::fs::write(path, text.expose()).unwrap();
        std::fs::set_permissions(path, PermissionsExt::from_mode(0o600)).unwrap();
        let sealer = Arc::new(MasterSealer::new(&keyring, Arc::new(OsEntropy)));
        HeldKeyring::new(keyring, Some(path.to_owned()), sealer)
    }

    #[tokio::test]
    async fn a_key_is_made_then_seals_then_goes_and_the_file_stays_private() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        let keyring = held(&path);
        let old = keyring.keys();
        let new = keyring.add().await.unwrap();
        assert_eq!(keyring.keys(), [vec![new], old.clone()].concat());
        keyring.promote(new).await.unwrap();
        assert_eq!(keyring.keys(), [old.clone(), vec![new]].concat());
        let refused = keyring.remove(new).await.unwrap_err();
        assert!(matches!(refused, KeyringFailure::Unknown), "it seals");
        keyring.remove(old[0]).await.unwrap();
        assert_eq!(keyring.keys(), [new]);
        let mode = path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[tokio::test]
    async fn a_damaged_or_shortened_file_takes_no_key_away() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        let keyring = held(&path);
        let old = keyring.keys();
        let new = keyring.add().await.unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, "half a k").unwrap();
        keyring.reread().await.unwrap_err();
        assert_eq!(keyring.keys(), [vec![new], old.clone()].concat());
        // The last line is the old key's.
        let (shortened, _) = text.trim_end().rsplit_once('\n').unwrap();
        std::fs::write(&path, shortened).unwrap();
        keyring.reread().await.unwrap();
        assert_eq!(keyring.keys(), [old, vec![new]].concat());
    }
}
