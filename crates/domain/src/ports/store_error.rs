use std::time::Duration;

use thiserror::Error;

use crate::{DomainError, ErrorKind};

/// A uniqueness rule of the store that an insert can break.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Constraint {
    /// Another account has this username (folded).
    Username,
    /// Another account has this mail address (folded).
    Email,
    /// A row with this id is there already.
    Id,
}

/// Why the store could not do what it was asked.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The thing clashes with one that is there.
    #[error("already there: {0:?}")]
    Conflict(Constraint),
    /// The database cannot be reached, is shutting down, or did not answer in time.
    #[error("the store is not available")]
    Unavailable(#[source] Option<Box<dyn std::error::Error + Send + Sync>>),
    /// All connections are busy and the waiting room is full.
    #[error("the store is overloaded")]
    Overloaded {
        /// When to try again.
        retry_after: Duration,
    },
    /// The disk or the database's quota is full.
    #[error("the store is full")]
    Full,
    /// Too many mails wait to be sent: what would send another is not done.
    #[error("too many mails wait to be sent")]
    OutboxFull,
    /// A row does not decode: damaged, or written by another version.
    #[error("row of {table} does not decode at {column}")]
    Corrupt {
        /// Table.
        table: &'static str,
        /// Column.
        column: &'static str,
    },
    /// An earlier failure already ended this unit of work.
    #[error("the unit of work has already failed")]
    Ended,
    /// Anything else the database said.
    #[error("the store failed")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl StoreError {
    /// The same once more, for another who was waiting for the same. What the database said stays with the first.
    #[must_use]
    pub fn duplicate(&self) -> Self {
        match self {
            Self::Conflict(constraint) => Self::Conflict(*constraint),
            Self::Unavailable(_) => Self::Unavailable(None),
            Self::Overloaded { retry_after } => Self::Overloaded {
                retry_after: *retry_after,
            },
            Self::Full => Self::Full,
            Self::OutboxFull => Self::OutboxFull,
            Self::Corrupt { table, column } => Self::Corrupt { table, column },
            Self::Ended => Self::Ended,
            Self::Internal(said) => Self::Internal(said.to_string().into()),
        }
    }
}

impl DomainError for StoreError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Conflict(_) => ErrorKind::Conflict,
            Self::Unavailable(_) | Self::Overloaded { .. } | Self::OutboxFull => {
                ErrorKind::Unavailable
            }
            Self::Full => ErrorKind::StorageFull,
            Self::Corrupt { .. } | Self::Ended | Self::Internal(_) => ErrorKind::Internal,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Conflict(_) => "conflict",
            Self::Unavailable(_) => "store-unavailable",
            Self::Overloaded { .. } => "overloaded",
            Self::Full => "storage-full",
            Self::OutboxFull => "outbox-full",
            Self::Corrupt { .. } | Self::Ended | Self::Internal(_) => "internal-error",
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Overloaded { retry_after } => Some(*retry_after),
            Self::Unavailable(_) => Some(Duration::from_secs(2)),
            Self::OutboxFull => Some(Duration::from_secs(60)),
            _ => None,
        }
    }
}
