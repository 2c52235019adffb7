use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use governor::clock::{Clock as _, MonotonicClock};
use governor::nanos::Nanos;
use sealpost_domain::ports::Clock;

/// What rates are counted by: time that nobody can set, unless a test brings a clock of its own.
#[derive(Clone, Default)]
pub struct RateClock(Option<Arc<dyn Clock>>);

impl RateClock {
    /// Follows this clock.
    #[must_use]
    pub fn following(clock: Arc<dyn Clock>) -> Self {
        Self(Some(clock))
    }

    pub(super) fn start(&self) -> Ticks {
        match &self.0 {
            Some(clock) => Ticks::Following(Arc::clone(clock)),
            None => Ticks::Monotonic(MonotonicClock.now()),
        }
    }
}

impl fmt::Debug for RateClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.0.as_ref().map_or("monotonic", |_| "following");
        f.debug_tuple("RateClock").field(&name).finish()
    }
}

/// A clock that runs.
#[derive(Clone)]
pub(super) enum Ticks {
    /// Since this moment.
    Monotonic(<MonotonicClock as governor::clock::Clock>::Instant),
    /// By somebody else's clock.
    Following(Arc<dyn Clock>),
}

impl governor::clock::Clock for Ticks {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        let since = match self {
            Self::Monotonic(start) => MonotonicClock.now().saturating_duration_since(*start),
            Self::Following(clock) => Duration::from_millis(clock.now().as_millis()),
        };
        Nanos::from(since)
    }
}
