//! Encrypted RSA private keys, opened once to learn their public half (dialect `messenger`).
//!
//! - `block`: finds the one PEM block and its RFC 1421 headers;
//! - `legacy`: OpenSSL's own form, `DEK-Info`;
//! - `pbes2`: PKCS#8, `ENCRYPTED PRIVATE KEY`;
//! - the public numbers are taken out in `keys::rsa_keys`; no private-key operation is made.

mod block;
mod legacy;
mod pbes2;
#[cfg(test)]
mod tests;

use std::io;
use std::num::NonZeroUsize;

use async_trait::async_trait;
use sealpost_domain::Secret;
use sealpost_domain::accounts::Password;
use sealpost_domain::ports::{PrivatePemError, RsaPem};
use zeroize::Zeroizing;

use crate::keys::{private_der_to_spki_pem, rsa_jwk_to_pem};
use crate::password::{Pool, PoolSize};
use block::Block;

/// The longest PEM that is looked at. An encrypted key of 8192 bits has less than 7 KiB.
const MAX_BYTES: usize = 16 * 1024;

/// Reads keys on a thread of its own, behind a queue of eight: what opens a key may take half a second by its author's
/// choice, and must not hold up the passwords of others.
pub struct RsaPemReader {
    pool: Pool,
}

impl RsaPemReader {
    /// Starts the thread.
    ///
    /// # Errors
    /// The operating system gives no thread.
    pub fn new() -> io::Result<Self> {
        let size = PoolSize {
            threads: NonZeroUsize::MIN,
            queue: NonZeroUsize::MIN.saturating_add(7),
        };
        Ok(Self {
            pool: Pool::start(size, 0)?,
        })
    }
}

#[async_trait]
impl RsaPem for RsaPemReader {
    async fn public_half(
        &self,
        private_pem: Secret<String>,
        password: Password,
    ) -> Result<String, PrivatePemError> {
        self.pool
            .run(move |_| public_half(private_pem.expose(), password.expose().as_bytes()))
            .await?
    }

    fn of_jwk(&self, jwk: &str) -> Option<String> {
        rsa_jwk_to_pem(jwk).ok()
    }
}

/// Opens, looks, and forgets: the decrypted key is wiped when this returns.
fn public_half(pem: &str, password: &[u8]) -> Result<String, PrivatePemError> {
    if pem.len() > MAX_BYTES {
        return Err(PrivatePemError::Unreadable);
    }
    let block = Block::find(pem).ok_or(PrivatePemError::Unreadable)?;
    let der: Zeroizing<Vec<u8>> = match (block.label, block.header("DEK-Info")) {
        ("ENCRYPTED PRIVATE KEY", _) => pbes2::open(&block, password)?,
        ("RSA PRIVATE KEY", Some(info)) => legacy::open(&block, info, password)?,
        ("RSA PRIVATE KEY" | "PRIVATE KEY", None) => return Err(PrivatePemError::NotEncrypted),
        _ => return Err(PrivatePemError::Unreadable),
    };
    private_der_to_spki_pem(&der).ok_or(PrivatePemError::Rejected)
}
