use std::sync::Arc;

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
}

impl Accounts {
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
        }
    }
}
