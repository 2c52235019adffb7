use std::sync::Arc;
use std::time::Duration;

use crate::Environment;
use crate::ports::PasswordHasher;

/// Whether strangers may make accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RegistrationPolicy {
    /// Anybody may.
    #[default]
    Open,
    /// Nobody may.
    Closed,
}

/// The use cases of accounts. Cloning is cheap.
#[derive(Clone)]
pub struct Accounts {
    pub(super) env: Environment,
    pub(super) hasher: Arc<dyn PasswordHasher>,
    pub(super) policy: RegistrationPolicy,
    pub(super) rename_interval: Duration,
}

impl Accounts {
    /// How long a username stays at least, unless the operator chose otherwise.
    pub const RENAME_INTERVAL: Duration = Duration::from_secs(30 * 24 * 60 * 60);

    /// The service over its ports.
    #[must_use]
    pub fn new(
        env: Environment,
        hasher: Arc<dyn PasswordHasher>,
        policy: RegistrationPolicy,
    ) -> Self {
        Self {
            env,
            hasher,
            policy,
            rename_interval: Self::RENAME_INTERVAL,
        }
    }

    /// The same with another interval between changes of a username than [`Accounts::RENAME_INTERVAL`].
    #[must_use]
    pub const fn with_rename_interval(mut self, interval: Duration) -> Self {
        self.rename_interval = interval;
        self
    }
}
