use std::sync::Arc;

use crate::Environment;
use crate::ports::Sealer;

/// The use cases of conversations. Cloning is cheap.
#[derive(Clone)]
pub struct Conversations {
    pub(super) env: Environment,
    pub(super) sealer: Arc<dyn Sealer>,
}

impl Conversations {
    /// The service over its ports.
    #[must_use]
    pub fn new(env: Environment, sealer: Arc<dyn Sealer>) -> Self {
        Self { env, sealer }
    }
}
