//! The admin channel: how the operator's commands reach the use cases.
//!
//! A running server answers them on a Unix socket in its data folder ([`socket`]); without one, the command takes the
//! folder's lock and opens the store itself ([`direct`]). Both ways end in the one [`Admin`], so that a command does the
//! same either way. Nothing of it is reachable over the network.

pub(crate) mod channel;
mod client;
pub(crate) mod direct;
mod frame;
mod service;
pub(crate) mod socket;
mod view;
pub(crate) mod wire;

pub(crate) use service::Admin;
