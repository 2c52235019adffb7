use std::sync::Arc;

use super::revocations::Revocations;
use crate::Environment;
use crate::ports::{Digester, TokenSigner};

/// The ports that sessions need beside the environment.
#[derive(Clone)]
pub struct SessionPorts {
    /// Signs and verifies access tokens.
    pub signer: Arc<dyn TokenSigner>,
    /// Digests refresh tokens.
    pub digester: Arc<dyn Digester>,
}

/// The use cases of sessions. Cloning is cheap.
#[derive(Clone)]
pub struct Sessions {
    pub(super) env: Environment,
    pub(super) ports: SessionPorts,
    pub(super) issuer: Arc<str>,
    pub(super) revocations: Arc<Revocations>,
}

impl Sessions {
    /// The service over its ports; `issuer` is the server's public URL, which tokens carry as `iss`. It vouches for
    /// no token before [`Sessions::sync_revocations`] has run.
    #[must_use]
    pub fn new(env: Environment, ports: SessionPorts, issuer: &str) -> Self {
        Self {
            env,
            ports,
            issuer: issuer.into(),
            revocations: Arc::default(),
        }
    }
}
