//! Throw-away databases for tests of this crate and of those above it.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "test support: a missing part must fail the test, loudly"
)]
#![expect(
    clippy::print_stderr,
    reason = "test support says loudly what it could not do"
)]

mod cluster;
mod postgres;
mod sqlite;

pub use postgres::{TestPostgres, postgres, postgres_url};
pub use sqlite::{TestSqlite, sqlite};
