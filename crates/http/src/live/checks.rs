//! What has to be looked at now and then for everybody who stays connected.

use std::convert::Infallible;
use std::sync::LazyLock;
use std::time::Duration;

use tokio::time::{Instant, Interval, MissedTickBehavior, interval, interval_at};

use crate::Services;
use crate::settings::SocketTimes;

/// How soon it is noticed that a session has ended, or that this instance has lost its store; and how soon what the store
/// was too busy for is tried again.
pub(super) const SOON: Duration = Duration::from_secs(1);
/// How late it is noticed at most that a client is gone or slow: each look at thousands of connections that do nothing costs.
const LATE: Duration = Duration::from_secs(5);
/// Checks are due at multiples of this after [`BEGINNING`]: a thread with thousands of connections wakes up a few times a
/// second for all of them, and not for each.
const GRID: Duration = Duration::from_millis(50);

/// What the moments of checks are counted from.
static BEGINNING: LazyLock<Instant> = LazyLock::new(Instant::now);

/// Has everybody who stays connected look after themselves as soon as a session has ended, and while this instance vouches for
/// none. Runs until it is dropped.
pub(crate) async fn have_all_checked(services: &Services) -> Infallible {
    let mut ticks = interval(SOON);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let sessions = &services.sessions;
        if sessions.have_ended() || !sessions.can_vouch() {
            services.hub.check_all();
        }
    }
}

/// Ticks often enough to notice in time what is to be noticed after such times; the first time within a moment.
pub(super) fn checks(times: SocketTimes) -> Interval {
    let mut checks = interval_at(on_grid(*BEGINNING, Instant::now()), pace(times));
    // Whoever was late stays with the others.
    checks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    checks
}

/// A third of the shortest of these times, within reason.
fn pace(times: SocketTimes) -> Duration {
    let others = times.first_frame.min(times.ping).min(times.silence);
    (times.stall.min(others) / 3).clamp(SOON, LATE)
}

/// The next moment of the grid after `now`.
fn on_grid(beginning: Instant, now: Instant) -> Instant {
    let since = now.saturating_duration_since(beginning).as_millis();
    let moments = since / GRID.as_millis() + 1;
    beginning + GRID * u32::try_from(moments).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_of_many_fall_together() {
        let beginning = Instant::now();
        for (millis, due) in [(0, 50), (1, 50), (49, 50), (50, 100), (999, 1_000)] {
            let now = beginning + Duration::from_millis(millis);
            assert_eq!(
                on_grid(beginning, now) - beginning,
                Duration::from_millis(due)
            );
        }
    }

    #[test]
    fn short_times_are_looked_at_more_often() {
        let times = SocketTimes::default();
        assert_eq!(pace(times), times.stall / 3);
        let silence = Duration::from_secs(2);
        assert_eq!(pace(SocketTimes { silence, ..times }), SOON);
    }
}
