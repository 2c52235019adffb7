use std::sync::Arc;

use async_trait::async_trait;
use sealpost_domain::idempotency::run_claimed;
use sealpost_domain::ports::{Claim, Sending, Store, StoreError, Unit};

tokio::task_local! {
    /// The claim under which this request runs.
    pub(super) static CLAIM: Claim;
}

/// The store, where what a request writes is marked with its claim, if it runs under one.
pub(crate) struct ClaimedStore(Arc<dyn Store>);

impl ClaimedStore {
    /// The same store for all requests.
    pub(crate) fn over(store: Arc<dyn Store>) -> Arc<dyn Store> {
        Arc::new(Self(store))
    }
}

#[async_trait]
impl Store for ClaimedStore {
    async fn run_write(&self, unit: Unit) -> Result<(), StoreError> {
        match CLAIM.try_with(|claim| *claim) {
            Ok(claim) => run_claimed(&*self.0, claim, unit).await,
            Err(_) => self.0.run_write(unit).await,
        }
    }

    async fn run_send(&self, sending: Sending, unit: Unit) -> Result<(), StoreError> {
        match CLAIM.try_with(|claim| *claim) {
            // It writes more than a message then.
            Ok(claim) => run_claimed(&*self.0, claim, unit).await,
            Err(_) => self.0.run_send(sending, unit).await,
        }
    }

    async fn run_read(&self, unit: Unit) -> Result<(), StoreError> {
        self.0.run_read(unit).await
    }

    async fn probe(&self) -> Result<(), StoreError> {
        self.0.probe().await
    }
}
