use std::sync::Arc;

use crate::Environment;
use crate::ports::Sealer;

/// The use cases of key backups. Cloning is cheap.
#[derive(Clone)]
pub struct KeyBackups {
    pub(super) env: Environment,
    pub(super) sealer: Arc<dyn Sealer>,
}

impl KeyBackups {
    /// How many generations are kept.
    pub const KEPT: u32 = 5;

    /// The service over its ports.
    #[must_use]
    pub const fn new(env: Environment, sealer: Arc<dyn Sealer>) -> Self {
        Self { env, sealer }
    }
}
