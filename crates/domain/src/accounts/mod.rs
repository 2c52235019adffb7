//! Accounts: who somebody is, and the password they prove it with.

mod account;
mod change_password;
mod change_settings;
mod close_doors;
mod email;
mod password;
mod permit;
mod register;
mod remove_email;
mod rename;
mod service;
mod set_email;
mod settings;
mod username;
mod verification;
mod verify_email;
mod view;

pub use account::{Account, AccountId};
pub use change_password::{ChangePassword, ChangePasswordError};
pub use change_settings::{ChangeSettings, SettingsError};
pub(crate) use close_doors::close_doors;
pub use email::{Email, EmailError};
pub use password::{Password, PasswordError};
pub(crate) use permit::Permit;
pub use permit::RegistrationPolicy;
pub(crate) use register::{AccountDraft, Newcomer, add};
pub use register::{Register, RegisterError};
pub use remove_email::RemoveEmailError;
pub use rename::RenameError;
pub use service::{AccountPorts, Accounts};
pub use set_email::SetEmailError;
pub use settings::{MessagesFrom, Settings};
pub use username::{Username, UsernameError};
pub use verify_email::VerifyEmailError;
pub use view::ViewAccountError;
