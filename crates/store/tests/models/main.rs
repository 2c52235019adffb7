//! State machines: random lives, played in a model of the plainest kind and on both databases, and every answer compared.
//!
//! `PROPTEST_CASES` says how many lives of each; sixty without it.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may fail loudly"
)]

mod codes;
mod message_log;
mod session_family;
mod stage;
mod throttles;
