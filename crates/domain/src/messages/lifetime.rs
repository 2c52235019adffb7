use std::time::Duration;

use thiserror::Error;

use crate::Timestamp;

/// How long a message stays, in whole seconds from the moment the server takes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lifetime(u32);

/// The number is no lifetime.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a message stays for 5 to 31536000 seconds (a year), or for ever")]
pub struct InvalidLifetime;

impl Lifetime {
    /// The shortest, in seconds.
    pub const MIN: u32 = 5;
    /// The longest, in seconds: a year of 365 days.
    pub const MAX: u32 = 365 * 24 * 60 * 60;

    /// Takes what a client sent, in seconds.
    ///
    /// # Errors
    /// [`InvalidLifetime`].
    pub fn parse(seconds: u64) -> Result<Self, InvalidLifetime> {
        u32::try_from(seconds)
            .ok()
            .filter(|seconds| (Self::MIN..=Self::MAX).contains(seconds))
            .map(Self)
            .ok_or(InvalidLifetime)
    }

    /// The seconds.
    #[must_use]
    pub const fn as_seconds(self) -> u32 {
        self.0
    }

    /// When what was taken at `moment` is over.
    #[must_use]
    pub fn after(self, moment: Timestamp) -> Timestamp {
        moment + Duration::from_secs(u64::from(self.0))
    }

    /// The shorter of two, where None is for ever.
    #[must_use]
    pub fn shorter(one: Option<Self>, other: Option<Self>) -> Option<Self> {
        match (one, other) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn between_five_seconds_and_a_year() {
        for seconds in [5, 60, 31_536_000] {
            let lifetime = Lifetime::parse(seconds).unwrap();
            assert_eq!(u64::from(lifetime.as_seconds()), seconds);
        }
        for seconds in [0, 4, 31_536_001, u64::MAX] {
            assert_eq!(Lifetime::parse(seconds), Err(InvalidLifetime), "{seconds}");
        }
    }

    #[test]
    fn the_shorter_one_counts_and_for_ever_is_the_longest() {
        let (short, long) = (Lifetime::parse(5).ok(), Lifetime::parse(9).ok());
        assert_eq!(Lifetime::shorter(long, short), short);
        assert_eq!(Lifetime::shorter(None, long), long);
        assert_eq!(Lifetime::shorter(long, None), long);
        assert_eq!(Lifetime::shorter(None, None), None);
    }

    #[test]
    fn it_is_over_so_many_seconds_later() {
        let end = Lifetime::parse(60)
            .unwrap()
            .after(Timestamp::from_seconds(1));
        assert_eq!(end, Timestamp::from_seconds(61));
    }
}
