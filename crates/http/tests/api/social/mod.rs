//! Dialect `social`, as its contract says: a line of the contract for each test.

mod abuse;
mod chat;
mod client;
mod errors;
mod logins;
mod oauth;
mod people;
mod story;
