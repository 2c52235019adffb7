//! The machine's clock.

use std::time::{SystemTime, UNIX_EPOCH};

use sealpost_domain::Timestamp;
use sealpost_domain::ports::Clock;

/// The operating system's wall clock, UTC.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the adapter behind the Clock port"
    )]
    fn now(&self) -> Timestamp {
        timestamp(SystemTime::now())
    }
}

fn timestamp(time: SystemTime) -> Timestamp {
    let epoch = Timestamp::from_micros(0);
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => epoch + since,
        Err(before) => epoch - before.duration(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn tells_both_sides_of_the_epoch() {
        let step = Duration::from_micros(1_500_000);
        assert_eq!(timestamp(UNIX_EPOCH + step).as_micros(), 1_500_000);
        assert_eq!(timestamp(UNIX_EPOCH - step).as_micros(), -1_500_000);
    }

    #[test]
    fn shows_this_century() {
        let year = SystemClock.now().to_utc().unwrap().year();
        assert!((2026..2100).contains(&year), "{year}");
    }
}
