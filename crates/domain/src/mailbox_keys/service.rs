use std::sync::Arc;

use crate::Environment;
use crate::keys::Keys;
use crate::ports::{KeyInspector, RsaPem};

/// The use cases of the dialect's keys. Cloning is cheap.
#[derive(Clone)]
pub struct MailboxKeys {
    pub(super) env: Environment,
    pub(super) keys: Keys,
    pub(super) inspector: Arc<dyn KeyInspector>,
    pub(super) pem: Arc<dyn RsaPem>,
}

impl MailboxKeys {
    /// The service over the key ring and its ports.
    #[must_use]
    pub fn new(
        env: Environment,
        keys: Keys,
        inspector: Arc<dyn KeyInspector>,
        pem: Arc<dyn RsaPem>,
    ) -> Self {
        Self {
            env,
            keys,
            inspector,
            pem,
        }
    }
}
