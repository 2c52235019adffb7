//! A blob that grows over several requests: a file below `growing`, which a restart leaves alone. Whoever writes it holds
//! its lock; the operating system takes the lock back when the process dies, so that nobody waits for a dead writer.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::ops::Range;
use std::os::unix::fs::OpenOptionsExt as _;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use sealpost_domain::ports::{BlobError, BlobName, BlobState, ByteStream, GrowingBlob};
use tokio::runtime::Handle;

use crate::failure::joined;
use crate::folders::{Folders, sync};
use crate::lane::Lane;
use crate::reader::FsReader;

/// Makes the empty file and makes it durable.
pub(crate) fn begin(folders: &Folders, name: BlobName) -> io::Result<()> {
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(folders.growing_path_of(name))?;
    file.sync_all()?;
    sync(&folders.growing())
}

/// The file, held, and its length.
pub(crate) fn take_up(folders: &Folders, name: BlobName) -> io::Result<(File, u64)> {
    let path = folders.growing_path_of(name);
    let mut file = OpenOptions::new().write(true).open(&path)?;
    file.try_lock().map_err(io::Error::from)?;
    // Whoever held it before may have finished it or given it up: then the lock is on a file without this name.
    fs::metadata(&path)?;
    let length = file.seek(SeekFrom::End(0))?;
    Ok((file, length))
}

pub(crate) struct FsGrowing {
    folders: Arc<Folders>,
    runtime: Handle,
    name: BlobName,
    /// Bytes of the file, and of a write that is under way.
    length: u64,
    file: Lane<File, Bytes>,
}

impl FsGrowing {
    pub(crate) fn new(
        folders: Arc<Folders>,
        runtime: Handle,
        name: BlobName,
        file: File,
        length: u64,
    ) -> Self {
        Self {
            folders,
            file: Lane::new(runtime.clone(), file, |file, piece| file.write_all(piece)),
            runtime,
            name,
            length,
        }
    }

    /// Does `work` with the file, on a thread that may wait.
    async fn with_file<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&mut File) -> io::Result<T> + Send + 'static,
    ) -> Result<T, BlobError> {
        let mut file = self.file.settle().await?;
        let working = self.runtime.spawn_blocking(move || {
            let done = work(&mut file)?;
            Ok((file, done))
        });
        let (file, done) = joined(working.await)?;
        self.file.put_back(file);
        Ok(done)
    }
}

#[async_trait]
impl GrowingBlob for FsGrowing {
    fn length(&self) -> u64 {
        self.length
    }

    async fn read(&mut self, range: Range<u64>) -> Result<ByteStream<BlobError>, BlobError> {
        let (path, start) = (self.folders.growing_path_of(self.name), range.start);
        // A place of its own in the file: the writer's stays at the end.
        let opened = self.with_file(move |_| {
            let mut file = File::open(path)?;
            file.seek(SeekFrom::Start(start))?;
            Ok(file)
        });
        let length = range.end.saturating_sub(range.start);
        let reader = FsReader::new(opened.await?, length, self.runtime.clone());
        Ok(Box::pin(reader))
    }

    async fn truncate(&mut self, length: u64) -> Result<(), BlobError> {
        if length > self.length {
            return Err(BlobError::Truncated);
        }
        let cut = self.with_file(move |file| {
            file.set_len(length)?;
            file.seek(SeekFrom::Start(length))
        });
        self.length = cut.await?;
        Ok(())
    }

    async fn write(&mut self, bytes: Bytes) -> Result<(), BlobError> {
        self.length += u64::try_from(bytes.len()).unwrap_or(0);
        self.file.push(bytes).await
    }

    async fn sync(&mut self) -> Result<BlobState, BlobError> {
        self.with_file(|file| file.sync_all()).await?;
        Ok(BlobState::default())
    }

    async fn finish(mut self: Box<Self>) -> Result<(), BlobError> {
        let (folders, name) = (Arc::clone(&self.folders), self.name);
        let finished = self.with_file(move |file| {
            file.sync_all()?;
            fs::rename(folders.growing_path_of(name), folders.path_of(name))?;
            sync(&folders.folder_of(name))?;
            sync(&folders.growing())
        });
        finished.await
    }
}
