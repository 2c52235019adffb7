//! Opens the place where the sealed bytes of files rest.

use std::path::Path;
use std::sync::Arc;

use sealpost_blobs::FsBlobStore;
use sealpost_domain::ports::BlobStore;
use tokio::runtime::Handle;

use crate::StartError;
use crate::config::BlobsUrl;

/// The folder that the configuration names.
pub(super) fn folder(url: &BlobsUrl) -> Result<&Path, StartError> {
    match url {
        BlobsUrl::File(folder) => Ok(folder),
        BlobsUrl::S3 { .. } => Err(StartError::NotBuilt {
            what: "file storage on S3",
            instead: "set SEALPOST_BLOBS_URL to file://DIR",
        }),
    }
}

/// Opens it, and removes what a crash left half written. Must be called within the main runtime, whose threads will
/// wait for the disk.
pub(super) fn open(folder: &Path) -> Result<Arc<dyn BlobStore>, StartError> {
    Ok(Arc::new(FsBlobStore::open(folder, Handle::current())?))
}
