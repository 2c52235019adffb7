//! Sessions: the one thing behind every token of every dialect, and the only place an [`Actor`] comes from.

mod access;
mod actor;
mod check_opaque;
mod dialect;
mod end;
mod opaque_token;
mod open;
mod refresh;
mod refresh_token;
mod renew;
mod revocations;
mod service;
mod session;
mod socket_ticket;

pub use access::AccessError;
pub use actor::Actor;
pub use check_opaque::CheckOpaqueError;
pub use dialect::Dialect;
pub use end::EndSessionError;
pub(crate) use end::{end, end_all_but};
pub use opaque_token::OpaqueToken;
pub use open::OpenedSession;
pub use refresh::RefreshError;
pub use refresh_token::{InvalidRefreshToken, RefreshToken};
pub use renew::RenewError;
pub use service::{SessionPorts, Sessions};
pub use session::{EndedSession, Session, SessionId};
pub use socket_ticket::{IssueSocketTicketError, RedeemSocketTicketError, SocketTicket};
