//! The blob store on the file system.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;
use std::{fs, io};

use async_trait::async_trait;
use sealpost_domain::Timestamp;
use sealpost_domain::ports::{BlobEntry, BlobError, BlobName, BlobStore, BlobWriter, ByteStream};
use tokio::runtime::Handle;

use crate::failure::joined;
use crate::folders::{Folders, OpenBlobsError, sync};
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

    async fn probe(&self) -> Result<(), BlobError> {
        self.blocking(|_, spool| spool.probe()).await
    }
}

/// Goes through the folders in their order until there are enough names.
fn list(folders: &Folders, after: Option<BlobName>, limit: u32) -> io::Result<Vec<BlobEntry>> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let first = after.map_or(0, |name| {
        let [first, ..] = *name.as_bytes();
        first
    });
    let mut found = Vec::new();
    for number in first..=u8::MAX {
        let mut names: Vec<BlobName> = fs::read_dir(folders.folder(number))?
            .filter_map(Result::ok)
            .filter_map(|entry| BlobName::parse(entry.file_name().to_str()?))
            .filter(|name| after.is_none_or(|after| *name > after))
            .collect();
        names.sort_unstable();
        for name in names {
            if found.len() == limit {
                return Ok(found);
            }
            // One that was deleted meanwhile is no longer there to be listed.
            if let Ok(data) = fs::metadata(folders.path_of(name)) {
                let written_at = moment(data.modified()?);
                found.push(BlobEntry { name, written_at });
            }
        }
    }
    Ok(found)
}

fn moment(time: SystemTime) -> Timestamp {
    let since = time.duration_since(SystemTime::UNIX_EPOCH);
    Timestamp::from_micros(0) + since.unwrap_or_default()
}
