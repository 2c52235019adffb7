use std::net::IpAddr;
use std::sync::Arc;

use super::IssuedChallenge;
use super::issued::issue;
use crate::Environment;
use crate::ports::{Digester, StoreError, StoreExt};

/// The use cases of challenges. Cloning is cheap.
#[derive(Clone)]
pub struct Challenges {
    env: Environment,
    digester: Arc<dyn Digester>,
}

impl Challenges {
    /// The service over its ports.
    #[must_use]
    pub const fn new(env: Environment, digester: Arc<dyn Digester>) -> Self {
        Self { env, digester }
    }

    /// One of the pool, by chance, for whoever asks from `address`. Nothing is stored.
    #[must_use]
    pub fn issue(&self, address: Option<IpAddr>) -> IssuedChallenge {
        issue(&self.env, &*self.digester, address)
    }

    /// Forgets which answers were given, once they are too late anyway; says how many.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn sweep(&self) -> Result<u64, StoreError> {
        let now = self.env.now();
        let swept = self
            .env
            .store
            .write(move |tx| tx.challenges().sweep(now, 500));
        swept.await
    }
}
