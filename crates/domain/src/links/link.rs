use std::time::Duration;

use thiserror::Error;

use crate::{DomainError, ErrorKind, Timestamp};

define_id! {
    /// Names a link. It opens nothing.
    LinkId
}

/// A link as the file's owner sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// Its id.
    pub id: LinkId,
    /// How often it was opened.
    pub downloads: u64,
    /// How often it can be, if that is bounded.
    pub max_downloads: Option<MaxDownloads>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when it can be opened.
    pub expires_at: Timestamp,
}

/// How long a link can be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinkLifetime(Duration);

/// No link lives so long, or so short.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a link is good for 60 to 2592000 seconds (30 days)")]
pub struct LinkLifetimeError;

impl LinkLifetime {
    const SHORTEST: u64 = 60;
    const LONGEST: u64 = 30 * 24 * 60 * 60;

    /// Takes a number of seconds.
    ///
    /// # Errors
    /// [`LinkLifetimeError`].
    pub fn parse(seconds: u64) -> Result<Self, LinkLifetimeError> {
        if (Self::SHORTEST..=Self::LONGEST).contains(&seconds) {
            Ok(Self(Duration::from_secs(seconds)))
        } else {
            Err(LinkLifetimeError)
        }
    }

    /// When a link that is made at `now` is over.
    #[must_use]
    pub fn after(self, now: Timestamp) -> Timestamp {
        now + self.0
    }
}

/// How often a link can be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MaxDownloads(u64);

/// No link can be opened so often, or so seldom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a link is opened 1 to 10000 times; leave it out if it does not matter")]
pub struct MaxDownloadsError;

impl MaxDownloads {
    /// Takes a number.
    ///
    /// # Errors
    /// [`MaxDownloadsError`].
    pub fn parse(times: u64) -> Result<Self, MaxDownloadsError> {
        if (1..=10_000).contains(&times) {
            Ok(Self(times))
        } else {
            Err(MaxDownloadsError)
        }
    }

    /// The value of a stored row, which is not judged again.
    #[must_use]
    pub const fn restore(times: u64) -> Self {
        Self(times)
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl DomainError for LinkLifetimeError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Invalid
    }

    fn code(&self) -> &'static str {
        "invalid-link-lifetime"
    }
}

impl DomainError for MaxDownloadsError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Invalid
    }

    fn code(&self) -> &'static str {
        "invalid-max-downloads"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lifetimes_and_downloads_are_bounded() {
        for (seconds, good) in [
            (0, false),
            (59, false),
            (60, true),
            (2_592_000, true),
            (2_592_001, false),
            (u64::MAX, false),
        ] {
            assert_eq!(LinkLifetime::parse(seconds).is_ok(), good, "{seconds}");
        }
        for (times, good) in [(0, false), (1, true), (10_000, true), (10_001, false)] {
            assert_eq!(MaxDownloads::parse(times).is_ok(), good, "{times}");
        }
    }
}
