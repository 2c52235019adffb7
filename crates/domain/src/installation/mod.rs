//! The installation itself: the secrets made at its first start, sealed under the master key.

mod open;
mod renew;

pub use open::{InstallationError, InstallationSecrets, check_key, is_initialized, open};
pub use renew::{Renewed, renew};
