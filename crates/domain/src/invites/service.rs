use std::sync::Arc;

use crate::Environment;
use crate::ports::Digester;

/// The use cases of invites. Cloning is cheap.
#[derive(Clone)]
pub struct Invites {
    pub(super) env: Environment,
    pub(super) digester: Arc<dyn Digester>,
}

impl Invites {
    /// The service over its ports.
    #[must_use]
    pub const fn new(env: Environment, digester: Arc<dyn Digester>) -> Self {
        Self { env, digester }
    }
}
