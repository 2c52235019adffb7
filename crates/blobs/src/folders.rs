//! The folders: 256 for blobs, by the first two digits of their names, `tmp` for what is half
//! written, and `growing` for what grows over several requests.

use std::fs::{DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use sealpost_domain::ports::BlobName;
use thiserror::Error;

/// Why the folder cannot be used.
#[derive(Debug, Error)]
#[error("cannot use {path} to store files: {error}", path = path.display())]
pub struct OpenBlobsError {
    /// The folder or file in question.
    pub path: PathBuf,
    /// What the operating system says.
    pub error: io::Error,
}

/// The folder of all blobs. Paths are made here and of [`BlobName`]s alone, so none can lead elsewhere.
#[derive(Debug)]
pub(crate) struct Folders {
    root: PathBuf,
}

impl Folders {
    /// Makes what is missing (mode 0700) and makes it durable.
    pub(crate) fn open(root: &Path) -> Result<Self, OpenBlobsError> {
        let folders = Self {
            root: root.to_owned(),
        };
        make(root)?;
        for number in 0..=u8::MAX {
            make(&folders.folder(number))?;
        }
        make(&folders.tmp())?;
        make(&folders.growing())?;
        sync(root).map_err(|error| refuse(root, error))?;
        Ok(folders)
    }

    /// The folder of everything.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The folder of half-written blobs.
    pub(crate) fn tmp(&self) -> PathBuf {
        self.root.join("tmp")
    }

    /// The folder of the blobs that grow.
    pub(crate) fn growing(&self) -> PathBuf {
        self.root.join("growing")
    }

    /// Where a blob of this name grows.
    pub(crate) fn growing_path_of(&self, name: BlobName) -> PathBuf {
        self.growing().join(name.to_string())
    }

    /// The folder of the blobs whose names begin with these two digits.
    pub(crate) fn folder(&self, number: u8) -> PathBuf {
        self.root.join(format!("{number:02x}"))
    }

    /// The folder that a blob of this name belongs to.
    pub(crate) fn folder_of(&self, name: BlobName) -> PathBuf {
        let [first, ..] = *name.as_bytes();
        self.folder(first)
    }

    /// Where a blob of this name rests.
    pub(crate) fn path_of(&self, name: BlobName) -> PathBuf {
        self.folder_of(name).join(name.to_string())
    }
}

/// Makes entries of a folder durable: after it, a power cut does not undo what was made, renamed or removed in it.
pub(crate) fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

pub(crate) fn make(path: &Path) -> Result<(), OpenBlobsError> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(|error| refuse(path, error))
}

pub(crate) fn refuse(path: &Path, error: io::Error) -> OpenBlobsError {
    OpenBlobsError {
        path: path.to_owned(),
        error,
    }
}
