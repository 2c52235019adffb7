//! Sessions: the one thing behind every token of every dialect, and the only place an [`Actor`] comes from.

mod access;
mod actor;
mod dialect;
mod open;
mod refresh_token;
mod service;
mod session;

pub use access::AccessError;
pub use actor::Actor;
pub use dialect::Dialect;
pub use open::{Credentials, Identifier, LoginError, OpenedSession};
pub use refresh_token::RefreshToken;
pub use service::{SessionPorts, Sessions};
pub use session::{Session, SessionId};
