//! Accounts: who somebody is, and the password they prove it with.

mod account;
mod change_password;
mod change_settings;
mod email;
mod password;
mod register;
mod rename;
mod service;
mod settings;
mod username;
mod view;

pub use account::{Account, AccountId};
pub use change_password::{ChangePassword, ChangePasswordError};
pub use change_settings::{ChangeSettings, SettingsError};
pub use email::{Email, EmailError};
pub use password::{Password, PasswordError};
pub(crate) use register::{AccountDraft, add};
pub use register::{Register, RegisterError};
pub use rename::RenameError;
pub use service::{Accounts, RegistrationPolicy};
pub use settings::{MessagesFrom, Settings};
pub use username::{Username, UsernameError};
pub use view::ViewAccountError;
