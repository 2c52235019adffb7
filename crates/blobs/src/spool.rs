//! Where half-written blobs live: a folder of this process below `tmp`, held by a lock for as long as it lives. At its
//! start a process removes the folders that nobody holds any more, and leaves those of living ones alone.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use sealpost_domain::ports::BlobName;

use crate::folders::{Folders, OpenBlobsError, make, refuse};

const LOCK: &str = "lock";

/// The folder of this process; removed with it.
#[derive(Debug)]
pub(crate) struct Spool {
    path: PathBuf,
    _lock: File,
}

impl Spool {
    /// Removes what dead processes left behind, and makes a folder.
    pub(crate) fn open(folders: &Folders) -> Result<Self, OpenBlobsError> {
        let tmp = folders.tmp();
        remove_abandoned(&tmp).map_err(|error| refuse(&tmp, error))?;
        let process = std::process::id();
        // Another instance on a shared folder may have the same process id; it holds its lock.
        for attempt in 0..1_000_u32 {
            let path = tmp.join(format!("{process}-{attempt}"));
            if path.exists() {
                continue;
            }
            make(&path)?;
            if let Some(lock) = try_lock(&path).map_err(|error| refuse(&path, error))? {
                return Ok(Self { path, _lock: lock });
            }
        }
        Err(refuse(&tmp, io::ErrorKind::AlreadyExists.into()))
    }

    /// A new, empty file for a blob that will have this name.
    pub(crate) fn create(&self, name: BlobName) -> io::Result<(PathBuf, File)> {
        let path = self.path.join(name.to_string());
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)?;
        Ok((path, file))
    }

    /// Writes a byte and removes it again.
    pub(crate) fn probe(&self) -> io::Result<()> {
        let path = self.path.join("probe");
        fs::write(&path, [0])?;
        fs::remove_file(path)
    }
}

impl Drop for Spool {
    fn drop(&mut self) {
        // What stays is removed at the next start.
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// The lock of a process's folder; None while another process holds it.
fn try_lock(folder: &Path) -> io::Result<Option<File>> {
    let lock = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(folder.join(LOCK))?;
    match lock.try_lock() {
        Ok(()) => Ok(Some(lock)),
        Err(fs::TryLockError::WouldBlock) => Ok(None),
        Err(fs::TryLockError::Error(error)) => Err(error),
    }
}

fn remove_abandoned(tmp: &Path) -> io::Result<()> {
    for entry in fs::read_dir(tmp)? {
        let path = entry?.path();
        if let Some(_held_while_removing) = try_lock(&path)? {
            fs::remove_dir_all(&path)?;
        }
    }
    Ok(())
}
