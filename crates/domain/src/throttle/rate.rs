//! Rates, by the generic cell rate algorithm (GCRA, ITU-T I.371): one time stamp for each subject.

use std::time::Duration;

use super::Counter;
use crate::Timestamp;

/// What may be asked for only so often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rate {
    /// Logins, from one address: 30 a minute, 10 at once.
    Logins,
    /// New accounts, from one address: 10 an hour.
    Registrations,
    /// Codes by mail and recoveries, from one address: 20 an hour.
    CodeRequests,
    /// Codes of one purpose for one account: 5 an hour.
    CodesOfAccount,
    /// Recoveries of one account: one a minute.
    RecoveriesAMinute,
    /// Recoveries of one account: 5 an hour.
    RecoveriesAnHour,
    /// Recoveries of one account: 10 a day.
    RecoveriesADay,
    /// Codes that prove a mail address, for one account: 5 an hour.
    AddressProofs,
    /// Secure channels, from one address: 360 an hour, 60 at once.
    Channels,
    /// Messages that the server decrypts for one account: 60 a minute.
    Decryptions,
    /// Openings of links, from one address: 30 a minute, 30 at once.
    LinkOpenings,
    /// Openings of one link: 60 a minute, 60 at once.
    OpeningsOfLink,
}

impl Rate {
    pub(super) const fn code(self) -> u8 {
        match self {
            Self::Logins => 64,
            Self::Registrations => 65,
            Self::CodeRequests => 66,
            Self::CodesOfAccount => 67,
            Self::RecoveriesAMinute => 68,
            Self::RecoveriesAnHour => 69,
            Self::RecoveriesADay => 70,
            Self::AddressProofs => 72,
            Self::Channels => 80,
            Self::Decryptions => 81,
            Self::LinkOpenings => 82,
            Self::OpeningsOfLink => 83,
        }
    }

    /// How many at once, and how long until one more.
    #[must_use]
    pub const fn burst_and_interval(self) -> (u32, Duration) {
        const HOUR: u64 = 60 * 60;
        match self {
            Self::Logins => (10, Duration::from_secs(2)),
            Self::Registrations => (10, Duration::from_secs(HOUR / 10)),
            Self::CodeRequests => (20, Duration::from_secs(HOUR / 20)),
            Self::CodesOfAccount | Self::AddressProofs | Self::RecoveriesAnHour => {
                (5, Duration::from_secs(HOUR / 5))
            }
            Self::Channels => (60, Duration::from_secs(10)),
            Self::Decryptions | Self::OpeningsOfLink => (60, Duration::from_secs(1)),
            Self::LinkOpenings => (30, Duration::from_secs(2)),
            Self::RecoveriesAMinute => (1, Duration::from_secs(60)),
            Self::RecoveriesADay => (10, Duration::from_secs(24 * HOUR / 10)),
        }
    }

    /// Counts one, or says how long to wait.
    pub(super) fn count(self, counter: Counter, now: Timestamp) -> Result<Counter, Duration> {
        let (burst, interval) = self.burst_and_interval();
        let full = interval.saturating_mul(burst);
        let until = counter.until.max(now) + interval;
        let ahead = until.since(now);
        if ahead > full {
            return Err(ahead.saturating_sub(full));
        }
        Ok(Counter {
            last: now,
            until,
            forget_at: until,
            ..counter
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_000_000);

    #[test]
    fn a_burst_and_then_one_for_each_interval() {
        let mut counter = Counter::new(NOW);
        for _ in 0..10 {
            counter = Rate::Logins.count(counter, NOW).unwrap();
        }
        assert_eq!(
            Rate::Logins.count(counter, NOW),
            Err(Duration::from_secs(2))
        );
        let later = NOW + Duration::from_secs(2);
        counter = Rate::Logins.count(counter, later).unwrap();
        assert!(Rate::Logins.count(counter, later).is_err());
    }

    #[test]
    fn what_was_forgotten_was_over() {
        let counted = Rate::Registrations.count(Counter::new(NOW), NOW).unwrap();
        assert_eq!(
            Rate::Registrations.count(counted, counted.forget_at),
            Rate::Registrations.count(Counter::new(counted.forget_at), counted.forget_at)
        );
    }
}
