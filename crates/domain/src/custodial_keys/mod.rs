//! Custodial keys: private keys that the server keeps for accounts (dialect `channel`), in such a way that it cannot
//! use one unless its owner's password, an app password or a live session of theirs is presented. The public halves
//! stand in the key ring with [`Custody::Server`](crate::keys::Custody), and nobody hands them out as somebody's
//! end-to-end key.
//!
//! A private half is sealed under a random *wrapping key*. The wrapping key is sealed once for each *opener*, each time
//! under two keys, one inside the other: the opener's, and the server's. Neither a stolen database nor a stolen keyring
//! nor both open it without the opener (ADR 0011).

mod custodial_key;
mod draft;
mod error;
mod for_app_password;
mod layers;
mod new_password;
mod private;
mod recovery_key;
mod recovery_key_text;
mod service;
mod unlock;

pub use custodial_key::{CustodialKey, KeyOpener, Opener, Unlocked};
pub(crate) use draft::{KeyDraft, store};
pub use error::CustodialKeyError;
pub(crate) use layers::{open_twice, seal_twice};
pub(crate) use new_password::{Known, PasswordEffect, apply};
pub use recovery_key::{CreatedRecoveryKey, KeyState, RecoveryKeyError};
pub use recovery_key_text::{InvalidRecoveryKey, RecoveryKey};
pub use service::{CustodialKeyPorts, CustodialKeys};
pub(crate) use unlock::{Presented, live};
