//! The installation itself: the secrets made at its first start, sealed under the master key.

mod open;

pub use open::{InstallationError, InstallationSecrets, is_initialized, open};
