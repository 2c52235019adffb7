//! Whether the server can do its work now.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::StatusCode;
use async_trait::async_trait;
use sealpost_domain::data_keys::DataKeys;
use sealpost_domain::ports::{BlobStore, Store};
use tokio::sync::watch;

use crate::problem::Problem;

/// A part that must work before the server calls itself ready.
#[async_trait]
pub trait ReadinessCheck: Send + Sync {
    /// The name it goes by in the answer and in the log.
    fn name(&self) -> &'static str;

    /// Tries it. It is given up after a second.
    ///
    /// # Errors
    /// Whatever was wrong; it goes to the log and not to the caller.
    async fn check(&self) -> Result<(), Box<dyn Error + Send + Sync>>;
}

/// Ready when the store would take a write.
pub struct StoreCheck(pub Arc<dyn Store>);

#[async_trait]
impl ReadinessCheck for StoreCheck {
    fn name(&self) -> &'static str {
        "store"
    }

    async fn check(&self) -> Result<(), Box<dyn Error + Send + Sync>> {
        Ok(self.0.probe().await?)
    }
}

/// Ready when a file could be stored.
pub struct BlobsCheck(pub Arc<dyn BlobStore>);

#[async_trait]
impl ReadinessCheck for BlobsCheck {
    fn name(&self) -> &'static str {
        "blobs"
    }

    async fn check(&self) -> Result<(), Box<dyn Error + Send + Sync>> {
        Ok(self.0.probe().await?)
    }
}

/// Ready when there is a key that passwords can travel under (dialect `messenger`).
pub struct DataKeyCheck(pub DataKeys);

#[async_trait]
impl ReadinessCheck for DataKeyCheck {
    fn name(&self) -> &'static str {
        "data key"
    }

    async fn check(&self) -> Result<(), Box<dyn Error + Send + Sync>> {
        self.0.issue()?;
        Ok(())
    }
}

/// Set once the server was told to stop, and never taken back.
#[derive(Debug, Clone, Default)]
pub(crate) struct Draining(Arc<watch::Sender<bool>>);

impl Draining {
    pub(crate) fn begin(&self) {
        self.0.send_replace(true);
    }

    pub(crate) fn has_begun(&self) -> bool {
        *self.0.borrow()
    }

    /// Returns once it has begun.
    pub(crate) async fn begun(&self) {
        // The sender lives as long as `self`: there is no other end.
        let _ = self.0.subscribe().wait_for(|begun| *begun).await;
    }

    /// Refuses what would outlive the server, once it has begun.
    pub(crate) fn refuse_long_stay(&self) -> Result<(), Problem> {
        if !self.has_begun() {
            return Ok(());
        }
        let problem = Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "not-ready",
            "the server is stopping",
        );
        Err(problem.with_retry_after(Duration::from_secs(5)))
    }
}
