//! Somebody who is logged in.

mod client;
#[cfg(test)]
mod tests;
mod tokens;

pub use client::Client;
