//! App passwords: for programs that have no place for a second factor. Each opens one dialect, and is revoked alone.

mod app_password;
mod create;
mod find_match;
mod list;
mod revoke;
mod service;
mod text;

pub use app_password::{AppPassword, AppPasswordId, AppPasswordName, AppPasswordNameError};
pub use create::{CreateAppPassword, CreateAppPasswordError, CreatedAppPassword};
pub use find_match::find_match;
pub use revoke::RevokeAppPasswordError;
pub use service::{AppPasswordPorts, AppPasswords};
