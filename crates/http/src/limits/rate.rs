//! One rate: so many at once, and one more each time the interval's share has passed (the generic cell rate algorithm).

use std::hash::Hash;
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use governor::clock::Clock;
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};

use super::clock::Ticks;

/// How many clients are remembered. Past it those that have all their requests back are forgotten; if none has,
/// everybody is: whoever has so many addresses is not slowed down by counting addresses, and must not fill the memory.
const MAX_CLIENTS: usize = 50_000;

type Limiter<K, C> = RateLimiter<K, HashMapStateStore<K>, C, StateInformationMiddleware>;

/// So many requests of one client, told by its address or account, in an interval.
pub(super) struct Rate<K: Hash + Eq + Clone, C: Clock = Ticks> {
    quota: Quota,
    clock: C,
    limiter: Mutex<Limiter<K, C>>,
    max_clients: usize,
}

impl<K: Hash + Eq + Clone> Rate<K> {
    /// `requests` (at least 1) in each `interval`.
    pub(super) fn new(requests: u32, interval: Duration, ticks: &Ticks) -> Self {
        Self::with_clock(requests, interval, ticks.clone(), MAX_CLIENTS)
    }
}

impl<K: Hash + Eq + Clone, C: Clock + Clone> Rate<K, C> {
    fn with_clock(requests: u32, interval: Duration, clock: C, max_clients: usize) -> Self {
        let burst = NonZeroU32::new(requests).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::with_period(interval / burst.get())
            .unwrap_or_else(|| Quota::per_second(burst))
            .allow_burst(burst);
        Self {
            limiter: Mutex::new(limiter(quota, clock.clone())),
            quota,
            clock,
            max_clients,
        }
    }

    /// How many requests may come at once.
    pub(super) fn burst(&self) -> u32 {
        self.quota.burst_size().get()
    }

    /// How long it takes until all of them may come at once again.
    pub(super) fn interval(&self) -> Duration {
        self.quota.burst_size_replenished_in()
    }

    /// Counts a request and says how many more may come at once; if it is one too many, says how long to wait. A refused
    /// request does not count.
    pub(super) fn count(&self, client: &K) -> Result<u32, Duration> {
        self.count_many(client, NonZeroU32::MIN)
    }

    /// Counts what is worth so many requests, all or none of them.
    pub(super) fn count_many(&self, client: &K, worth: NonZeroU32) -> Result<u32, Duration> {
        let mut limiter = self.limiter.lock().unwrap_or_else(PoisonError::into_inner);
        if limiter.len() >= self.max_clients {
            limiter.retain_recent();
        }
        if limiter.len() >= self.max_clients {
            *limiter = self::limiter(self.quota, self.clock.clone());
        }
        match limiter.check_key_n(client, worth) {
            Ok(Ok(state)) => Ok(state.remaining_burst_capacity()),
            Ok(Err(refusal)) => Err(refusal.wait_time_from(self.clock.now())),
            // More than there can ever be at once.
            Err(_) => Err(self.quota.burst_size_replenished_in()),
        }
    }
}

fn limiter<K: Hash + Eq + Clone, C: Clock>(quota: Quota, clock: C) -> Limiter<K, C> {
    RateLimiter::new(quota, HashMapStateStore::default(), clock)
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use governor::clock::FakeRelativeClock;

    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn address(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    #[test]
    fn so_many_at_once_and_then_evenly() {
        let clock = FakeRelativeClock::default();
        let rate = Rate::with_clock(3, 60 * MINUTE, clock.clone(), 9);
        assert_eq!((rate.burst(), rate.interval()), (3, 60 * MINUTE));
        for left in [2, 1, 0] {
            assert_eq!(rate.count(&address(1)), Ok(left));
        }
        assert_eq!(rate.count(&address(1)), Err(20 * MINUTE));
        assert_eq!(rate.count(&address(2)), Ok(2), "others are not concerned");
        clock.advance(19 * MINUTE);
        assert_eq!(rate.count(&address(1)), Err(MINUTE));
        clock.advance(MINUTE);
        assert_eq!(rate.count(&address(1)), Ok(0));
        assert_eq!(rate.count(&address(1)), Err(20 * MINUTE));
    }

    #[test]
    fn what_is_worth_many_counts_as_many_or_not_at_all() {
        let clock = FakeRelativeClock::default();
        let rate = Rate::with_clock(10, 10 * MINUTE, clock.clone(), 9);
        let worth = |count| NonZeroU32::new(count).unwrap();
        assert_eq!(rate.count_many(&"alice", worth(8)), Ok(2));
        assert_eq!(rate.count_many(&"alice", worth(4)), Err(2 * MINUTE));
        assert_eq!(rate.count_many(&"alice", worth(2)), Ok(0));
        assert_eq!(rate.count_many(&"bob", worth(11)), Err(10 * MINUTE));
        assert_eq!(rate.count_many(&"bob", worth(10)), Ok(0));
    }

    #[test]
    fn memory_is_bounded() {
        let clock = FakeRelativeClock::default();
        let rate = Rate::with_clock(1, MINUTE, clock.clone(), 4);
        for last in 0..4 {
            assert_eq!(rate.count(&address(last)), Ok(0));
        }
        clock.advance(MINUTE * 2);
        assert_eq!(
            rate.count(&address(4)),
            Ok(0),
            "those at rest are forgotten"
        );
        assert_eq!(rate.limiter.lock().unwrap().len(), 1);
        for last in 5..8 {
            assert_eq!(rate.count(&address(last)), Ok(0));
        }
        assert!(rate.count(&address(5)).is_ok(), "a full table starts anew");
        assert_eq!(rate.limiter.lock().unwrap().len(), 1);
    }
}
