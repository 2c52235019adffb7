//! How long units of work take.

use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use metrics::{Unit as MetricUnit, describe_histogram, histogram};
use sealpost_domain::DomainError;
use sealpost_domain::ports::{Sending, Store, StoreError, Unit};

/// By kind (`read`, `write`) and outcome (`done`, or the code of the error).
const DURATION: &str = "sealpost_store_unit_duration_seconds";

/// A store whose units of work are measured, waiting for a connection included.
pub(super) struct MeasuredStore(Arc<dyn Store>);

impl MeasuredStore {
    /// The same store, measured.
    pub(super) fn over(store: Arc<dyn Store>) -> Arc<dyn Store> {
        Arc::new(Self(store))
    }
}

/// Tells the recorder what the metric is.
pub(super) fn describe() {
    describe_histogram!(
        DURATION,
        MetricUnit::Seconds,
        "Units of work, from the wish to the commit"
    );
}

fn record(kind: &'static str, began: Instant, ran: &Result<(), StoreError>) {
    let outcome = ran.as_ref().map_or_else(DomainError::code, |()| "done");
    histogram!(DURATION, "kind" => kind, "outcome" => outcome).record(began.elapsed());
}

#[async_trait]
impl Store for MeasuredStore {
    async fn run_write(&self, unit: Unit) -> Result<(), StoreError> {
        let began = Instant::now();
        let ran = self.0.run_write(unit).await;
        record("write", began, &ran);
        ran
    }

    async fn run_send(&self, sending: Sending, unit: Unit) -> Result<(), StoreError> {
        let began = Instant::now();
        let ran = self.0.run_send(sending, unit).await;
        record("write", began, &ran);
        ran
    }

    async fn run_read(&self, unit: Unit) -> Result<(), StoreError> {
        let began = Instant::now();
        let ran = self.0.run_read(unit).await;
        record("read", began, &ran);
        ran
    }

    async fn probe(&self) -> Result<(), StoreError> {
        self.0.probe().await
    }
}
