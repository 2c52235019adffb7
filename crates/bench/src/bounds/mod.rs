//! What the libraries cost alone, with the work of the server left out: no figure of the server can be lower.

pub(crate) mod ciphers;
mod handlers;
mod hashing;
pub(crate) mod postgres;
mod rows;
mod server;
pub(crate) mod sqlite;

pub(crate) use handlers::serve;
pub(crate) use hashing::Hashing;
pub(crate) use server::BoundServer;
