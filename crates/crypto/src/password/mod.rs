//! Passwords: Argon2id over a peppered password, on threads of its own.

mod argon;
mod params;
mod pool;
mod stored;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::{fmt, io};

use async_trait::async_trait;
use sealpost_domain::Secret;
use sealpost_domain::accounts::Password;
use sealpost_domain::ports::{
    Entropy, HashError, KeyParameters, PasswordHash, PasswordHasher, PasswordKeys, Verification,
};
use subtle::ConstantTimeEq;
use thiserror::Error;

use argon::{Argon, Scratch};
pub use params::{Argon2Params, InvalidParams};
pub(crate) use pool::Pool;
pub use pool::PoolSize;
use stored::{Derivation, OUTPUT_LEN, SALT_LEN, Stored};

/// Argon2id v1.3 (RFC 9106) over HMAC-SHA-256(pepper, password), as a PHC string.
///
/// The pepper means that a stolen database alone cannot be guessed against. Hashing takes a core and 19 MiB for
/// about 18 ms, so it runs on a small pool of threads with a bounded queue; what does not fit is refused at once
/// ([`HashError::Overloaded`]), and a request that was dropped while it waited is never computed.
pub struct Argon2Hasher {
    work: Arc<Work>,
    pool: Pool,
}

/// What a job needs, shared with the threads.
struct Work {
    argon: Argon,
    params: Argon2Params,
    /// Checked against when the account is unknown. Its output is random bytes, so that no password has this hash.
    dummy: Stored,
}

impl Argon2Hasher {
    /// Starts the threads.
    ///
    /// # Errors
    /// The operating system gives no thread.
    pub fn new(
        pepper: &Secret<[u8; 32]>,
        params: Argon2Params,
        size: PoolSize,
        entropy: Arc<dyn Entropy>,
    ) -> io::Result<Self> {
        let (mut salt, mut output) = ([0; SALT_LEN], [0; OUTPUT_LEN]);
        entropy.fill(&mut salt);
        entropy.fill(&mut output);
        let dummy = Stored::new(params, &salt, output).map_err(io::Error::other)?;
        Ok(Self {
            pool: Pool::start(size, params.blocks())?,
            work: Arc::new(Work {
                argon: Argon::new(pepper, entropy),
                params,
                dummy,
            }),
        })
    }
}

#[async_trait]
impl PasswordHasher for Argon2Hasher {
    async fn hash(&self, password: Password) -> Result<PasswordHash, HashError> {
        let work = Arc::clone(&self.work);
        let hash = self
            .pool
            .run(move |scratch| work.hash(&password, scratch))
            .await?;
        Ok(hash?)
    }

    async fn verify(
        &self,
        password: Password,
        hash: Option<PasswordHash>,
    ) -> Result<Verification, HashError> {
        let hash = hash.filter(PasswordHash::is_usable);
        let stored = hash.as_ref().map(Stored::parse).transpose()?;
        let work = Arc::clone(&self.work);
        let verdict = self
            .pool
            .run(move |scratch| work.verify(&password, stored.as_ref(), scratch))
            .await?;
        Ok(verdict?)
    }
}

#[async_trait]
impl PasswordKeys for Argon2Hasher {
    async fn new_key(
        &self,
        password: Password,
    ) -> Result<(KeyParameters, Secret<[u8; 32]>), HashError> {
        let work = &self.work;
        let derivation = Derivation::new(work.params, &work.argon.new_salt());
        let parameters = derivation.to_parameters().map_err(Failure::from)?;
        Ok((parameters, self.derive(password, derivation).await?))
    }

    async fn key(
        &self,
        password: Password,
        parameters: KeyParameters,
    ) -> Result<Secret<[u8; 32]>, HashError> {
        let derivation = Derivation::parse(&parameters)?;
        self.derive(password, derivation).await
    }
}

impl Argon2Hasher {
    async fn derive(
        &self,
        password: Password,
        derivation: Derivation,
    ) -> Result<Secret<[u8; 32]>, HashError> {
        let work = Arc::clone(&self.work);
        let computed = self.pool.run(move |scratch| {
            let (salt, params) = (derivation.salt(), derivation.params());
            work.argon.compute(&password, salt, params, scratch)
        });
        let key = computed.await?.map_err(Failure::from)?;
        Ok(Secret::new(*key))
    }
}

impl Work {
    fn hash(&self, password: &Password, scratch: &mut Scratch) -> Result<PasswordHash, Failure> {
        let salt = self.argon.new_salt();
        let output = self.argon.compute(password, &salt, self.params, scratch)?;
        Ok(Stored::new(self.params, &salt, *output)?.to_phc()?)
    }

    fn verify(
        &self,
        password: &Password,
        stored: Option<&Stored>,
        scratch: &mut Scratch,
    ) -> Result<Verification, Failure> {
        let target = stored.unwrap_or(&self.dummy);
        let output = self
            .argon
            .compute(password, target.salt(), target.params(), scratch)?;
        let equal = bool::from(output.ct_eq(target.output()));
        Ok(
            match (
                equal && stored.is_some(),
                target.params().is_below(self.params),
            ) {
                (false, _) => Verification::Wrong,
                (true, false) => Verification::Right,
                (true, true) => Verification::RightButOutdated,
            },
        )
    }
}

/// Why a hash came to nothing, apart from an overload. Never holds the hash.
#[derive(Debug, Error)]
enum Failure {
    #[error(
        "a stored password hash is no Argon2id PHC string, or its parameters are out of bounds"
    )]
    Stored,
    #[error("argon2 refused")]
    Library(#[from] argon2::Error),
    #[error("the password hash cannot be written as a PHC string")]
    Encoding(#[from] argon2::password_hash::phc::Error),
    #[error("the thread that computed a password hash failed")]
    Thread,
}

impl From<Failure> for HashError {
    fn from(failure: Failure) -> Self {
        Self::Internal(Box::new(failure))
    }
}

impl fmt::Debug for Argon2Hasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Argon2Hasher")
            .field("params", &self.work.params)
            .finish_non_exhaustive()
    }
}
