//! The one text of every query. Compiled once for each backend; `Conn` is that backend's connection.
//!
//! Nothing here may depend on the engine. Where the engines really differ, the query lives in the backend's own file.

mod accounts;
mod installation;
mod sessions;

use sealpost_domain::ports::{
    AccountRepository, InstallationRepository, SessionRepository, StoreError, Tx, Unit, Verdict,
};

use super::Conn;
use crate::failure::{Failure, QueryError};

/// A unit of work in progress on one connection, inside a transaction that the backend opened.
struct UnitTx<'c> {
    conn: &'c mut Conn,
    failure: Option<Failure>,
}

/// What is to become of a unit whose closure has returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ran {
    /// Keep it.
    Commit,
    /// The rule refused: keep nothing.
    RollBack,
    /// A repository failed: keep nothing.
    Failed(Failure),
}

/// Runs the closure once.
pub(crate) fn run_unit(conn: &mut Conn, unit: &mut Unit) -> Ran {
    let mut tx = UnitTx {
        conn,
        failure: None,
    };
    let verdict = unit(&mut tx);
    match (tx.failure, verdict) {
        // Whatever the closure made of it: after a failure nothing is kept.
        (Some(failure), _) => Ran::Failed(failure),
        (None, Verdict::Commit) => Ran::Commit,
        (None, Verdict::RollBack) => Ran::RollBack,
    }
}

impl UnitTx<'_> {
    /// Runs one query, unless the unit has ended; its failure ends the unit.
    fn run<T>(
        &mut self,
        query: impl FnOnce(&mut Conn) -> Result<T, QueryError>,
    ) -> Result<T, StoreError> {
        if self.failure.is_some() {
            return Err(StoreError::Ended);
        }
        query(self.conn).map_err(|error| {
            self.failure = Some(error.failure());
            error.into_store_error()
        })
    }
}

impl Tx for UnitTx<'_> {
    fn accounts(&mut self) -> &mut dyn AccountRepository {
        self
    }

    fn sessions(&mut self) -> &mut dyn SessionRepository {
        self
    }

    fn installation(&mut self) -> &mut dyn InstallationRepository {
        self
    }
}
