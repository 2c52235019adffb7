use std::sync::Arc;

use crate::Environment;
use crate::ports::Sealer;

/// The use cases of groups. Cloning is cheap.
#[derive(Clone)]
pub struct Groups {
    pub(super) env: Environment,
    pub(super) sealer: Arc<dyn Sealer>,
}

impl Groups {
    /// The most members of a group.
    pub const MAX_MEMBERS: u64 = 1_000;

    /// The service over its ports.
    #[must_use]
    pub fn new(env: Environment, sealer: Arc<dyn Sealer>) -> Self {
        Self { env, sealer }
    }
}
