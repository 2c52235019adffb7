//! What has to be looked at once a second for everybody who stays connected.

use std::sync::LazyLock;
use std::time::Duration;

use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};

/// How soon it is noticed that a session has ended.
pub(super) const CHECK_EVERY: Duration = Duration::from_secs(1);
/// Checks are due at multiples of this after [`BEGINNING`]: a thread with thousands of connections wakes up a few times a
/// second for all of them, and not for each.
const GRID: Duration = Duration::from_millis(50);

/// What the moments of checks are counted from.
static BEGINNING: LazyLock<Instant> = LazyLock::new(Instant::now);

/// Ticks once a second, the first time within a moment.
pub(super) fn checks() -> Interval {
    let mut checks = interval_at(on_grid(*BEGINNING, Instant::now()), CHECK_EVERY);
    // Whoever was late stays with the others.
    checks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    checks
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
}
