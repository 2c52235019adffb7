use std::sync::Arc;

use crate::Environment;
use crate::keys::Keys;
use crate::mail::Outbox;
use crate::ports::{CustodialCipher, CustodialPairs, PasswordKeys, Sealer};

/// The ports that custodial keys need beside the environment.
#[derive(Clone)]
pub struct CustodialKeyPorts {
    /// Seals what rests.
    pub sealer: Arc<dyn Sealer>,
    /// Encrypts and decrypts messages, and derives keys.
    pub cipher: Arc<dyn CustodialCipher>,
    /// Has pairs ready.
    pub pairs: Arc<dyn CustodialPairs>,
    /// Derives keys from passwords.
    pub password_keys: Arc<dyn PasswordKeys>,
    /// Takes notices.
    pub outbox: Outbox,
}

/// The use cases of custodial keys. Cloning is cheap.
#[derive(Clone)]
pub struct CustodialKeys {
    pub(super) env: Environment,
    pub(super) ports: CustodialKeyPorts,
    pub(super) keys: Keys,
}

impl CustodialKeys {
    /// The service over its ports; the public halves go to the ring of `keys`.
    #[must_use]
    pub const fn new(env: Environment, ports: CustodialKeyPorts, keys: Keys) -> Self {
        Self { env, ports, keys }
    }
}
