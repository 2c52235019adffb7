//! Why there is no backup, or none was restored. The texts are for the operator.

use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};

use sealpost_blobs::OpenBlobsError;
use sealpost_domain::installation::InstallationError;
use sealpost_domain::ports::{BlobError, StoreError};
use sealpost_store::CopyError;
use thiserror::Error;

use crate::StartError;

/// Why not.
#[derive(Debug, Error)]
pub(crate) enum BackupError {
    /// A file or folder.
    #[error("cannot use {path}: {error}", path = path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the operating system says.
        error: io::Error,
    },
    /// Another backup is being made there.
    #[error("another backup is being made in {path}", path = .0.display())]
    Busy(PathBuf),
    /// There is too little room.
    #[error("{path} has room for {free} bytes, and {needed} are needed", path = path.display())]
    NoRoom {
        /// Where.
        path: PathBuf,
        /// How many bytes are free.
        free: u64,
        /// How many are needed at least.
        needed: u64,
    },
    /// There is no such snapshot, or none at all.
    #[error("there is no snapshot{} in {}", .name.as_deref().map(|name| format!(" {name}")).unwrap_or_default(), .path.display())]
    NoSnapshot {
        /// Where.
        path: PathBuf,
        /// Which.
        name: Option<String>,
    },
    /// What is there is not what was written.
    #[error("the backup is damaged: {0}")]
    Damaged(String),
    /// It was made by a newer program.
    #[error(
        "the backup has format {0}, which this sealpost does not know: use the one that made it, or a newer one"
    )]
    Format(u32),
    /// It belongs to the other kind of database.
    #[error(
        "the backup is one of a {made} database, and SEALPOST_DATABASE_URL names a {named} one"
    )]
    OtherEngine {
        /// The backup's.
        made: String,
        /// The configuration's.
        named: &'static str,
    },
    /// Something is there already.
    #[error("{path} is not empty: a backup is restored into a new data folder, which may hold the master key and nothing else",
        path = .0.display())]
    NotEmpty(PathBuf),
    /// The dump was not put into the database first.
    #[error(
        "the database is empty: put the dump into it with pg_restore first (docs/operations/backup.md)"
    )]
    NoDump,
    /// Files are in the bucket already.
    #[error(
        "the place in the bucket is not empty: a backup is restored into a new one; set SEALPOST_BLOBS_URL to another prefix"
    )]
    BucketNotEmpty,
    /// Where files rest.
    #[error("the files: {}", chain(.0))]
    Blob(#[from] BlobError),
    /// The copy of the database.
    #[error(transparent)]
    Copy(#[from] CopyError),
    /// A folder of blobs.
    #[error(transparent)]
    Blobs(#[from] OpenBlobsError),
    /// The master key, above all.
    #[error(
        "{0}{advice}",
        advice = match .0 {
            InstallationError::WrongMasterKey => {
                ": name the file that the backed-up server had with SEALPOST_MASTER_KEY_FILE; nothing was restored"
            }
            _ => "",
        }
    )]
    Installation(#[from] InstallationError),
    /// The restored database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The configuration, or what it names.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The list of what to print.
    #[error("cannot write the manifest: {0}")]
    Json(#[from] serde_json::Error),
    /// A thread of ours stopped.
    #[error("the work was interrupted: {0}")]
    Interrupted(#[from] tokio::task::JoinError),
}

/// What went wrong, and why.
fn chain(error: &BlobError) -> String {
    let why = error.source().map(|why| format!(": {why}"));
    format!("{error}{}", why.unwrap_or_default())
}

/// For `map_err`: what the operating system says of this path.
pub(super) fn at(path: &Path) -> impl FnOnce(io::Error) -> BackupError {
    let path = path.to_owned();
    move |error| BackupError::File { path, error }
}
