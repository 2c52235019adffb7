use std::fmt;

/// What the dialect `social` knows a conversation by: counted from 1 over the whole deployment, never used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ChatNumber(u64);

impl ChatNumber {
    /// The number of a stored row, or one that somebody asks for: whether it is anybody's is not judged here.
    #[must_use]
    pub const fn restore(number: u64) -> Self {
        Self(number)
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl fmt::Display for ChatNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
