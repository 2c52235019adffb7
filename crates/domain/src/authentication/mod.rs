//! The one door: every login, of the native API and of every dialect, is decided here, and every guess at a password or
//! a second factor is counted here.

mod admission;
mod admit;
mod attempt;
mod authenticate;
mod complete;
mod confirm_password;
mod enter;
mod error;
mod request_code;
mod service;
mod sweep;
#[cfg(test)]
mod tests;

pub use admission::{Admission, InvalidTicket, PendingLogin, Ticket};
pub use attempt::{Attempt, Identifier, Origin};
pub use confirm_password::ConfirmPasswordError;
pub use error::LoginError;
pub use request_code::{CodeRequest, RequestCodeError};
pub use service::{Authentication, AuthenticationPorts};
