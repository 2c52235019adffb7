//! Somebody who is logged in, and how they come to be.

mod client;
mod log_in;
mod store;
#[cfg(test)]
mod tests;
mod tokens;

pub use client::Client;
pub use log_in::{LogIn, PendingLogIn};
pub use store::{HeldToken, TokenStore};
