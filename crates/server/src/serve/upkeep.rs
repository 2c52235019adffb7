//! What the server does of its own accord while it runs.

use std::time::Duration;

use sealpost_domain::sessions::Sessions;
use tokio::time::{MissedTickBehavior, interval};

/// How often ended sessions are read: what another instance ends is dead here within this time.
const REVOCATIONS_EVERY: Duration = Duration::from_secs(1);
/// How often expired rows are deleted.
const SWEEP_EVERY: Duration = Duration::from_secs(60);

/// Reads, every second, which sessions have ended. Runs until it is dropped.
pub(super) async fn follow_revocations(sessions: Sessions) {
    let mut ticks = interval(REVOCATIONS_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = sessions.sync_revocations().await {
            tracing::warn!(%error, "cannot read which sessions have ended; after five seconds no token is vouched for");
        }
    }
}

/// Deletes what has expired, now and then. Runs until it is dropped.
pub(super) async fn sweep(sessions: Sessions) {
    let mut ticks = interval(SWEEP_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        match sessions.sweep().await {
            Ok(0) => {}
            Ok(rows) => tracing::debug!(rows, "deleted expired sessions"),
            Err(error) => {
                tracing::warn!(%error, "cannot delete expired sessions; trying again in a minute");
            }
        }
    }
}
