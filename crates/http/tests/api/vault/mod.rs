//! Dialect `vault`, as its contract says: a line of the contract for each test.

mod abuse;
mod client;
mod files;
mod table;
