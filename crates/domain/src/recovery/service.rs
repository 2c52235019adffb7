use std::sync::Arc;

use crate::Environment;
use crate::custodial_keys::CustodialKeys;
use crate::factors::FactorPorts;
use crate::mail::Outbox;
use crate::ports::{CommonPasswords, PasswordHasher};
use crate::sessions::Sessions;
use crate::throttle::Throttles;

/// The ports that recovery needs beside the environment.
#[derive(Clone)]
pub struct RecoveryPorts {
    /// Hashes the new password.
    pub hasher: Arc<dyn PasswordHasher>,
    /// Knows the passwords that are refused.
    pub common_passwords: Arc<dyn CommonPasswords>,
    /// Checks second factors, and MACs codes.
    pub factors: FactorPorts,
    /// Counts how often something is asked for, and guesses.
    pub throttles: Throttles,
    /// Takes mails.
    pub outbox: Outbox,
    /// Keeps keys that a forgotten password takes along.
    pub custodial_keys: CustodialKeys,
}

/// The use cases of recovery. Cloning is cheap.
#[derive(Clone)]
pub struct Recoveries {
    pub(super) env: Environment,
    pub(super) ports: RecoveryPorts,
    pub(super) sessions: Sessions,
}

impl Recoveries {
    /// The service over its ports; `sessions` hears of those that a reset ends.
    #[must_use]
    pub const fn new(env: Environment, ports: RecoveryPorts, sessions: Sessions) -> Self {
        Self {
            env,
            ports,
            sessions,
        }
    }
}
