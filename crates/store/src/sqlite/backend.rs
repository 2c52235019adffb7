//! The queries, compiled for SQLite.

/// What the queries run on.
pub(crate) type Conn = diesel::SqliteConnection;

#[path = "../queries/mod.rs"]
pub(crate) mod queries;
