//! Dialect `messenger`, as its contract says: a line of the contract for each test.

mod client;
mod errors;
mod limits;
mod listening;
mod messages;
mod passwords;
mod privacy;
mod refused;
mod story;
mod tokens;
