//! The storage ports of the domain on diesel: SQLite and PostgreSQL, one set of queries.
//!
//! It knows tables, transactions and their failures. It must never know HTTP, tokens, what a password is, or any rule:
//! a rule is a closure of the domain that runs over this crate's [`Tx`](sealpost_domain::ports::Tx).
//!
//! Where to start reading:
//! - `queries/`: the one text of every query. It is compiled twice, in `sqlite/backend.rs` and `postgres/backend.rs`,
//!   each with its own connection type (ADR 0002);
//! - `sqlite/writer.rs`: the one writing thread, which commits many units of work at once (ADR 0003);
//! - `postgres/mod.rs`: the pool, and how contention is tried again; `postgres/bus/`: hints between instances;
//! - `migrations.rs`: which schema this binary wants.

mod answers;
mod decode;
mod failure;
mod functions;
mod gate;
mod migrations;
mod news;
mod pool;
mod postgres;
mod schema;
mod sends;
mod sqlite;
mod statements;
#[cfg(feature = "testing")]
pub mod testing;

pub use migrations::{MigrationError, MigrationMode};
pub use postgres::{Hearer, OpenPostgresError, PostgresBus, PostgresOptions, PostgresStore};
pub use sqlite::{
    CopiedDatabase, CopyError, OpenSqliteError, SqliteOptions, SqliteStore, copy_sqlite,
    inspect_sqlite,
};

// Linked for their features alone: they choose how SQLite and libpq are built.
use libsqlite3_sys as _;
use pq_sys as _;
