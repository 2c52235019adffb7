use crate::Timestamp;

/// What is counted about one subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counter {
    /// How many guesses since the last pause of [`super::Guess::WINDOW`].
    pub recent: u32,
    /// How many guesses since the last right one.
    pub consecutive: u32,
    /// When the last one was counted.
    pub last: Timestamp,
    /// Guesses: when the next one may be made. Rates: the theoretical arrival time.
    pub until: Timestamp,
    /// From when on the counter says nothing any more.
    pub forget_at: Timestamp,
}

impl Counter {
    /// Nothing counted yet.
    #[must_use]
    pub const fn new(now: Timestamp) -> Self {
        Self {
            recent: 0,
            consecutive: 0,
            last: now,
            until: now,
            forget_at: now,
        }
    }
}
