//! Which bucket, where, and with whose rights.

use std::path::PathBuf;
use std::time::Duration;

use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::{BackoffConfig, RetryConfig};
use sealpost_domain::Secret;
use sealpost_domain::ports::BlobError;
use thiserror::Error;
use tokio::runtime::Handle;

use super::failure::blob_error;
use super::http::Connector;

/// Which bucket, where, and with whose rights.
#[derive(Debug, Clone)]
pub struct S3Settings {
    /// The bucket, which must be there.
    pub bucket: String,
    /// What all names in it begin with: empty, or without slashes at its ends.
    pub prefix: String,
    /// The server, `http://HOST[:PORT]` or `https://HOST[:PORT]`, which is asked for `/BUCKET/NAME`; None for Amazon's,
    /// which are asked by the name of the bucket.
    pub endpoint: Option<String>,
    /// The region that requests are signed for.
    pub region: String,
    /// Whose rights.
    pub access_key_id: String,
    /// What proves it. It signs requests and is never sent.
    pub secret_access_key: Secret<String>,
    /// The folder of what must outlive this process and is no blob yet. One process has it.
    pub staging: PathBuf,
}

/// Why the bucket cannot be used.
#[derive(Debug, Error)]
#[error("cannot use bucket {bucket} at {endpoint} to store files: {}", chain(.source))]
pub struct OpenS3Error {
    /// The bucket.
    pub bucket: String,
    /// The server.
    pub endpoint: String,
    /// What went wrong.
    pub source: BlobError,
}

/// How often a request is repeated when the server does not answer or is too busy, and until when.
fn retries() -> RetryConfig {
    RetryConfig {
        backoff: BackoffConfig {
            init_backoff: Duration::from_millis(100),
            max_backoff: Duration::from_secs(5),
            base: 2.0,
        },
        max_retries: 4,
        retry_timeout: Duration::from_secs(60),
    }
}

impl S3Settings {
    /// The server, as people know it.
    fn server(&self) -> String {
        let amazon = || format!("https://s3.{}.amazonaws.com", self.region);
        self.endpoint.clone().unwrap_or_else(amazon)
    }

    /// A way there. Nothing is sent yet.
    pub(super) fn connect(&self, runtime: Handle) -> Result<AmazonS3, OpenS3Error> {
        // The certificate of a bucket's own host covers one label; path style works everywhere else.
        let by_host = self.endpoint.is_none() && !self.bucket.contains('.');
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(&self.bucket)
            .with_region(&self.region)
            .with_access_key_id(&self.access_key_id)
            .with_secret_access_key(self.secret_access_key.expose())
            .with_virtual_hosted_style_request(by_host)
            // Deleting many at once needs an operation that not every server has.
            .with_disable_bulk_delete(true)
            .with_retry(retries())
            .with_http_connector(Connector::to(&self.server(), runtime));
        if let Some(endpoint) = &self.endpoint {
            builder = builder.with_endpoint(endpoint);
        }
        builder
            .build()
            .map_err(|error| self.refuse(blob_error(error)))
    }

    pub(super) fn refuse(&self, source: BlobError) -> OpenS3Error {
        OpenS3Error {
            bucket: self.bucket.clone(),
            endpoint: self.server(),
            source,
        }
    }
}

/// The innermost reason: what is above it says only that the blob store failed.
fn chain(error: &BlobError) -> String {
    let mut innermost: &dyn std::error::Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
