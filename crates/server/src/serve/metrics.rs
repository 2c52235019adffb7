//! The metrics: who records them, and what is looked up when Prometheus asks.

use std::net::TcpListener;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use metrics::{describe_counter, describe_gauge, gauge};
use metrics_exporter_prometheus::{BuildError, PrometheusBuilder, PrometheusHandle};
use sealpost_domain::files::Files;
use sealpost_domain::mail::Outbox;
use sealpost_domain::ports::Clock;
use sealpost_http::{Hub, Scrape, Services};

use super::{file_upkeep, measured_store};
use crate::StartError;

/// How often what was recorded is put together, so that it takes no room when nobody asks.
const TIDY_EVERY: Duration = Duration::from_secs(5);
/// The bounds of durations, in seconds: from a look into memory to a handler's deadline.
const SECONDS: [f64; 13] = [
    0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0,
];

/// A process has one recorder.
static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();

/// Shows what was recorded, and what is looked up at the moment it is asked for.
pub(super) struct Metrics {
    recorder: PrometheusHandle,
    hub: Arc<Hub>,
    outbox: Outbox,
    files: Files,
    clock: Arc<dyn Clock>,
}

/// From now on what happens is recorded. Without this, counting costs next to nothing.
///
/// # Errors
/// [`StartError::Metrics`].
pub(super) fn record() -> Result<PrometheusHandle, StartError> {
    if let Some(handle) = RECORDER.get() {
        return Ok(handle.clone());
    }
    let recorder = PrometheusBuilder::new()
        .set_buckets(&SECONDS)
        .map_err(failed)?
        .build_recorder();
    let handle = RECORDER.get_or_init(|| recorder.handle()).clone();
    // Only ever refused when another one of this process was faster, which records as well.
    let _ = metrics::set_global_recorder(recorder);
    sealpost_http::describe_metrics();
    measured_store::describe();
    file_upkeep::describe();
    describe_counter!("sealpost_mails_total", "Tries to send a mail, by outcome");
    describe_gauge!("sealpost_sockets", "Open WebSockets");
    describe_gauge!(
        "sealpost_watched_inboxes",
        "Accounts for whose events somebody waits here"
    );
    describe_gauge!("sealpost_outbox_waiting", "Mails that wait to be sent");
    describe_gauge!(
        "sealpost_outbox_oldest_seconds",
        "How long the oldest of them has waited"
    );
    describe_gauge!("sealpost_outbox_dead", "Mails that were given up");
    describe_gauge!("sealpost_build_info", "1, with the version as a label");
    Ok(handle)
}

fn failed(error: BuildError) -> StartError {
    StartError::Metrics(Box::new(error))
}

/// Keeps what was recorded small. Runs until it is dropped.
pub(super) async fn tidy(recorder: PrometheusHandle) {
    let mut ticks = tokio::time::interval(TIDY_EVERY);
    loop {
        ticks.tick().await;
        recorder.run_upkeep();
    }
}

/// Shows the metrics on this listener. Runs until it is dropped; the server goes on without them.
pub(super) async fn serve(listener: TcpListener, metrics: Metrics) {
    let served = match sealpost_http::serve_metrics(listener, Arc::new(metrics)) {
        Ok(server) => server.await,
        Err(error) => Err(error),
    };
    if let Err(error) = served {
        tracing::error!(%error, "the metrics are no longer shown");
    }
}

impl Metrics {
    pub(super) fn of(services: &Services, recorder: PrometheusHandle) -> Self {
        Self {
            recorder,
            hub: Arc::clone(&services.hub),
            outbox: services.outbox.clone(),
            files: services.files.clone(),
            clock: Arc::clone(&services.clock),
        }
    }

    async fn look_up(&self) {
        gauge!("sealpost_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1);
        gauge!("sealpost_sockets").set(self.hub.sockets());
        let watched = u32::try_from(self.hub.watched().len()).unwrap_or(u32::MAX);
        gauge!("sealpost_watched_inboxes").set(watched);
        self.look_into_the_outbox().await;
        self.look_at_the_deletions().await;
    }

    async fn look_into_the_outbox(&self) {
        match self.outbox.tally().await {
            Ok(tally) => {
                let age = tally.oldest.map(|oldest| self.clock.now().since(oldest));
                gauge!("sealpost_outbox_waiting").set(clip(tally.waiting));
                gauge!("sealpost_outbox_dead").set(clip(tally.dead));
                gauge!("sealpost_outbox_oldest_seconds").set(age.unwrap_or_default());
            }
            Err(error) => tracing::warn!(%error, "cannot look into the outbox for the metrics"),
        }
    }

    async fn look_at_the_deletions(&self) {
        match self.files.tally_deletions().await {
            Ok(tally) => {
                let age = tally.oldest.map(|oldest| self.clock.now().since(oldest));
                gauge!("sealpost_blob_deletions_waiting").set(clip(tally.waiting));
                gauge!("sealpost_blob_deletions_failing").set(clip(tally.failing));
                gauge!("sealpost_blob_deletions_oldest_seconds").set(age.unwrap_or_default());
            }
            Err(error) => tracing::warn!(%error, "cannot look at the deletions for the metrics"),
        }
    }
}

/// A count as the recorder takes it.
fn clip(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[async_trait]
impl Scrape for Metrics {
    async fn render(&self) -> String {
        self.look_up().await;
        self.recorder.render()
    }
}
