//! What nearly every use case needs from the world: the store, the time, and randomness.

use std::sync::Arc;

use zeroize::Zeroize;

use crate::Timestamp;
use crate::ports::{Clock, Entropy, Store};

/// Shared handles to the store, the clock and the source of randomness. Cloning is cheap.
#[derive(Clone)]
pub struct Environment {
    /// Where everything rests.
    pub store: Arc<dyn Store>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Where unpredictable bytes come from.
    pub entropy: Arc<dyn Entropy>,
}

impl Environment {
    /// The present moment.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A new UUIDv7 (RFC 9562, section 5.7) as any of the domain's id types.
    pub fn new_id<T: From<uuid::Uuid>>(&self) -> T {
        let mut random = [0_u8; 10];
        self.entropy.fill(&mut random);
        uuid::Builder::from_unix_timestamp_millis(self.now().as_millis(), &random)
            .into_uuid()
            .into()
    }

    /// `N` unpredictable bytes.
    #[must_use]
    pub fn random<const N: usize>(&self) -> [u8; N]
    where
        [u8; N]: Zeroize,
    {
        let mut bytes = [0_u8; N];
        self.entropy.fill(&mut bytes);
        bytes
    }
}
