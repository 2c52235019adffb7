use std::sync::Arc;

use crate::Environment;
use crate::authentication::Authentication;
use crate::custodial_keys::CustodialKeys;
use crate::mail::Outbox;
use crate::ports::Digester;
use crate::sessions::Sessions;

/// The ports that app passwords need beside the environment.
#[derive(Clone)]
pub struct AppPasswordPorts {
    /// Digests app passwords.
    pub digester: Arc<dyn Digester>,
    /// Takes notices.
    pub outbox: Outbox,
    /// Keeps the keys that app passwords for the dialect `channel` open.
    pub custodial_keys: CustodialKeys,
}

/// The use cases of app passwords. Cloning is cheap.
#[derive(Clone)]
pub struct AppPasswords {
    pub(super) env: Environment,
    pub(super) ports: AppPasswordPorts,
    pub(super) authentication: Authentication,
    pub(super) sessions: Sessions,
}

impl AppPasswords {
    /// The service over its ports; `authentication` checks the account's password where it is wanted, and `sessions`
    /// hears of those that end with an app password.
    #[must_use]
    pub const fn new(
        env: Environment,
        ports: AppPasswordPorts,
        authentication: Authentication,
        sessions: Sessions,
    ) -> Self {
        Self {
            env,
            ports,
            authentication,
            sessions,
        }
    }
}
