//! The queries, compiled for PostgreSQL.

/// What the queries run on.
pub(crate) type Conn = diesel::PgConnection;
/// How this engine reads and writes many rows.
use super::bulk;
/// What this engine writes in its own way.
use super::expressions;
/// How this engine locks rows that are read.
use super::locks;

#[path = "../queries/mod.rs"]
#[expect(
    clippy::duplicate_mod,
    reason = "one text for two backends is the point: ADR 0002"
)]
pub(crate) mod queries;
