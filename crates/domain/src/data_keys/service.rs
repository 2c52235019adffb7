use std::sync::{Arc, PoisonError, RwLock};

use super::DataKey;
use crate::Environment;
use crate::ports::{DataKeyCipher, DataKeyOpener, Digester, Sealer};

/// A pair that is ready for use.
pub(super) struct Held {
    pub(super) key: DataKey,
    pub(super) opener: Arc<dyn DataKeyOpener>,
}

/// The pairs this instance knows, newest first.
pub(super) type Ring = Arc<[Arc<Held>]>;

/// The use cases of data keys. Cloning is cheap; clones share what they know.
#[derive(Clone)]
pub struct DataKeys {
    pub(super) env: Environment,
    pub(super) sealer: Arc<dyn Sealer>,
    pub(super) cipher: Arc<dyn DataKeyCipher>,
    pub(super) digester: Arc<dyn Digester>,
    ring: Arc<RwLock<Ring>>,
}

impl DataKeys {
    /// The service over its ports. It knows no key before [`DataKeys::maintain`] has run.
    #[must_use]
    pub fn new(
        env: Environment,
        sealer: Arc<dyn Sealer>,
        cipher: Arc<dyn DataKeyCipher>,
        digester: Arc<dyn Digester>,
    ) -> Self {
        Self {
            env,
            sealer,
            cipher,
            digester,
            ring: Arc::new(RwLock::new(Arc::from([]))),
        }
    }

    pub(super) fn ring(&self) -> Ring {
        Arc::clone(&self.ring.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn replace_ring(&self, ring: Ring) {
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = ring;
    }
}
