use std::sync::Arc;

use crate::Environment;
use crate::ports::KeyInspector;

/// The use cases of keys. Cloning is cheap.
#[derive(Clone)]
pub struct Keys {
    pub(super) env: Environment,
    pub(super) inspector: Arc<dyn KeyInspector>,
}

impl Keys {
    /// How many good keys one account can have.
    pub const MAX_PER_ACCOUNT: u32 = 50;

    /// The service over its ports.
    #[must_use]
    pub fn new(env: Environment, inspector: Arc<dyn KeyInspector>) -> Self {
        Self { env, inspector }
    }
}
