//! One rate: so many at once, and one more each time the interval's share has passed (the generic cell rate algorithm).

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use governor::clock::{Clock, MonotonicClock};
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};

/// How many addresses are remembered. Past it those that have all their requests back are forgotten; if none has,
/// everybody is: whoever has so many addresses is not slowed down by counting addresses, and must not fill the memory.
const MAX_ADDRESSES: usize = 50_000;

type Limiter<C> =
    RateLimiter<IpAddr, HashMapStateStore<IpAddr>, C, NoOpMiddleware<<C as Clock>::Instant>>;

/// So many requests of one address in an interval.
pub(super) struct Rate<C: Clock = MonotonicClock> {
    quota: Quota,
    clock: C,
    limiter: Mutex<Limiter<C>>,
    max_addresses: usize,
}

impl Rate {
    /// `requests` (at least 1) in each `interval`.
    pub(super) fn new(requests: u32, interval: Duration) -> Self {
        Self::with_clock(requests, interval, MonotonicClock, MAX_ADDRESSES)
    }
}

impl<C: Clock + Clone> Rate<C> {
    fn with_clock(requests: u32, interval: Duration, clock: C, max_addresses: usize) -> Self {
        let burst = NonZeroU32::new(requests).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::with_period(interval / burst.get())
            .unwrap_or_else(|| Quota::per_second(burst))
            .allow_burst(burst);
        Self {
            limiter: Mutex::new(limiter(quota, clock.clone())),
            quota,
            clock,
            max_addresses,
        }
    }

    /// Counts a request; if it is one too many, says how long to wait. A refused request does not count.
    pub(super) fn count(&self, address: IpAddr) -> Result<(), Duration> {
        let mut limiter = self.limiter.lock().unwrap_or_else(PoisonError::into_inner);
        if limiter.len() >= self.max_addresses {
            limiter.retain_recent();
        }
        if limiter.len() >= self.max_addresses {
            *limiter = self::limiter(self.quota, self.clock.clone());
        }
        limiter
            .check_key(&address)
            .map_err(|refusal| refusal.wait_time_from(self.clock.now()))
    }
}

fn limiter<C: Clock>(quota: Quota, clock: C) -> Limiter<C> {
    RateLimiter::new(quota, HashMapStateStore::default(), clock)
}

#[cfg(test)]
mod tests {
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
        for _ in 0..3 {
            assert_eq!(rate.count(address(1)), Ok(()));
        }
        assert_eq!(rate.count(address(1)), Err(20 * MINUTE));
        assert_eq!(rate.count(address(2)), Ok(()), "others are not concerned");
        clock.advance(19 * MINUTE);
        assert_eq!(rate.count(address(1)), Err(MINUTE));
        clock.advance(MINUTE);
        assert_eq!(rate.count(address(1)), Ok(()));
        assert_eq!(rate.count(address(1)), Err(20 * MINUTE));
    }

    #[test]
    fn memory_is_bounded() {
        let clock = FakeRelativeClock::default();
        let rate = Rate::with_clock(1, MINUTE, clock.clone(), 4);
        for last in 0..4 {
            assert_eq!(rate.count(address(last)), Ok(()));
        }
        clock.advance(MINUTE * 2);
        assert_eq!(
            rate.count(address(4)),
            Ok(()),
            "those at rest are forgotten"
        );
        assert_eq!(rate.limiter.lock().unwrap().len(), 1);
        for last in 5..8 {
            assert_eq!(rate.count(address(last)), Ok(()));
        }
        assert!(rate.count(address(5)).is_ok(), "a full table starts anew");
        assert_eq!(rate.limiter.lock().unwrap().len(), 1);
    }
}
