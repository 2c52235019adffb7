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

use sealpost_domain::accounts::AccountId;
use sealpost_domain::ports::WakeUps;

mod cluster;
mod postgres;
mod sqlite;

pub use postgres::{TestPostgres, break_hints, postgres, postgres_url};
pub use sqlite::{TestSqlite, sqlite};

/// Wakes nobody: for tests that read the log themselves.
#[derive(Debug)]
pub struct Nobody;

impl WakeUps for Nobody {
    fn wake(&self, _: &[AccountId]) {}
}
