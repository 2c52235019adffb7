use std::sync::Arc;

use super::ChannelRules;
use crate::Environment;
use crate::accounts::Accounts;
use crate::authentication::Authentication;
use crate::custodial_keys::CustodialKeys;
use crate::ports::{ChannelCipher, CustodialCipher, Digester, Sealer};
use crate::presence::Presence;
use crate::recovery::Recoveries;
use crate::sessions::Sessions;
use crate::throttle::Throttles;

/// What channels need beside the environment.
#[derive(Clone)]
pub struct ChannelPorts {
    /// Encrypts what is said.
    pub cipher: Arc<dyn ChannelCipher>,
    /// Encrypts and decrypts messages, and derives keys.
    pub custodial_cipher: Arc<dyn CustodialCipher>,
    /// Seals what rests.
    pub sealer: Arc<dyn Sealer>,
    /// Digests session keys.
    pub digester: Arc<dyn Digester>,
    /// Counts how often something is asked for.
    pub throttles: Throttles,
    /// Is told who has come.
    pub presence: Presence,
    /// Makes and changes accounts.
    pub accounts: Accounts,
    /// Decides logins.
    pub authentication: Authentication,
    /// Ends logins.
    pub sessions: Sessions,
    /// Replaces forgotten passwords.
    pub recoveries: Recoveries,
    /// Keeps keys for people.
    pub custodial_keys: CustodialKeys,
}

/// The use cases of secure channels. Cloning is cheap.
#[derive(Clone)]
pub struct Channels {
    pub(super) env: Environment,
    pub(super) ports: ChannelPorts,
    pub(super) rules: ChannelRules,
}

impl Channels {
    /// The service over its ports and the other subjects.
    #[must_use]
    pub const fn new(env: Environment, ports: ChannelPorts, rules: ChannelRules) -> Self {
        Self { env, ports, rules }
    }
}
