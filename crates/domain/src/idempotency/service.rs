use std::sync::Arc;
use std::time::Duration;

use crate::Environment;
use crate::ports::{Digester, Sealer};

/// The use cases of idempotency keys. Cloning is cheap.
#[derive(Clone)]
pub struct Idempotency {
    pub(super) env: Environment,
    pub(super) sealer: Arc<dyn Sealer>,
    pub(super) digester: Arc<dyn Digester>,
}

impl Idempotency {
    /// How long a key is remembered.
    pub const REMEMBERED: Duration = Duration::from_secs(24 * 60 * 60);
    /// How often a request that still runs says so ([`Idempotency::renew`]).
    pub const RENEW_EVERY: Duration = Duration::from_secs(20);
    /// After how long without such a word, and with nothing stored, a request counts as dead: its server has stopped.
    pub const DEAD_AFTER: Duration = Duration::from_secs(60);
    /// The largest answer that is kept, in bytes.
    pub const MAX_ANSWER: usize = 64 * 1024;

    /// The service over its ports.
    #[must_use]
    pub fn new(env: Environment, sealer: Arc<dyn Sealer>, digester: Arc<dyn Digester>) -> Self {
        Self {
            env,
            sealer,
            digester,
        }
    }
}
