//! What the operator does from the shell: look at accounts, make, disable and enable them, end sessions.
//!
//! Every use case takes an [`Operator`], which only the admin channel makes: no route of any API can reach one.

mod create;
mod delete;
mod disable;
mod enable;
mod end_sessions;
mod list;
mod operator;
mod service;
mod view;

pub use create::CreateAccount;
pub use end_sessions::EndByOperatorError;
pub use list::AccountPage;
pub use operator::Operator;
pub use service::Operators;
pub use view::{AccountOverview, FindAccountError};
