//! What a database's error means for the unit of work.

use diesel::result::{DatabaseErrorKind, Error as DieselError};
use sealpost_domain::Timestamp;
use sealpost_domain::ports::{Store, StoreError, StoreExt};

/// Why a query failed: the engine, or the row it gave.
#[derive(Debug)]
pub(crate) enum QueryError {
    Engine(DieselError),
    Store(StoreError),
    /// Another unit did the same at the same time; a second run finds what it did.
    Raced,
}

impl From<DieselError> for QueryError {
    fn from(error: DieselError) -> Self {
        Self::Engine(error)
    }
}

impl From<StoreError> for QueryError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// What the adapter does about it once the closure has returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    /// Others were in the way: the same unit may succeed if it runs again.
    Contention,
    /// It ran into a constraint that no query of ours expects to meet: where units run beside each other, another one
    /// did the same at the same time or deleted what this one refers to, and a second run finds that.
    Collision,
    /// There is no connection any more.
    Lost,
    /// It would fail again.
    Final,
}

impl QueryError {
    pub(crate) fn failure(&self) -> Failure {
        match self {
            Self::Engine(error) if is_contention(error) => Failure::Contention,
            Self::Engine(DieselError::DatabaseError(
                DatabaseErrorKind::UniqueViolation | DatabaseErrorKind::ForeignKeyViolation,
                _,
            )) => Failure::Collision,
            Self::Raced => Failure::Contention,
            Self::Engine(error) if is_lost(error) => Failure::Lost,
            _ => Failure::Final,
        }
    }

    pub(crate) fn into_store_error(self) -> StoreError {
        match self {
            Self::Store(error) => error,
            Self::Engine(error) => store_error(error),
            Self::Raced => StoreError::Unavailable(None),
        }
    }
}

/// Serialization failures and deadlocks (PostgreSQL), and a lock held by another process (SQLite).
pub(crate) fn is_contention(error: &DieselError) -> bool {
    match error {
        DieselError::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => true,
        // diesel gives these no kind of their own and does not show the SQLSTATE (40P01); the texts are the engines' primary
        // messages in English, which the connection asks for.
        DieselError::DatabaseError(DatabaseErrorKind::Unknown, info) => {
            let text = info.message();
            text.contains("deadlock detected") || text.contains("database is locked")
        }
        _ => false,
    }
}

/// The connection has ended, or leads nowhere (PostgreSQL).
pub(crate) fn is_lost(error: &DieselError) -> bool {
    const LOST: [&str; 5] = [
        "terminating connection",
        "server closed the connection",
        "no connection to the server",
        "could not receive data from server",
        "could not send data to server",
    ];
    match error {
        DieselError::BrokenTransactionManager
        | DieselError::DatabaseError(
            DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand,
            _,
        ) => true,
        DieselError::DatabaseError(_, info) => {
            LOST.iter().any(|text| info.message().contains(text))
        }
        _ => false,
    }
}

/// The domain's word for a diesel error.
pub(crate) fn store_error(error: DieselError) -> StoreError {
    match &error {
        lost if is_lost(lost) => StoreError::Unavailable(Some(error.into())),
        DieselError::DatabaseError(_, info) => match classify(info.message()) {
            Class::Full => StoreError::Full,
            Class::Unavailable => StoreError::Unavailable(Some(error.into())),
            Class::Other => StoreError::Internal(error.into()),
        },
        _ => StoreError::Internal(error.into()),
    }
}

enum Class {
    Full,
    Unavailable,
    Other,
}

/// Sorts the errors that neither engine's diesel driver tells apart by kind.
fn classify(message: &str) -> Class {
    const FULL: [&str; 3] = [
        "database or disk is full",
        "could not extend file",
        "No space left on device",
    ];
    const UNAVAILABLE: [&str; 8] = [
        "database is locked",
        "disk I/O error",
        "unable to open database file",
        "attempt to write a readonly database",
        "deadlock detected",
        "canceling statement due to",
        "the database system is",
        "connection to server",
    ];
    if FULL.iter().any(|text| message.contains(text)) {
        Class::Full
    } else if UNAVAILABLE.iter().any(|text| message.contains(text)) {
        Class::Unavailable
    } else {
        Class::Other
    }
}

/// Runs `work` and turns a panic into an error. In a transaction that the panic has left open, diesel notices it, and the
/// pool then drops the connection.
pub(crate) fn contained<R>(work: impl FnOnce() -> R) -> Result<R, StoreError> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(work))
        .map_err(|payload| panicked(&*payload))
}

/// The text of a caught panic.
pub(crate) fn panicked(payload: &(dyn std::any::Any + Send)) -> StoreError {
    let text = payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no text".to_owned());
    StoreError::Internal(format!("a unit of work panicked: {text}").into())
}

/// Whether the store could take a write now: writes a row and takes it back.
pub(crate) async fn probe(store: &dyn Store) -> Result<(), StoreError> {
    /// Not a failure: the way to make the unit roll back.
    enum Probe {
        Worked,
        Failed(StoreError),
    }
    impl From<StoreError> for Probe {
        fn from(error: StoreError) -> Self {
            Self::Failed(error)
        }
    }
    let written = store.write(|tx| -> Result<(), Probe> {
        tx.installation()
            .find_or_insert("probe", &[], Timestamp::from_micros(0))?;
        Err(Probe::Worked)
    });
    match written.await {
        Ok(()) | Err(Probe::Worked) => Ok(()),
        Err(Probe::Failed(error)) => Err(error),
    }
}
