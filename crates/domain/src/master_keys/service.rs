use std::sync::Arc;

use crate::Environment;
use crate::ports::{MasterKeyring, Sealer};

/// The use cases of master keys. Cloning is cheap; all clones are one worker.
#[derive(Clone)]
pub struct MasterKeys {
    pub(super) env: Environment,
    pub(super) sealer: Arc<dyn Sealer>,
    pub(super) keyring: Arc<dyn MasterKeyring>,
    /// Under this name it holds the work.
    pub(super) holder: [u8; 16],
    /// Whether other instances may serve the same database.
    pub(super) is_shared: bool,
}

impl MasterKeys {
    /// The service over its ports. `is_shared`: whether other instances may serve the same database; they need a new key
    /// before anything is sealed under it.
    #[must_use]
    pub fn new(
        env: Environment,
        sealer: Arc<dyn Sealer>,
        keyring: Arc<dyn MasterKeyring>,
        is_shared: bool,
    ) -> Self {
        let holder = env.random();
        Self {
            env,
            sealer,
            keyring,
            holder,
            is_shared,
        }
    }
}
