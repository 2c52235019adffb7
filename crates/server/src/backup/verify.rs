//! Reads a snapshot again and checks all of it.

use std::path::{Path, PathBuf};

use sealpost_crypto::{Keyring, MasterSealer, OsEntropy, StreamDigest};
use sealpost_domain::installation::check_key;
use sealpost_domain::master_keys::MasterKeyId;
use sealpost_store::{CopiedDatabase, inspect_sqlite};

use super::error::at;
use super::folder::BackupFolder;
use super::list::{self, BlobList};
use super::manifest::{CopiedFile, Manifest};
use super::{BackupError, digests};

/// A snapshot whose database and list of blobs are as they were written.
pub(super) struct Snapshot {
    pub(super) path: PathBuf,
    pub(super) folder: BackupFolder,
    pub(super) manifest: Manifest,
    /// Where the copied database is, and what is in it; None on PostgreSQL.
    pub(super) database: Option<(PathBuf, CopiedDatabase)>,
    pub(super) blobs: BlobList,
}

/// What was found.
pub(super) struct Verified {
    pub(super) snapshot: Snapshot,
    /// Whether the master key opens it; None if there was no key to try.
    pub(super) opens: Option<bool>,
    /// The ids of keys that it needs and that are not in the key file.
    pub(super) missing_keys: Vec<String>,
}

/// Finds a snapshot and checks everything but the blobs themselves.
pub(super) fn open(folder: &Path, name: Option<&str>) -> Result<Snapshot, BackupError> {
    let folder = BackupFolder::existing(folder)?;
    let path = folder.find(name)?;
    let manifest = Manifest::read(&path)?;
    let file = manifest.database.file.as_ref();
    let file = file.map(|file| check_file(&path, file)).transpose()?;
    let database = match file {
        Some(file) if manifest.database.engine == "sqlite" => {
            let found = inspect_sqlite(&file)?;
            Some((file, found))
        }
        _ => None,
    };
    let blobs = match &manifest.blobs.list {
        Some(file) => {
            check_file(&path, file)?;
            list::read(&path)?
        }
        None => BlobList::new(),
    };
    Ok(Snapshot {
        path,
        folder,
        manifest,
        database,
        blobs,
    })
}

/// A file of the snapshot that has the size and the digest that the manifest says.
fn check_file(snapshot: &Path, file: &CopiedFile) -> Result<PathBuf, BackupError> {
    // A name of ours; the manifest of somebody else must not lead elsewhere.
    if file.name.contains('/') || file.name.starts_with('.') {
        return Err(BackupError::Damaged(format!("the name {}", file.name)));
    }
    let path = snapshot.join(&file.name);
    let found = digests::of_file(&path)?;
    if found == (file.sha256.clone(), file.size) {
        Ok(path)
    } else {
        let path = path.display();
        Err(BackupError::Damaged(format!("{path} is not what it was")))
    }
}

/// Checks a whole snapshot, each blob too. With a keyring, also that it opens.
pub(super) fn verify(
    folder: &Path,
    name: Option<&str>,
    keyring: Option<&Keyring>,
) -> Result<Verified, BackupError> {
    let snapshot = open(folder, name)?;
    let pool = snapshot.folder.blobs()?;
    for (name, copied) in &snapshot.blobs {
        let mut digest = StreamDigest::default();
        let size = pool.read(*name, |piece| digest.update(piece));
        let size = size.map_err(at(snapshot.folder.path()))?;
        match size {
            Some(size) if size == copied.size && digests::hex(digest) == copied.sha256 => {}
            Some(_) => {
                return Err(BackupError::Damaged(format!(
                    "blob {name} is not what it was"
                )));
            }
            None => return Err(BackupError::Damaged(format!("blob {name} is missing"))),
        }
    }
    let opens = keyring.and_then(|keyring| opens(&snapshot, keyring));
    let missing_keys = keyring.map(|keyring| missing_keys(&snapshot, keyring));
    Ok(Verified {
        snapshot,
        opens,
        missing_keys: missing_keys.unwrap_or_default(),
    })
}

/// Whether the canary opens; None where it is not at hand.
pub(super) fn opens(snapshot: &Snapshot, keyring: &Keyring) -> Option<bool> {
    let (_, database) = snapshot.database.as_ref()?;
    let canary = database.canary.as_ref()?;
    let sealer = MasterSealer::new(keyring, std::sync::Arc::new(OsEntropy));
    Some(check_key(&sealer, canary).is_ok())
}

/// The keys that the snapshot needs and that are not there.
pub(super) fn missing_keys(snapshot: &Snapshot, keyring: &Keyring) -> Vec<String> {
    let held: Vec<String> = keyring
        .kids()
        .map(|kid| MasterKeyId::new(kid).to_string())
        .collect();
    let needed = snapshot.manifest.master_keys.iter();
    needed.filter(|key| !held.contains(key)).cloned().collect()
}
