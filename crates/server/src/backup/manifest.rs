//! What a snapshot says of itself.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::BackupError;
use super::error::at;

/// The version of the layout.
const FORMAT: u32 = 1;
pub(super) const FILE: &str = "manifest.json";

/// The manifest. `docs/operations/backup.md` describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    pub(super) format: u32,
    /// The version of the program that made it.
    pub(super) sealpost: String,
    /// RFC 3339.
    pub(super) created_at: String,
    pub(super) database: Database,
    /// The ids of the master keys that its sealed values are under: each is needed to open them.
    pub(super) master_keys: Vec<String>,
    pub(super) blobs: Blobs,
}

/// The database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Database {
    /// `sqlite` or `postgres`.
    pub(super) engine: String,
    /// The copy or dump; None if the dump is kept elsewhere.
    pub(super) file: Option<CopiedFile>,
    /// The newest migration; None if the copy was not looked into.
    pub(super) schema: Option<String>,
    pub(super) accounts: Option<u64>,
    pub(super) messages: Option<u64>,
}

/// A file of the snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct CopiedFile {
    pub(super) name: String,
    pub(super) size: u64,
    pub(super) sha256: String,
}

/// The blobs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Blobs {
    /// The list of them; None if they rested on S3 and an early version made the snapshot.
    pub(super) list: Option<CopiedFile>,
    pub(super) count: u64,
    pub(super) bytes: u64,
    /// Names of blobs that files in the copied database refer to and that were deleted before they were copied.
    pub(super) deleted_meanwhile: Vec<String>,
}

impl Manifest {
    pub(super) fn new(created_at: String, database: Database, blobs: Blobs) -> Self {
        Self {
            format: FORMAT,
            sealpost: env!("CARGO_PKG_VERSION").to_owned(),
            created_at,
            database,
            master_keys: Vec::new(),
            blobs,
        }
    }

    /// The manifest of the snapshot in this folder.
    pub(super) fn read(snapshot: &Path) -> Result<Self, BackupError> {
        #[derive(Deserialize)]
        struct Version {
            format: u32,
        }
        let path = snapshot.join(FILE);
        let text = std::fs::read_to_string(&path).map_err(at(&path))?;
        let damaged = |error| BackupError::Damaged(format!("{}: {error}", path.display()));
        let version: Version = serde_json::from_str(&text).map_err(damaged)?;
        if version.format != FORMAT {
            return Err(BackupError::Format(version.format));
        }
        serde_json::from_str(&text).map_err(damaged)
    }
}
