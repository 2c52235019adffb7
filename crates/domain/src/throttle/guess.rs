//! Guesses: five at once, then ever longer waiting, and an end after a hundred wrong ones in a row.

use std::time::Duration;

use super::Counter;
use crate::Timestamp;

/// What can be guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Guess {
    /// A password.
    Password,
    /// A second factor, after the right password.
    SecondFactor,
}

impl Guess {
    /// After a pause of this length the waiting begins anew.
    pub const WINDOW: Duration = Duration::from_secs(15 * 60);
    /// How many guesses are free of waiting.
    pub const FREE: u32 = 5;
    /// After so many wrong guesses in a row nothing more is checked (NIST SP 800-63B, section 3.2.2).
    pub const MOST_IN_A_ROW: u32 = 100;
    const FIRST_DELAY: Duration = Duration::from_secs(1);
    const LONGEST_DELAY: Duration = Duration::from_secs(5 * 60);
    /// What a client is told to wait when waiting alone does not help.
    const AT_THE_END: Duration = Duration::from_secs(60 * 60);
    /// How long a count stays without a further guess.
    const MEMORY: Duration = Duration::from_secs(7 * 24 * 60 * 60);

    pub(super) const fn code(self) -> u8 {
        match self {
            Self::Password => 1,
            Self::SecondFactor => 2,
        }
    }

    /// Counts one guess that is about to be checked, or says how long to wait.
    pub(super) fn count(counter: Counter, now: Timestamp) -> Result<Counter, Duration> {
        if counter.consecutive >= Self::MOST_IN_A_ROW {
            return Err(Self::AT_THE_END);
        }
        let recent = if now.since(counter.last) > Self::WINDOW {
            0
        } else {
            counter.recent
        };
        if recent >= Self::FREE && now < counter.until {
            return Err(counter.until.since(now));
        }
        let recent = recent.saturating_add(1);
        Ok(Counter {
            recent,
            consecutive: counter.consecutive.saturating_add(1),
            last: now,
            until: now + Self::delay(recent),
            forget_at: now + Self::MEMORY,
        })
    }

    /// How long to wait after the guess with this number.
    fn delay(recent: u32) -> Duration {
        match recent.checked_sub(Self::FREE) {
            None => Duration::ZERO,
            Some(past) => Self::FIRST_DELAY
                .saturating_mul(2_u32.saturating_pow(past))
                .min(Self::LONGEST_DELAY),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_000_000);

    fn after(guesses: u32) -> Counter {
        (0..guesses).fold(Counter::new(NOW), |counter, _| {
            let at = counter.until.max(NOW);
            Guess::count(counter, at).unwrap()
        })
    }

    #[test]
    fn a_hundred_guesses_at_once_spend_five_tries() {
        let mut counter = Counter::new(NOW);
        let mut spent = 0;
        for _ in 0..100 {
            match Guess::count(counter, NOW) {
                Ok(counted) => (counter, spent) = (counted, spent + 1),
                Err(wait) => assert_eq!(wait, Duration::from_secs(1)),
            }
        }
        assert_eq!(spent, 5);
    }

    #[test]
    fn the_waiting_doubles_up_to_five_minutes() {
        for (guesses, seconds) in [
            (4, 0),
            (5, 1),
            (6, 2),
            (7, 4),
            (13, 256),
            (14, 300),
            (90, 300),
        ] {
            let counter = after(guesses);
            let wait = counter.until.since(counter.last);
            assert_eq!(wait, Duration::from_secs(seconds), "{guesses}");
        }
    }

    #[test]
    fn a_pause_ends_the_waiting_and_not_the_row() {
        let counter = after(9);
        let later = counter.last + Guess::WINDOW + Duration::from_secs(1);
        let counted = Guess::count(counter, later).unwrap();
        assert_eq!((counted.recent, counted.consecutive), (1, 10));
    }

    #[test]
    fn a_hundred_in_a_row_are_the_end() {
        let counter = after(100);
        let much_later = counter.last + Duration::from_secs(24 * 60 * 60);
        assert_eq!(Guess::count(counter, much_later), Err(Guess::AT_THE_END));
    }
}
