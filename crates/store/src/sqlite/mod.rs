//! SQLite: one writer thread that commits in groups, a pool of connections that only read.

mod backend;
pub(crate) mod bulk;
mod checkpoint;
mod connection;
mod copy;
pub(crate) mod expressions;
mod known;
pub(crate) mod locks;
mod migrate;
mod open;
mod recent;
mod writer;

use std::sync::Arc;

use async_trait::async_trait;
use diesel::SqliteConnection;
use diesel::connection::SimpleConnection;
use sealpost_domain::ports::{Sending, Store, StoreError, Unit};

use crate::failure::{contained, store_error};
use crate::pool::Pool;
use crate::statements::one_statement;
use backend::queries::{Ran, run_asking, run_unit};
use writer::Writer;

pub use copy::{CopiedDatabase, CopyError, copy_sqlite, inspect_sqlite};
pub use open::{OpenSqliteError, SqliteOptions};

/// A database in one file. Cloning is cheap; when the last clone goes, the writer finishes what was handed in.
#[derive(Clone)]
pub struct SqliteStore {
    writer: Arc<Writer>,
    readers: Arc<Pool<SqliteConnection>>,
}

#[async_trait]
impl Store for SqliteStore {
    async fn run_write(&self, unit: Unit) -> Result<(), StoreError> {
        self.writer.run(unit, None).await
    }

    async fn run_send(&self, sending: Sending, unit: Unit) -> Result<(), StoreError> {
        self.writer.run(unit, Some(sending)).await
    }

    async fn run_read(&self, mut unit: Unit) -> Result<(), StoreError> {
        self.readers
            .run(move |conn| Ok(read(conn, &mut unit)?))
            .await
    }

    async fn run_ask(&self, mut unit: Unit) -> Result<(), StoreError> {
        self.readers
            .run(move |conn| Ok(ask(conn, &mut unit)?))
            .await
    }

    async fn probe(&self) -> Result<(), StoreError> {
        crate::failure::probe(self).await
    }
}

/// Runs a unit on one snapshot. `BEGIN` alone starts none in SQLite; the first query does, and it lasts to the end.
fn read(conn: &mut SqliteConnection, unit: &mut Unit) -> Result<(), StoreError> {
    conn.batch_execute("BEGIN DEFERRED").map_err(store_error)?;
    let ran = contained(|| run_unit(conn, unit));
    conn.batch_execute("ROLLBACK").map_err(store_error)?;
    settle(ran)
}

/// Runs a unit that asks once: its one statement is its snapshot.
fn ask(conn: &mut SqliteConnection, unit: &mut Unit) -> Result<(), StoreError> {
    settle(contained(|| {
        one_statement(conn, |conn| run_asking(conn, unit))
    }))
}

fn settle(ran: Result<Ran, StoreError>) -> Result<(), StoreError> {
    match ran? {
        Ran::Commit(_) | Ran::RollBack => Ok(()),
        Ran::Failed(_, error) => Err(error),
    }
}
