use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::Environment;
use crate::accounts::AccountId;
use crate::ports::Sealer;

/// The use cases of the inbox. Cloning is cheap.
#[derive(Clone)]
pub struct Inbox {
    pub(super) env: Environment,
    pub(super) sealer: Arc<dyn Sealer>,
    pub(super) epoch: Arc<str>,
    pub(super) retention: Duration,
    /// The account whose log was last looked at for what can go.
    pub(super) swept: Arc<Mutex<Option<AccountId>>>,
}

impl Inbox {
    /// How long events are kept unless the operator says otherwise.
    pub const RETENTION: Duration = Duration::from_secs(30 * 24 * 60 * 60);

    /// The service over its ports. `epoch` names this life of the database: it is random and new after a restore, so
    /// that offsets given out before are not taken for those given out after.
    #[must_use]
    pub fn new(env: Environment, sealer: Arc<dyn Sealer>, epoch: &str) -> Self {
        Self {
            env,
            sealer,
            epoch: epoch.into(),
            retention: Self::RETENTION,
            swept: Arc::default(),
        }
    }

    /// The same with events that are kept for so long.
    #[must_use]
    pub fn with_retention(self, retention: Duration) -> Self {
        Self { retention, ..self }
    }

    /// This life of the database.
    #[must_use]
    pub fn epoch(&self) -> &str {
        &self.epoch
    }
}
