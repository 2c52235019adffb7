//! The multipart uploads of this process that are not finished, by the names of their blobs, each a small file: what a
//! crash leaves at the server costs its owner money until somebody gives it up.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use sealpost_domain::ports::BlobName;

use crate::folders::{OpenBlobsError, make, refuse, sync};

/// The folder of those files.
#[derive(Debug)]
pub(super) struct Unfinished {
    folder: PathBuf,
}

impl Unfinished {
    /// Makes the folder if it is not there.
    pub(super) fn open(staging: &Path) -> Result<Self, OpenBlobsError> {
        let folder = staging.join("unfinished");
        make(&folder)?;
        sync(staging).map_err(|error| refuse(staging, error))?;
        Ok(Self { folder })
    }

    /// Notes an upload that has begun, and makes that durable.
    pub(super) fn note(&self, name: BlobName, upload: &str) -> io::Result<()> {
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(self.path_of(name))?;
        file.write_all(upload.as_bytes())?;
        file.sync_all()?;
        sync(&self.folder)
    }

    /// Forgets one that is finished or was given up.
    pub(super) fn forget(&self, name: BlobName) {
        // What stays is given up once more at the next start, which does no harm.
        let _ = fs::remove_file(self.path_of(name));
    }

    /// All of them, each with the id of its upload.
    pub(super) fn all(&self) -> io::Result<Vec<(BlobName, String)>> {
        let mut all = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            let name = path.file_name().and_then(|name| name.to_str());
            if let Some(name) = name.and_then(BlobName::parse) {
                all.push((name, fs::read_to_string(&path)?));
            }
        }
        Ok(all)
    }

    fn path_of(&self, name: BlobName) -> PathBuf {
        self.folder.join(name.to_string())
    }
}
