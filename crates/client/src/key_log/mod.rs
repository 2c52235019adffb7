//! Checking the key log, so that nobody has to believe the server about anybody's keys. Any language can do the same with
//! SHA-256 and Ed25519: `docs/key-log.md` says how, and this is it in Rust.

mod chain;
mod error;
mod log;
mod wire;

pub use chain::{ChainHead, CheckedKeys, CheckedLink, LinkKey};
pub use error::KeyLogError;
pub use log::{InvalidKnownLog, KnownLog};
