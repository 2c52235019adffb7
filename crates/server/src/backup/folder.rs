//! The folder that snapshots are in.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use sealpost_blobs::BlobFolder;

use super::BackupError;
use super::error::at;
use super::manifest;

const UNFINISHED: &str = ".unfinished";

/// The folder.
#[derive(Debug)]
pub(super) struct BackupFolder {
    path: PathBuf,
}

/// The folder while a snapshot is being made.
#[derive(Debug)]
pub(super) struct HeldFolder {
    pub(super) folder: BackupFolder,
    _lock: File,
}

impl BackupFolder {
    /// A folder that is there.
    pub(super) fn existing(path: &Path) -> Result<Self, BackupError> {
        fs::read_dir(path).map_err(at(path))?;
        Ok(Self {
            path: path.to_owned(),
        })
    }

    /// Makes it (mode 0700) if it is not there, and holds it. What an interrupted backup has left is removed.
    pub(super) fn hold(path: &Path) -> Result<HeldFolder, BackupError> {
        make_private(path)?;
        let lock_path = path.join(".lock");
        let lock = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&lock_path)
            .map_err(at(&lock_path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(BackupError::Busy(path.to_owned())),
            Err(TryLockError::Error(error)) => return Err(at(&lock_path)(error)),
        }
        let folder = Self {
            path: path.to_owned(),
        };
        let unfinished = folder.path.join(UNFINISHED);
        match fs::remove_dir_all(&unfinished) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(at(&unfinished)(error));
            }
            _ => {}
        }
        Ok(HeldFolder {
            folder,
            _lock: lock,
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The blobs of all snapshots.
    pub(super) fn blobs(&self) -> Result<BlobFolder, BackupError> {
        Ok(BlobFolder::make(&self.path.join("blobs"))?)
    }

    /// The names of the whole snapshots, oldest first.
    pub(super) fn snapshots(&self) -> Result<Vec<String>, BackupError> {
        let entries = fs::read_dir(&self.path).map_err(at(&self.path))?;
        let mut names: Vec<String> = entries
            .filter_map(Result::ok)
            .filter(|entry| entry.path().join(manifest::FILE).is_file())
            .filter_map(|entry| entry.file_name().into_string().ok())
            .filter(|name| !name.starts_with('.'))
            .collect();
        names.sort_unstable();
        Ok(names)
    }

    /// The folder of the snapshot with this name, or of the newest.
    pub(super) fn find(&self, name: Option<&str>) -> Result<PathBuf, BackupError> {
        let found = match name {
            Some(name) => self.snapshots()?.into_iter().find(|found| found == name),
            None => self.snapshots()?.pop(),
        };
        let found = found.ok_or_else(|| BackupError::NoSnapshot {
            path: self.path.clone(),
            name: name.map(ToOwned::to_owned),
        })?;
        Ok(self.path.join(found))
    }
}

impl HeldFolder {
    /// A folder for a new snapshot, which nobody takes for one yet.
    pub(super) fn begin(&self) -> Result<PathBuf, BackupError> {
        let path = self.folder.path.join(UNFINISHED);
        make_private(&path)?;
        Ok(path)
    }

    /// Gives the new snapshot its name, once all of it is on the disk.
    pub(super) fn finish(&self, name: &str) -> Result<PathBuf, BackupError> {
        let unfinished = self.folder.path.join(UNFINISHED);
        sync(&unfinished)?;
        let path = self.folder.path.join(name);
        fs::rename(&unfinished, &path).map_err(at(&path))?;
        sync(&self.folder.path)?;
        Ok(path)
    }

    /// Removes a snapshot. Its manifest goes first: without it, it is none.
    pub(super) fn remove(&self, name: &str) -> Result<(), BackupError> {
        let path = self.folder.path.join(name);
        let manifest = path.join(manifest::FILE);
        fs::remove_file(&manifest).map_err(at(&manifest))?;
        fs::remove_dir_all(&path).map_err(at(&path))
    }
}

fn make_private(path: &Path) -> Result<(), BackupError> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(at(path))
}

/// A new private file, on the disk when this returns.
pub(super) fn write(path: &Path, content: &[u8]) -> Result<(), BackupError> {
    let write = || {
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)?;
        file.write_all(content)?;
        file.sync_all()
    };
    write().map_err(at(path))
}

/// Makes a file's bytes, or a folder's entries, durable.
pub(super) fn sync(path: &Path) -> Result<(), BackupError> {
    File::open(path)
        .and_then(|file| file.sync_all())
        .map_err(at(path))
}
