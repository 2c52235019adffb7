use std::sync::Arc;

use crate::Environment;
use crate::ports::{Digester, KeyInspector, Sealer};

/// The use cases of messages. Cloning is cheap.
#[derive(Clone)]
pub struct Messages {
    pub(super) env: Environment,
    pub(super) sealer: Arc<dyn Sealer>,
    pub(super) digester: Arc<dyn Digester>,
    pub(super) inspector: Arc<dyn KeyInspector>,
}

impl Messages {
    /// The service over its ports.
    #[must_use]
    pub fn new(
        env: Environment,
        sealer: Arc<dyn Sealer>,
        digester: Arc<dyn Digester>,
        inspector: Arc<dyn KeyInspector>,
    ) -> Self {
        Self {
            env,
            sealer,
            digester,
            inspector,
        }
    }
}
