//! Puts a snapshot into a new data folder. The database comes last, under its name only when all is done: until then there is
//! nothing that a server would take for a restored one.

use std::cell::RefCell;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sealpost_blobs::BlobFolder;
use sealpost_crypto::{Keyring, MasterSealer, OsEntropy, StreamDigest};
use sealpost_domain::files::delete_lost_files;
use sealpost_domain::installation::{self, InstallationError, Renewed};
use sealpost_domain::ports::BlobName;
use tokio::task::spawn_blocking;

use super::error::at;
use super::folder::{sync, write};
use super::place::Place;
use super::verify::{self, Snapshot};
use super::{BackupError, digests};
use crate::StartError;
use crate::config::{BlobsUrl, Config, DatabaseUrl, Store as StoreConfig};
use crate::serve::{DataDir, database, environment, load_existing_key};

/// What was restored.
pub(super) struct Restored {
    pub(super) snapshot: PathBuf,
    pub(super) blobs: usize,
    /// How many files the database knew whose bytes were deleted while the snapshot was made.
    pub(super) deleted: u64,
    pub(super) renewed: Renewed,
}

/// Restores a snapshot as the configuration says: into its data folder, which is new, and its database.
pub(super) async fn restore(
    config: &Arc<Config>,
    folder: PathBuf,
    name: Option<String>,
) -> Result<Restored, BackupError> {
    let snapshot = spawn_blocking(move || verify::open(&folder, name.as_deref())).await??;
    let keyring = load_existing_key(&config.master_key)?;
    check_engine(config, &snapshot)?;
    check_empty(config)?;
    // Before anything is made.
    if verify::opens(&snapshot, &keyring) == Some(false) {
        return Err(InstallationError::WrongMasterKey.into());
    }
    if let Some(missing) = verify::missing_keys(&snapshot, &keyring).first() {
        return Err(StartError::MasterKeyNeeded {
            id: missing.clone(),
        }
        .into());
    }
    let _data_dir = DataDir::open(&config.data_dir)?;
    let blobs = snapshot.blobs.len();
    let path = snapshot.path.clone();
    let (renewed, deleted) = match &config.store.database_url {
        DatabaseUrl::Sqlite(target) => {
            restore_sqlite(config, Arc::new(snapshot), target, &keyring).await?
        }
        DatabaseUrl::Postgres(_) => restore_postgres(config, Arc::new(snapshot), &keyring).await?,
    };
    Ok(Restored {
        snapshot: path,
        blobs,
        deleted,
        renewed,
    })
}

fn check_engine(config: &Config, snapshot: &Snapshot) -> Result<(), BackupError> {
    let named = match config.store.database_url {
        DatabaseUrl::Sqlite(_) => "sqlite",
        DatabaseUrl::Postgres(_) => "postgres",
    };
    let made = &snapshot.manifest.database.engine;
    if made != named || (named == "sqlite" && snapshot.database.is_none()) {
        return Err(BackupError::OtherEngine {
            made: made.clone(),
            named,
        });
    }
    Ok(())
}

/// The data folder may hold the master key, which its owner puts there first; the database and the blobs must not be there.
fn check_empty(config: &Config) -> Result<(), BackupError> {
    let key = crate::serve::master_key_path(&config.master_key);
    if let Ok(entries) = std::fs::read_dir(&config.data_dir) {
        let mut entries = entries.filter_map(Result::ok).map(|entry| entry.path());
        if entries.any(|entry| Some(&entry) != key.as_ref() && !entry.ends_with("sealpost.lock")) {
            return Err(BackupError::NotEmpty(config.data_dir.clone()));
        }
    }
    if let DatabaseUrl::Sqlite(path) = &config.store.database_url
        && path.exists()
    {
        return Err(BackupError::NotEmpty(path.clone()));
    }
    if let BlobsUrl::File(path) = &config.blobs_url
        && path.exists()
        && !BlobFolder::make(path)?
            .names()
            .map_err(at(path))?
            .is_empty()
    {
        return Err(BackupError::NotEmpty(path.clone()));
    }
    Ok(())
}

async fn restore_sqlite(
    config: &Arc<Config>,
    snapshot: Arc<Snapshot>,
    target: &Path,
    keyring: &Keyring,
) -> Result<(Renewed, u64), BackupError> {
    restore_blobs(config, Arc::clone(&snapshot)).await?;
    let mut unfinished = target.as_os_str().to_owned();
    unfinished.push(".restoring");
    let unfinished = PathBuf::from(unfinished);
    let (to, of) = (unfinished.clone(), Arc::clone(&snapshot));
    spawn_blocking(move || copy_database(&of, &to)).await??;
    // Opened under its passing name: brought up to date, and renewed.
    let store = StoreConfig {
        database_url: DatabaseUrl::Sqlite(unfinished.clone()),
        pool_size: config.store.pool_size,
        migrate: config.store.migrate,
    };
    let renewed = renew(&store, &snapshot, keyring).await?;
    sync(&unfinished)?;
    std::fs::rename(&unfinished, target).map_err(at(target))?;
    if let Some(folder) = target.parent().filter(|folder| *folder != Path::new("")) {
        sync(folder)?;
    }
    Ok(renewed)
}

fn copy_database(snapshot: &Snapshot, to: &Path) -> Result<(), BackupError> {
    let Some((from, _)) = &snapshot.database else {
        return Err(BackupError::Damaged("there is no database".to_owned()));
    };
    write(to, &[])?;
    std::fs::copy(from, to).map_err(at(to))?;
    std::fs::set_permissions(to, std::os::unix::fs::PermissionsExt::from_mode(0o600))
        .map_err(at(to))?;
    sync(to)?;
    let expected = snapshot.manifest.database.file.as_ref();
    if expected.is_some_and(|file| {
        digests::of_file(to)
            .ok()
            .is_none_or(|(sha256, _)| sha256 != file.sha256)
    }) {
        return Err(BackupError::Damaged(format!(
            "{} is not what it was",
            from.display()
        )));
    }
    Ok(())
}

/// The dump is in the database already; it gets its blobs, and then its new life.
async fn restore_postgres(
    config: &Arc<Config>,
    snapshot: Arc<Snapshot>,
    keyring: &Keyring,
) -> Result<(Renewed, u64), BackupError> {
    let store = database::open(&config.store, Arc::new(database::Nobody)).await?;
    let env = environment(store);
    if !installation::is_initialized(&env).await? {
        return Err(BackupError::NoDump);
    }
    let sealer = MasterSealer::new(keyring, Arc::new(OsEntropy));
    installation::open(&env, &sealer).await?;
    drop(env);
    restore_blobs(config, Arc::clone(&snapshot)).await?;
    renew(&config.store, &snapshot, keyring).await
}

/// Gives the database its new life; files whose bytes the snapshot does not have were deleted while it was made, and are again.
async fn renew(
    store: &StoreConfig,
    snapshot: &Snapshot,
    keyring: &Keyring,
) -> Result<(Renewed, u64), BackupError> {
    let store = database::open(store, Arc::new(database::Nobody)).await?;
    let env = environment(store);
    let sealer = MasterSealer::new(keyring, Arc::new(OsEntropy));
    installation::open(&env, &sealer).await?;
    let renewed = installation::renew(&env, &sealer).await?;
    if snapshot.manifest.blobs.list.is_none() {
        // Its blobs are elsewhere.
        return Ok((renewed, 0));
    }
    let there: HashSet<BlobName> = snapshot.blobs.keys().copied().collect();
    let deleted = delete_lost_files(&env, Arc::new(there)).await?;
    Ok((renewed, deleted))
}

/// Puts the blobs where the configuration says.
async fn restore_blobs(config: &Arc<Config>, snapshot: Arc<Snapshot>) -> Result<(), BackupError> {
    let config = Arc::clone(config);
    spawn_blocking(move || {
        if snapshot.manifest.blobs.list.is_none() {
            // They are elsewhere.
            return Ok(());
        }
        let (pool, place) = (snapshot.folder.blobs()?, Place::open(&config)?);
        if !place.names()?.is_empty() {
            return Err(BackupError::BucketNotEmpty);
        }
        for (name, copied) in &snapshot.blobs {
            let digest = RefCell::new(StreamDigest::default());
            let is_good =
                |size| size == Some(copied.size) && digests::hex(digest.take()) == copied.sha256;
            let each = |piece: &[u8]| digest.borrow_mut().update(piece);
            if !place.put(*name, &pool, each, is_good)? {
                let text = format!("blob {name} is not what it was");
                return Err(BackupError::Damaged(text));
            }
        }
        place.sync()
    })
    .await?
}
