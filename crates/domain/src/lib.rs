//! The rules of Sealpost: accounts, sessions, keys, conversations, the inbox and files.
//!
//! This crate is the middle of the hexagon. It knows entities, rules, use cases and the *ports* (traits)
//! through which it reaches the world. It must never know a runtime, a database, a wire format, HTTP, or a
//! concrete cryptographic library: those are adapters (`sealpost-store`, `-crypto`, `-mailer`, `-blobs`, `-http`).
//!
//! Where to start reading:
//! - [`ports::Store`]: the unit of work, one sync closure over [`ports::Tx`];
//! - [`accounts::Accounts`]: the smallest subject, with one file for each use case;
//! - [`error::DomainError`]: how every failure says what kind it is;
//! - `testing` (feature `testing`): mocks, fixed clocks, and the conformance suites every adapter must pass.

#[macro_use]
pub mod error;
#[macro_use]
mod id;

pub mod accounts;
pub mod app_passwords;
pub mod audit;
pub mod authentication;
pub mod avatars;
pub mod challenges;
pub mod channels;
pub mod chats;
pub mod codes;
pub mod contacts;
pub mod conversations;
pub mod custodial_keys;
pub mod data_keys;
pub mod directory;
pub mod enrolment;
pub mod envelopes;
mod environment;
pub mod exports;
pub mod factors;
pub mod federation;
pub mod files;
pub mod groups;
pub mod idempotency;
pub mod inbox;
pub mod installation;
pub mod invites;
pub mod key_backups;
pub mod key_log;
pub mod keys;
pub mod links;
pub mod mail;
pub mod mailbox_keys;
pub mod master_keys;
pub mod messages;
pub mod operators;
pub mod ports;
pub mod presence;
pub mod profiles;
pub mod recovery;
mod secret;
pub mod sessions;
pub mod storage;
mod text;
pub mod throttle;
mod timestamp;
pub mod typing;
pub mod uploads;

#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use environment::Environment;
pub use error::{DomainError, ErrorKind};
pub use id::InvalidId;
pub use secret::Secret;
pub use timestamp::{InvalidTimestamp, Timestamp};
