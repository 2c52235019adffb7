//! Dialect `channel`, document 001.

mod abuse;
mod client;
mod custody;
mod errors;
mod recovery;
mod recovery_key;
mod story;
