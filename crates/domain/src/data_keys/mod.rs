//! Data keys: the pair under whose public half clients of the `messenger` dialect send a password.
//!
//! There is one pair for the whole deployment, not one for each account: what `data_key` answers must not tell whether
//! a name exists, and nobody may make the server generate RSA keys. It serves for a day ([`DataKey::SERVICE`]) and opens
//! what is still on its way for a quarter of an hour more ([`DataKey::GRACE`]). The next one is made ahead of need by
//! whoever calls [`DataKeys::maintain`]; the key's generation is the primary key of its row, so that of several
//! instances one decides. What was accepted under a key is remembered in the store until the key retires: a recorded
//! request opens nothing, on no instance, also after a restart.

mod data_key;
mod issue;
mod maintain;
mod open;
mod service;
#[cfg(test)]
mod tests;

pub use data_key::{DataKey, DataKeyUse};
pub use issue::{IssuedDataKey, NoDataKey};
pub use maintain::MaintainError;
pub use open::OpenedPassword;
pub use service::DataKeys;
