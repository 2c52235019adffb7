//! Level 3: the routes, over real HTTP and the real store on SQLite.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests may fail loudly"
)]

mod accounts;
mod document;
mod frame;
mod logs;
mod me;
mod problems;
mod server;
mod sessions;
mod support;
