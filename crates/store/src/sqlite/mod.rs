//! SQLite: one writer thread that commits in groups, a pool of connections that only read.

mod backend;
pub(crate) mod bulk;
mod checkpoint;
mod connection;
mod copy;
pub(crate) mod expressions;
pub(crate) mod locks;
mod migrate;
mod open;
mod writer;

use std::sync::Arc;

use async_trait::async_trait;
use diesel::SqliteConnection;
use sealpost_domain::ports::{Sending, Store, StoreError, Unit};

use crate::failure::{panicked, store_error};
use crate::pool::Pool;
use backend::queries::{Ran, run_unit};
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

    async fn run_read(&self, unit: Unit) -> Result<(), StoreError> {
        self.readers.run(move |conn| read(conn, unit)).await
    }

    async fn probe(&self) -> Result<(), StoreError> {
        crate::failure::probe(self).await
    }
}

/// Runs a unit on one snapshot. `BEGIN` alone starts none in SQLite; the first query does, and it lasts to the end.
fn read(conn: &mut SqliteConnection, mut unit: Unit) -> Result<(), StoreError> {
    use diesel::connection::SimpleConnection;
    conn.batch_execute("BEGIN DEFERRED").map_err(store_error)?;
    let ran = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run_unit(conn, &mut unit)));
    conn.batch_execute("ROLLBACK").map_err(store_error)?;
    match ran {
        Ok(Ran::Commit(_) | Ran::RollBack) => Ok(()),
        Ok(Ran::Failed(_, error)) => Err(error),
        Err(payload) => Err(panicked(&*payload)),
    }
}
