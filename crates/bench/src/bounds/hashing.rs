//! The password hash of the server, with its parameters and threads, and no server around it.

use std::num::NonZeroUsize;
use std::sync::Arc;

use sealpost_crypto::{Argon2Hasher, Argon2Params, OsEntropy, PoolSize};
use sealpost_domain::Secret;
use sealpost_domain::accounts::Password;
use sealpost_domain::ports::{PasswordHash, PasswordHasher as _};

use crate::error::BenchError;
use crate::seed::PASSWORD;

/// A hasher and something to check. Cloning is cheap.
#[derive(Clone)]
pub(crate) struct Hashing {
    hasher: Arc<Argon2Hasher>,
    password: Password,
    hash: PasswordHash,
}

impl Hashing {
    pub(crate) async fn new() -> Result<Self, BenchError> {
        let processors = std::thread::available_parallelism()?;
        let size = PoolSize {
            threads: processors,
            queue: NonZeroUsize::MIN.saturating_add(64),
        };
        let pepper = Secret::new([1; 32]);
        let hasher = Argon2Hasher::new(&pepper, Argon2Params::DEFAULT, size, Arc::new(OsEntropy))?;
        let password = Password::parse(PASSWORD).map_err(BenchError::bound)?;
        let hash = hasher.hash(password.clone()).await;
        Ok(Self {
            hasher: Arc::new(hasher),
            password,
            hash: hash.map_err(BenchError::bound)?,
        })
    }

    /// Checks a password that is right.
    pub(crate) async fn verify(&self) {
        let hash = Some(self.hash.clone());
        // The queue is longer than there are workers: it cannot be full.
        let _ = self.hasher.verify(self.password.clone(), hash).await;
    }
}
