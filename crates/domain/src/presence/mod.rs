//! Who is there: a lease in the store, shared by all instances. A login, a request and an open socket renew it; it runs out
//! when they stop, and ends with the account's last session. It cannot stay true for a client that vanished.

mod lease;
mod log_out;
mod memo;
mod service;

pub(crate) use lease::load;
pub use service::Presence;
