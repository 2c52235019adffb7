//! Writes a blob: into a file of its own first, which gets the blob's name only when all of it is durable.

use std::fs::{self, File};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use sealpost_domain::ports::{BlobError, BlobName, BlobWriter, Digest};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use crate::digest::PassingDigest;
use crate::failure::joined;
use crate::folders::{Folders, sync};
use crate::output::Output;
use crate::spool::Spool;

pub(crate) struct FsWriter {
    folders: Arc<Folders>,
    runtime: Handle,
    name: BlobName,
    temporary: Temporary,
    state: State,
    digest: PassingDigest,
}

/// One write is under way while the next bytes are sealed.
enum State {
    Idle(Output),
    Writing(JoinHandle<io::Result<Output>>),
    Lost,
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
            digest: PassingDigest::new(runtime.clone()),
            runtime,
            name,
            temporary,
            state: State::Idle(Output::new(file)),
        }
    }

    /// The file once the last write is done.
    async fn settle(&mut self) -> Result<Output, BlobError> {
        match std::mem::replace(&mut self.state, State::Lost) {
            State::Idle(file) => Ok(file),
            State::Writing(writing) => joined(writing.await),
            State::Lost => Err(BlobError::Failed("an earlier write failed".into())),
        }
    }
}

#[async_trait]
impl BlobWriter for FsWriter {
    async fn write(&mut self, bytes: Bytes) -> Result<(), BlobError> {
        self.digest.update(bytes.clone()).await?;
        let mut file = self.settle().await?;
        self.state = State::Writing(self.runtime.spawn_blocking(move || {
            file.write_all(&bytes)?;
            Ok(file)
        }));
        Ok(())
    }

    async fn commit(mut self: Box<Self>) -> Result<Digest, BlobError> {
        let digest = self.digest.finish().await?;
        let file = self.settle().await?;
        let (from, to) = (self.temporary.path.clone(), self.folders.path_of(self.name));
        let folder = self.folders.folder_of(self.name);
        let given_up = Arc::clone(&self.temporary.given_up);
        let committing = self.runtime.spawn_blocking(move || {
            file.sync_all()?;
            if given_up.load(Ordering::SeqCst) {
                // Nobody waits for it any more. The temporary file has been removed.
                return Ok(());
            }
            fs::rename(from, to)?;
            sync(&folder)
        });
        joined(committing.await)?;
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
