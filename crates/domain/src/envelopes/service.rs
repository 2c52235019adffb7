use std::sync::Arc;
use std::time::Duration;

use crate::Environment;
use crate::ports::KeyInspector;

/// The use cases of envelopes. Cloning is cheap.
#[derive(Clone)]
pub struct Envelopes {
    pub(super) env: Environment,
    pub(super) inspector: Arc<dyn KeyInspector>,
    pub(super) has_quota: bool,
}

impl Envelopes {
    /// How many envelopes may wait for one account.
    pub const MAX_WAITING: u64 = 10_000;
    /// How many bytes their bodies may have together.
    pub const MAX_BYTES: u64 = 64 * 1024 * 1024;
    /// How long a handing over may pause before its envelopes are anybody's again.
    pub const LEASE: Duration = Duration::from_secs(60);
    /// How many bytes the bodies of one handing over have together, if the first has no more.
    pub const MAX_DELIVERY_BYTES: u64 = 8 * 1024 * 1024;
    /// How many envelopes one unit of work touches.
    pub(super) const BATCH: u32 = 500;

    /// The service over its ports. Without `has_quota` any number may wait.
    #[must_use]
    pub fn new(env: Environment, inspector: Arc<dyn KeyInspector>, has_quota: bool) -> Self {
        Self {
            env,
            inspector,
            has_quota,
        }
    }
}
