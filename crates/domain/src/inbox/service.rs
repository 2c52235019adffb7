use std::sync::Arc;

use crate::Environment;
use crate::ports::Sealer;

/// The use cases of the inbox. Cloning is cheap.
#[derive(Clone)]
pub struct Inbox {
    pub(super) env: Environment,
    pub(super) sealer: Arc<dyn Sealer>,
    pub(super) epoch: Arc<str>,
}

impl Inbox {
    /// The service over its ports. `epoch` names this life of the database: it is random and new after a restore, so
    /// that offsets given out before are not taken for those given out after.
    #[must_use]
    pub fn new(env: Environment, sealer: Arc<dyn Sealer>, epoch: &str) -> Self {
        Self {
            env,
            sealer,
            epoch: epoch.into(),
        }
    }

    /// This life of the database.
    #[must_use]
    pub fn epoch(&self) -> &str {
        &self.epoch
    }
}
