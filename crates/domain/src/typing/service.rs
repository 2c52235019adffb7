use std::sync::Arc;

use crate::Environment;
use crate::ports::Signals;

/// The use cases of typing hints. Cloning is cheap.
#[derive(Clone)]
pub struct Typing {
    pub(super) env: Environment,
    pub(super) signals: Arc<dyn Signals>,
}

impl Typing {
    /// The service over its ports.
    #[must_use]
    pub fn new(env: Environment, signals: Arc<dyn Signals>) -> Self {
        Self { env, signals }
    }
}
