//! The blob store on the file system.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::{fs, io};

use async_trait::async_trait;
use sealpost_domain::ports::{
    BlobEntry, BlobError, BlobName, BlobState, BlobStore, BlobWriter, ByteStream, GrowingBlob,
};
use tokio::runtime::Handle;

use crate::failure::joined;
use crate::folders::{Folders, OpenBlobsError, sync};
use crate::growing::{self, FsGrowing};
use crate::listing::{list, list_growing};
use crate::reader::FsReader;
use crate::spool::Spool;
use crate::writer::FsWriter;

/// Blobs as files of mode 0600 in folders of mode 0700. Cloning is cheap.
///
/// Work that waits for the disk runs on the blocking threads of one runtime, whichever thread asks for it: the HTTP
/// server's own threads must not wait.
#[derive(Clone)]
pub struct FsBlobStore {
    folders: Arc<Folders>,
    spool: Arc<Spool>,
    runtime: Handle,
}

impl FsBlobStore {
    /// Makes the folder if it is not there, and removes what a crash left half written. Blocks for a moment.
    ///
    /// # Errors
    /// [`OpenBlobsError`] when the folder cannot be used.
    pub fn open(root: &Path, runtime: Handle) -> Result<Self, OpenBlobsError> {
        let folders = Folders::open(root)?;
        let spool = Spool::open(&folders)?;
        Ok(Self {
            folders: Arc::new(folders),
            spool: Arc::new(spool),
            runtime,
        })
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Folders, &Spool) -> io::Result<T> + Send + 'static,
    ) -> Result<T, BlobError> {
        let (folders, spool) = (Arc::clone(&self.folders), Arc::clone(&self.spool));
        joined(
            self.runtime
                .spawn_blocking(move || work(&folders, &spool))
                .await,
        )
    }
}

#[async_trait]
impl BlobStore for FsBlobStore {
    async fn create(&self, name: BlobName) -> Result<Box<dyn BlobWriter>, BlobError> {
        let (path, file) = self.blocking(move |_, spool| spool.create(name)).await?;
        let (folders, spool) = (Arc::clone(&self.folders), Arc::clone(&self.spool));
        let writer = FsWriter::new(folders, spool, self.runtime.clone(), name, path, file);
        Ok(Box::new(writer))
    }

    async fn read(
        &self,
        name: BlobName,
        range: Range<u64>,
    ) -> Result<ByteStream<BlobError>, BlobError> {
        let start = range.start;
        let file = self
            .blocking(move |folders, _| {
                use std::io::Seek as _;
                let mut file = fs::File::open(folders.path_of(name))?;
                file.seek(io::SeekFrom::Start(start))?;
                Ok(file)
            })
            .await?;
        let length = range.end.saturating_sub(range.start);
        Ok(Box::pin(FsReader::new(file, length, self.runtime.clone())))
    }

    async fn length(&self, name: BlobName) -> Result<u64, BlobError> {
        self.blocking(move |folders, _| Ok(fs::metadata(folders.path_of(name))?.len()))
            .await
    }

    async fn delete(&self, name: BlobName) -> Result<bool, BlobError> {
        let removed = self.blocking(move |folders, _| {
            fs::remove_file(folders.path_of(name))?;
            sync(&folders.folder_of(name))
        });
        match removed.await {
            Ok(()) => Ok(true),
            Err(BlobError::Missing) => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn page(&self, after: Option<BlobName>, limit: u32) -> Result<Vec<BlobEntry>, BlobError> {
        self.blocking(move |folders, _| list(folders, after, limit))
            .await
    }

    async fn begin(&self, name: BlobName) -> Result<BlobState, BlobError> {
        self.blocking(move |folders, _| growing::begin(folders, name))
            .await?;
        // The name says all: what is there is in the file.
        Ok(BlobState::default())
    }

    async fn grow(&self, name: BlobName, _: &BlobState) -> Result<Box<dyn GrowingBlob>, BlobError> {
        let (file, length) = self
            .blocking(move |folders, _| growing::take_up(folders, name))
            .await?;
        let (folders, runtime) = (Arc::clone(&self.folders), self.runtime.clone());
        Ok(Box::new(FsGrowing::new(
            folders, runtime, name, file, length,
        )))
    }

    async fn abandon(&self, name: BlobName, _: &BlobState) -> Result<(), BlobError> {
        let removed = self.blocking(move |folders, _| {
            fs::remove_file(folders.growing_path_of(name))?;
            sync(&folders.growing())
        });
        match removed.await {
            Ok(()) | Err(BlobError::Missing) => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn page_growing(
        &self,
        after: Option<BlobName>,
        limit: u32,
    ) -> Result<Vec<BlobEntry>, BlobError> {
        self.blocking(move |folders, _| list_growing(folders, after, limit))
            .await
    }

    async fn free_space(&self) -> Result<Option<u64>, BlobError> {
        let free = self.blocking(|folders, _| {
            let disk = rustix::fs::statvfs(folders.root())?;
            // What is kept for root is not ours.
            Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
        });
        free.await.map(Some)
    }

    async fn probe(&self) -> Result<(), BlobError> {
        self.blocking(|_, spool| spool.probe()).await
    }
}
