//! Where the files of a server rest: a folder, or a bucket. A backup reads them there, and a restore puts them there.

use std::future::poll_fn;
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::Arc;

use bytes::{Buf as _, Bytes};
use sealpost_blobs::BlobFolder;
use sealpost_crypto::OsEntropy;
use sealpost_domain::ports::{BlobError, BlobName, BlobStore, ByteStream};
use tokio::runtime::Handle;

use super::BackupError;
use super::error::at;
use crate::config::{BlobsUrl, Config};
use crate::serve;

/// How many names are asked for at once.
const PAGE: u32 = 1_000;

/// The place.
pub(super) enum Place {
    Folder(PathBuf, BlobFolder),
    Bucket(Bucket),
}

/// A bucket, from a thread that may wait.
pub(super) struct Bucket {
    blobs: Arc<dyn BlobStore>,
    runtime: Handle,
    /// Where this process keeps what it has not finished: never where a server does.
    _staging: tempfile::TempDir,
}

impl Place {
    /// The place that the configuration names. Whatever a running server writes there stays as it is. Must be called on a thread
    /// that may wait.
    pub(super) fn open(config: &Config) -> Result<Self, BackupError> {
        match &config.blobs_url {
            BlobsUrl::File(path) => Ok(Self::Folder(path.clone(), BlobFolder::make(path)?)),
            BlobsUrl::S3(bucket) => {
                let runtime = Handle::current();
                let staging = tempfile::tempdir().map_err(at(&std::env::temp_dir()))?;
                let open = serve::open_bucket(config, bucket, staging.path(), &OsEntropy);
                Ok(Self::Bucket(Bucket {
                    blobs: runtime.block_on(open)?,
                    runtime,
                    _staging: staging,
                }))
            }
        }
    }

    /// The names of all whole blobs, in order.
    pub(super) fn names(&self) -> Result<Vec<BlobName>, BackupError> {
        match self {
            Self::Folder(path, folder) => folder.names().map_err(at(path)),
            Self::Bucket(bucket) => Ok(bucket.names()?),
        }
    }

    /// How many bytes a blob has; None if there is none (any more).
    pub(super) fn size(&self, name: BlobName) -> Result<Option<u64>, BackupError> {
        match self {
            Self::Folder(path, folder) => folder.size(name).map_err(at(path)),
            Self::Bucket(bucket) => Ok(bucket.unless_missing(bucket.blobs.length(name))?),
        }
    }

    /// Copies a blob of so many bytes into `pool`; how many bytes there were. None if there is none (any more).
    pub(super) fn copy(
        &self,
        (name, size): (BlobName, u64),
        pool: &BlobFolder,
        each: impl FnMut(&[u8]),
    ) -> Result<Option<u64>, BackupError> {
        match self {
            Self::Folder(path, folder) => folder.copy(name, pool, each).map_err(at(path)),
            Self::Bucket(bucket) => {
                let Some(stream) = bucket.unless_missing(bucket.blobs.read(name, 0..size))? else {
                    return Ok(None);
                };
                let mut bytes = Waiting {
                    runtime: bucket.runtime.clone(),
                    stream,
                    rest: Bytes::new(),
                };
                let copied = pool.write(name, &mut bytes, each);
                copied
                    .map(Some)
                    .map_err(|error| BlobError::Failed(error.into()).into())
            }
        }
    }

    /// Puts a blob of `pool` there; how many bytes there were, None if there is none. What `is_good` does not approve of once all of
    /// it was read is not kept.
    pub(super) fn put(
        &self,
        name: BlobName,
        pool: &BlobFolder,
        each: impl FnMut(&[u8]),
        is_good: impl FnOnce(Option<u64>) -> bool,
    ) -> Result<bool, BackupError> {
        match self {
            Self::Folder(path, folder) => {
                let copied = pool.copy(name, folder, each).map_err(at(path))?;
                let good = is_good(copied);
                if !good {
                    folder.remove(name).map_err(at(path))?;
                }
                Ok(good)
            }
            Self::Bucket(bucket) => bucket.put(name, pool, each, is_good),
        }
    }

    /// Makes all that was put there durable.
    pub(super) fn sync(&self) -> Result<(), BackupError> {
        match self {
            Self::Folder(path, folder) => folder.sync().map_err(at(path)),
            // Each blob was when it was put there.
            Self::Bucket(_) => Ok(()),
        }
    }
}

impl Bucket {
    fn names(&self) -> Result<Vec<BlobName>, BlobError> {
        let (mut names, mut after) = (Vec::new(), None);
        loop {
            let page = self.runtime.block_on(self.blobs.page(after, PAGE))?;
            let Some(last) = page.last() else {
                return Ok(names);
            };
            after = Some(last.name);
            names.extend(page.iter().map(|entry| entry.name));
        }
    }

    fn unless_missing<T>(
        &self,
        asked: impl Future<Output = Result<T, BlobError>>,
    ) -> Result<Option<T>, BlobError> {
        match self.runtime.block_on(asked) {
            Err(BlobError::Missing) => Ok(None),
            found => found.map(Some),
        }
    }

    fn put(
        &self,
        name: BlobName,
        pool: &BlobFolder,
        mut each: impl FnMut(&[u8]),
        is_good: impl FnOnce(Option<u64>) -> bool,
    ) -> Result<bool, BackupError> {
        let mut writer = self.runtime.block_on(self.blobs.create(name))?;
        let mut written = Ok(());
        let read = pool.read(name, |piece| {
            each(piece);
            if written.is_ok() {
                let piece = Bytes::copy_from_slice(piece);
                written = self.runtime.block_on(writer.write(piece));
            }
        });
        let read = read.map_err(|error| BlobError::Failed(error.into()))?;
        written?;
        if !is_good(read) {
            // Dropped, the writer leaves nothing.
            return Ok(false);
        }
        self.runtime.block_on(writer.commit())?;
        Ok(true)
    }
}

/// Bytes that come when they come, for whoever may wait.
struct Waiting {
    runtime: Handle,
    stream: ByteStream<BlobError>,
    rest: Bytes,
}

impl Read for Waiting {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.rest.is_empty() {
            let next = poll_fn(|context| self.stream.as_mut().poll_next(context));
            match self.runtime.block_on(next) {
                None => return Ok(0),
                Some(piece) => self.rest = piece.map_err(io::Error::other)?,
            }
        }
        let length = self.rest.len().min(into.len());
        let (head, _) = into.split_at_mut(length);
        self.rest.copy_to_slice(head);
        Ok(length)
    }
}
