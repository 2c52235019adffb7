use std::sync::Arc;

use crate::Environment;
use crate::files::Files;
use crate::ports::{Digester, LinkKeys, Sealer};
use crate::throttle::Throttles;

/// The ports of links, apart from the environment.
#[derive(Clone)]
pub struct LinkPorts {
    /// Derives what links are opened with.
    pub keys: Arc<dyn LinkKeys>,
    /// Seals what rests.
    pub sealer: Arc<dyn Sealer>,
    /// Makes digests of proofs and tokens.
    pub digester: Arc<dyn Digester>,
    /// Counts openings.
    pub throttles: Throttles,
}

/// The use cases of links. Cloning is cheap.
#[derive(Clone)]
pub struct FileLinks {
    pub(super) env: Environment,
    pub(super) ports: LinkPorts,
    pub(super) files: Files,
}

impl FileLinks {
    /// The service over its ports; `files` reads what links lead to.
    #[must_use]
    pub const fn new(env: Environment, ports: LinkPorts, files: Files) -> Self {
        Self { env, ports, files }
    }
}
