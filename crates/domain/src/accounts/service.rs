use std::sync::Arc;
use std::time::Duration;

use super::{HumanCheck, Password, PasswordError, RegistrationPolicy};
use crate::Environment;
use crate::custodial_keys::CustodialKeys;
use crate::mail::Outbox;
use crate::ports::{CommonPasswords, Digester, PasswordHasher};
use crate::sessions::Dialect;
use crate::throttle::Throttles;

/// The ports that accounts need beside the environment.
#[derive(Clone)]
pub struct AccountPorts {
    /// Hashes and checks passwords.
    pub hasher: Arc<dyn PasswordHasher>,
    /// MACs the codes that prove addresses.
    pub digester: Arc<dyn Digester>,
    /// Knows the passwords that are refused.
    pub common_passwords: Arc<dyn CommonPasswords>,
    /// Takes mails.
    pub outbox: Outbox,
    /// Counts how often something is asked for.
    pub throttles: Throttles,
}

/// The use cases of accounts. Cloning is cheap.
#[derive(Clone)]
pub struct Accounts {
    pub(super) env: Environment,
    pub(super) ports: AccountPorts,
    pub(super) policy: RegistrationPolicy,
    pub(super) human_check: HumanCheck,
    pub(super) rename_interval: Duration,
    pub(super) custodial_keys: Option<CustodialKeys>,
}

impl Accounts {
    /// How long a username stays at least, unless the operator chose otherwise.
    pub const RENAME_INTERVAL: Duration = Duration::from_secs(30 * 24 * 60 * 60);

    /// The service over its ports.
    #[must_use]
    pub const fn new(env: Environment, ports: AccountPorts, policy: RegistrationPolicy) -> Self {
        Self {
            env,
            ports,
            policy,
            human_check: HumanCheck::Off,
            rename_interval: Self::RENAME_INTERVAL,
            custodial_keys: None,
        }
    }

    /// Whether a new password may be set through `dialect`.
    pub(super) fn check_new_password(
        &self,
        password: &Password,
        dialect: Dialect,
    ) -> Result<(), PasswordError> {
        if dialect.refuses_common_passwords() && self.ports.common_passwords.contains(password) {
            return Err(PasswordError::Common);
        }
        Ok(())
    }

    /// The same with this check of who signs up.
    #[must_use]
    pub const fn with_human_check(mut self, check: HumanCheck) -> Self {
        self.human_check = check;
        self
    }

    /// The same with another interval between changes of a username than [`Accounts::RENAME_INTERVAL`].
    #[must_use]
    pub const fn with_rename_interval(mut self, interval: Duration) -> Self {
        self.rename_interval = interval;
        self
    }

    /// The same where keys are kept for accounts, which have to follow their passwords.
    #[must_use]
    pub fn with_custodial_keys(mut self, keys: CustodialKeys) -> Self {
        self.custodial_keys = Some(keys);
        self
    }
}
