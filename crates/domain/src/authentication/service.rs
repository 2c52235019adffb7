use std::sync::Arc;

use crate::Environment;
use crate::factors::FactorPorts;
use crate::mail::Outbox;
use crate::ports::PasswordHasher;
use crate::presence::Presence;
use crate::sessions::Sessions;
use crate::throttle::Throttles;

/// What authentication needs beside the environment.
#[derive(Clone)]
pub struct AuthenticationPorts {
    /// Checks passwords.
    pub hasher: Arc<dyn PasswordHasher>,
    /// Checks second factors.
    pub factors: FactorPorts,
    /// Counts guesses.
    pub throttles: Throttles,
    /// Mails codes.
    pub outbox: Outbox,
    /// Is told who has come.
    pub presence: Presence,
}

/// The use cases of logging in. Cloning is cheap.
#[derive(Clone)]
pub struct Authentication {
    pub(super) env: Environment,
    pub(super) sessions: Sessions,
    pub(super) ports: AuthenticationPorts,
}

impl Authentication {
    /// The service over its ports; what it lets in becomes a session of `sessions`.
    #[must_use]
    pub const fn new(env: Environment, sessions: Sessions, ports: AuthenticationPorts) -> Self {
        Self {
            env,
            sessions,
            ports,
        }
    }
}
