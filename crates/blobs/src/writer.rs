//! Writes a blob: into a file of its own first, which gets the blob's name only when all of it is durable.

use std::fs::{self, File};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use sealpost_domain::ports::{BlobDigest, BlobError, BlobName, BlobWriter};
use tokio::runtime::Handle;

use crate::failure::joined;
use crate::folders::{Folders, sync};
use crate::output::Output;
use crate::spool::Spool;

pub(crate) struct FsWriter {
    folders: Arc<Folders>,
    runtime: Handle,
    name: BlobName,
    temporary: Temporary,
    output: Output,
}

impl FsWriter {
    pub(crate) fn new(
        folders: Arc<Folders>,
        spool: Arc<Spool>,
        runtime: Handle,
        name: BlobName,
        path: PathBuf,
        file: File,
    ) -> Self {
        let temporary = Temporary {
            path,
            given_up: Arc::new(AtomicBool::new(false)),
            committed: false,
            _spool: spool,
        };
        Self {
            folders,
            output: Output::new(runtime.clone(), file),
            runtime,
            name,
            temporary,
        }
    }
}

#[async_trait]
impl BlobWriter for FsWriter {
    async fn write(&mut self, bytes: Bytes) -> Result<(), BlobError> {
        self.output.write(bytes).await
    }

    async fn commit(mut self: Box<Self>) -> Result<BlobDigest, BlobError> {
        let unfinished = self.output.settle().await?;
        let (from, to) = (self.temporary.path.clone(), self.folders.path_of(self.name));
        let folder = self.folders.folder_of(self.name);
        let given_up = Arc::clone(&self.temporary.given_up);
        let committing = self.runtime.spawn_blocking(move || {
            let digest = unfinished.finish()?;
            if given_up.load(Ordering::SeqCst) {
                // Nobody waits for it any more. The temporary file has been removed.
                return Ok(digest);
            }
            fs::rename(from, to)?;
            sync(&folder)?;
            Ok(digest)
        });
        let digest = joined(committing.await)?;
        self.temporary.committed = true;
        Ok(digest)
    }
}

/// The temporary file, removed unless it became the blob.
struct Temporary {
    path: PathBuf,
    /// Tells a commit that runs on another thread that nobody waits for it any more.
    given_up: Arc<AtomicBool>,
    committed: bool,
    /// Keeps the folder for as long as there is a file in it.
    _spool: Arc<Spool>,
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.committed {
            self.given_up.store(true, Ordering::SeqCst);
            // What stays is removed at the next start.
            let _ = fs::remove_file(&self.path);
        }
    }
}
