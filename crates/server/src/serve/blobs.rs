//! Opens the place where the sealed bytes of files rest.

use std::path::Path;
use std::sync::Arc;

use sealpost_blobs::{FsBlobStore, S3BlobStore, S3Settings};
use sealpost_domain::ports::{BlobStore, Entropy};
use tokio::runtime::Handle;

use crate::StartError;
use crate::config::{BlobsUrl, Bucket, Config};

/// Opens what the configuration names, and gives up what a crash left half written. Must be called within the main
/// runtime, on which what waits for the disk and for servers runs.
pub(super) async fn open(
    config: &Config,
    entropy: &dyn Entropy,
) -> Result<Arc<dyn BlobStore>, StartError> {
    match &config.blobs_url {
        BlobsUrl::File(folder) => in_folder(folder),
        BlobsUrl::S3(bucket) => {
            open_bucket(config, bucket, &config.data_dir.join("s3"), entropy).await
        }
    }
}

/// The same for a bucket and with another place for what is not finished: nothing of what the server has there is touched.
pub(crate) async fn open_bucket(
    config: &Config,
    bucket: &Bucket,
    staging: &Path,
    entropy: &dyn Entropy,
) -> Result<Arc<dyn BlobStore>, StartError> {
    let settings = settings(config, bucket, staging)?;
    let store = S3BlobStore::open(&settings, entropy, Handle::current()).await?;
    Ok(Arc::new(store))
}

fn in_folder(folder: &Path) -> Result<Arc<dyn BlobStore>, StartError> {
    Ok(Arc::new(FsBlobStore::open(folder, Handle::current())?))
}

fn settings(config: &Config, bucket: &Bucket, staging: &Path) -> Result<S3Settings, StartError> {
    let (Some(id), Some(secret)) = (&config.blobs.access_key_id, &config.blobs.secret_access_key)
    else {
        return Err(StartError::BlobsKey);
    };
    Ok(S3Settings {
        bucket: bucket.name.clone(),
        prefix: bucket.prefix.clone(),
        endpoint: bucket.endpoint.clone(),
        region: bucket.region.clone(),
        access_key_id: id.as_str().to_owned(),
        secret_access_key: secret.0.clone(),
        staging: staging.to_owned(),
    })
}
