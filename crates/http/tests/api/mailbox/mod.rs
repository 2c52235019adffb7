//! The dialect `mailbox`.

mod abuse;
mod avatars;
mod client;
mod delivery;
mod errors;
mod keys;
mod story;
