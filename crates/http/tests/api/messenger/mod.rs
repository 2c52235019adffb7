//! Dialect `messenger`, as its contract says: a line of the contract for each test.

mod client;
mod errors;
mod limits;
mod passwords;
mod story;
