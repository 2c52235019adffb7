use std::sync::Arc;

use crate::Environment;
use crate::ports::{Sealer, Signals};

/// The use cases of conversations. Cloning is cheap.
#[derive(Clone)]
pub struct Conversations {
    pub(super) env: Environment,
    pub(super) sealer: Arc<dyn Sealer>,
    pub(super) signals: Arc<dyn Signals>,
}

impl Conversations {
    /// The service over its ports.
    #[must_use]
    pub fn new(env: Environment, sealer: Arc<dyn Sealer>, signals: Arc<dyn Signals>) -> Self {
        Self {
            env,
            sealer,
            signals,
        }
    }
}
