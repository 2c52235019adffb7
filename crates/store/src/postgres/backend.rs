//! The queries, compiled for PostgreSQL.

/// What the queries run on.
pub(crate) type Conn = diesel::PgConnection;

#[path = "../queries/mod.rs"]
#[expect(
    clippy::duplicate_mod,
    reason = "one text for two backends is the point: ADR 0002"
)]
pub(crate) mod queries;
