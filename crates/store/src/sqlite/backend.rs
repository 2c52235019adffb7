//! The queries, compiled for SQLite.

/// What the queries run on.
pub(crate) type Conn = diesel::SqliteConnection;
/// How this engine reads and writes many rows.
use super::bulk;
/// What this engine writes in its own way.
use super::expressions;
/// How this engine locks rows that are read.
use super::locks;

#[path = "../queries/mod.rs"]
pub(crate) mod queries;
