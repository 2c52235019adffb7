//! One rate: so many at once, and one more each time the interval's share has passed (the generic cell rate algorithm).

use std::mem::take;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use governor::clock::{Clock, Reference as _};
use governor::middleware::StateInformationMiddleware;
use governor::nanos::Nanos;
use governor::{Quota, RateLimiter};
use sealpost_domain::throttle::{MemoryRate, Spending, Subject};
use tokio::sync::Notify;

use super::clock::Ticks;
use super::ledger::{Ledger, Untold};

type Limiter<C> = RateLimiter<Subject, Ledger, C, StateInformationMiddleware>;

/// So many wait to be told at most; what is beyond is not told.
const MAX_DUE: usize = 50_000;

/// So many requests of one client, told by its address or account, in an interval.
pub(super) struct Rate<C: Clock<Instant = Nanos> = Ticks> {
    quota: Quota,
    clock: C,
    /// When it began to count.
    start: Nanos,
    limiter: Limiter<C>,
    ledger: Ledger,
    others: Option<Others>,
}

/// What other instances are to be told.
struct Others {
    /// How the rate is called there.
    name: MemoryRate,
    /// Who has spent so much that they should know.
    due: Mutex<Vec<Subject>>,
    /// Told when somebody has.
    bell: Arc<Notify>,
}

/// Something that other instances are told, and how to go on from there.
pub(super) struct Told {
    pub(super) spending: Spending,
    untold: Untold,
}

impl Rate {
    /// `requests` (at least 1) in each `interval`.
    pub(super) fn new(requests: u32, interval: Duration, ticks: &Ticks) -> Self {
        Self::with_clock(requests, interval, ticks.clone(), Ledger::default())
    }
}

impl<C: Clock<Instant = Nanos> + Clone> Rate<C> {
    fn with_clock(requests: u32, interval: Duration, clock: C, ledger: Ledger) -> Self {
        let burst = NonZeroU32::new(requests).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::with_period(interval / burst.get())
            .unwrap_or_else(|| Quota::per_second(burst))
            .allow_burst(burst);
        Self {
            limiter: RateLimiter::new(quota, ledger.clone(), clock.clone()),
            start: clock.now(),
            quota,
            clock,
            ledger,
            others: None,
        }
    }

    /// Tells other instances, by this name. `bell` rings when somebody has spent so much that they should know.
    pub(super) fn told_as(mut self, name: MemoryRate, bell: &Arc<Notify>) -> Self {
        self.others = Some(Others {
            name,
            due: Mutex::default(),
            bell: Arc::clone(bell),
        });
        self
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
    pub(super) fn count(&self, client: &Subject) -> Result<u32, Duration> {
        self.count_many(client, NonZeroU32::MIN)
    }

    /// Counts what is worth so many requests, all or none of them.
    pub(super) fn count_many(&self, client: &Subject, worth: NonZeroU32) -> Result<u32, Duration> {
        self.ledger.make_room(self.now());
        match self.limiter.check_key_n(client, worth) {
            Ok(Ok(state)) => {
                self.note(client, worth.get());
                Ok(state.remaining_burst_capacity())
            }
            Ok(Err(refusal)) => Err(refusal.wait_time_from(self.clock.now())),
            // More than there can ever be at once.
            Err(_) => Err(self.quota.burst_size_replenished_in()),
        }
    }

    fn note(&self, client: &Subject, worth: u32) {
        let Some(others) = &self.others else {
            return;
        };
        let untold = self.ledger.note(client, worth, self.share(), self.now());
        let most = self.most_untold();
        // Once: when it becomes too much.
        if untold >= most && untold.saturating_sub(worth) < most {
            others.add(client.clone());
        }
    }

    /// What the other instances are to know: at most `limit` of it.
    pub(super) fn take_due(&self, limit: usize) -> Vec<Told> {
        let Some(others) = &self.others else {
            return Vec::new();
        };
        let now = self.now();
        let told = others.take(limit).into_iter().map(|subject| {
            let untold = self.ledger.take_untold(&subject);
            let spending = Spending {
                rate: others.name,
                subject,
                age: now.duration_since(untold.since).into(),
                worth: (self.share() * u64::from(untold.count)).into(),
                ahead: untold.until.duration_since(now).into(),
            };
            Told { spending, untold }
        });
        told.filter(|told| told.untold.count > 0).collect()
    }

    /// The others know it. All together are so far `ahead`.
    pub(super) fn settle(&self, told: &Told, ahead: Duration) {
        let until = self.now() + ahead;
        self.ledger
            .raise(&told.spending.subject, until, self.share());
    }

    /// The others could not be told: it stays due.
    pub(super) fn put_back(&self, told: Told) {
        self.ledger.put_back(&told.spending.subject, told.untold);
        if let Some(others) = &self.others {
            others.add(told.spending.subject);
        }
    }

    /// How much of a client may be unknown to other instances: a quarter of what may come at once, or what may come in a
    /// second if that is more.
    fn most_untold(&self) -> u32 {
        let a_second = Nanos::from(Duration::from_secs(1)) / self.share();
        let a_second = u32::try_from(a_second).unwrap_or(u32::MAX);
        (self.burst() / 4).max(a_second).clamp(1, self.burst())
    }

    /// How long until there is one more.
    fn share(&self) -> Nanos {
        self.quota.replenish_interval().into()
    }

    fn now(&self) -> Nanos {
        self.clock.now().duration_since(self.start)
    }
}

impl Others {
    fn add(&self, client: Subject) {
        let mut due = self.due.lock().unwrap_or_else(PoisonError::into_inner);
        if due.len() < MAX_DUE {
            due.push(client);
        }
        self.bell.notify_one();
    }

    fn take(&self, limit: usize) -> Vec<Subject> {
        let mut due = self.due.lock().unwrap_or_else(PoisonError::into_inner);
        let mut taken = take(&mut *due);
        if taken.len() > limit {
            *due = taken.split_off(limit);
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use governor::clock::FakeRelativeClock;

    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn address(last: u8) -> Subject {
        Subject::Address(IpAddr::from([192, 0, 2, last]))
    }

    #[test]
    fn so_many_at_once_and_then_evenly() {
        let clock = FakeRelativeClock::default();
        let rate = Rate::with_clock(3, 60 * MINUTE, clock.clone(), Ledger::of(9));
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
        let rate = Rate::with_clock(10, 10 * MINUTE, clock.clone(), Ledger::of(9));
        let worth = |count| NonZeroU32::new(count).unwrap();
        let (alice, bob) = (address(1), address(2));
        assert_eq!(rate.count_many(&alice, worth(8)), Ok(2));
        assert_eq!(rate.count_many(&alice, worth(4)), Err(2 * MINUTE));
        assert_eq!(rate.count_many(&alice, worth(2)), Ok(0));
        assert_eq!(rate.count_many(&bob, worth(11)), Err(10 * MINUTE));
        assert_eq!(rate.count_many(&bob, worth(10)), Ok(0));
    }

    #[test]
    fn memory_is_bounded() {
        let clock = FakeRelativeClock::default();
        let rate = Rate::with_clock(1, MINUTE, clock.clone(), Ledger::of(4));
        for last in 0..4 {
            assert_eq!(rate.count(&address(last)), Ok(0));
        }
        clock.advance(MINUTE * 2);
        assert_eq!(
            rate.count(&address(4)),
            Ok(0),
            "those at rest are forgotten"
        );
        assert_eq!(rate.ledger.len(), 1);
        for last in 5..8 {
            assert_eq!(rate.count(&address(last)), Ok(0));
        }
        assert!(rate.count(&address(5)).is_ok(), "a full table starts anew");
        assert_eq!(rate.ledger.len(), 1);
    }

    type Shared = Rate<FakeRelativeClock>;

    /// Three hundred a minute, as messages are counted, at an instance that tells others.
    fn shared(clock: &FakeRelativeClock) -> Shared {
        Rate::with_clock(300, MINUTE, clock.clone(), Ledger::of(9))
            .told_as(MemoryRate(1), &Arc::default())
    }

    /// What the store would answer if nobody else had spent anything since.
    fn exchange(instances: &[&Shared], together: &mut Duration) {
        for rate in instances {
            for told in rate.take_due(9) {
                *together += told.spending.worth;
                rate.settle(&told, *together);
            }
        }
    }

    #[test]
    fn who_spreads_over_instances_gets_a_quarter_more_at_each_and_no_second_burst() {
        let clock = FakeRelativeClock::default();
        let instances = [shared(&clock), shared(&clock), shared(&clock)];
        let all: Vec<&Shared> = instances.iter().collect();
        let (mut together, mut passed) = (Duration::ZERO, 0);
        for _ in 0..400 {
            for rate in &instances {
                passed += u32::from(rate.count(&address(1)).is_ok());
                exchange(&all, &mut together);
            }
        }
        assert!((300..=300 + 3 * 75).contains(&passed), "{passed}");
        let wait = instances[0].count(&address(1)).unwrap_err();
        assert!(wait >= Duration::from_millis(200), "{wait:?}");
    }

    #[test]
    fn who_spends_little_costs_the_others_nothing() {
        let clock = FakeRelativeClock::default();
        let rate = shared(&clock);
        for _ in 0..74 {
            rate.count(&address(1)).unwrap();
        }
        assert!(rate.take_due(9).is_empty());
        rate.count(&address(1)).unwrap();
        let told = rate.take_due(9);
        assert_eq!(told[0].spending.worth, Duration::from_secs(15));
        assert_eq!(told[0].spending.ahead, Duration::from_secs(15));
        assert!(rate.take_due(9).is_empty(), "told once");
    }

    #[test]
    fn what_the_store_did_not_take_is_told_later() {
        let clock = FakeRelativeClock::default();
        let rate = shared(&clock);
        for _ in 0..75 {
            rate.count(&address(1)).unwrap();
        }
        for told in rate.take_due(9) {
            rate.count(&address(1)).unwrap();
            rate.put_back(told);
        }
        clock.advance(Duration::from_secs(1));
        let told = &rate.take_due(9)[0].spending;
        assert_eq!(told.worth, Duration::from_millis(76 * 200));
        assert_eq!(told.age, Duration::from_secs(1));
    }

    #[test]
    fn small_rates_are_told_at_once_and_fast_ones_once_a_second() {
        let clock = FakeRelativeClock::default();
        let most = |requests, interval| {
            Rate::with_clock(requests, interval, clock.clone(), Ledger::of(9)).most_untold()
        };
        assert_eq!(most(3, 60 * MINUTE), 1);
        assert_eq!(most(5, Duration::from_secs(1)), 5);
        assert_eq!(most(1_000, 60 * MINUTE), 250);
    }
}
