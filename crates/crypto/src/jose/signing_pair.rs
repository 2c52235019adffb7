//! The pair that a sender signs with.

use std::fmt;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use sealpost_domain::Secret;
use sealpost_domain::ports::Entropy;
use zeroize::Zeroizing;

use super::{CannotSeal, InvalidPrivateKey};
use crate::thumbprint::{ed25519_thumbprint, okp_jwk};

/// An Ed25519 pair (RFC 8032, section 5.1).
pub struct SigningKeyPair {
    seed: Secret<[u8; 32]>,
    pair: Ed25519KeyPair,
    public: [u8; 32],
    kid: String,
}

impl SigningKeyPair {
    /// A new pair.
    #[must_use]
    pub fn generate(entropy: &dyn Entropy) -> Self {
        let mut seed = Zeroizing::new([0; 32]);
        entropy.fill(seed.as_mut_slice());
        #[expect(clippy::expect_used, reason = "any 32 bytes are a good seed")]
        Self::from_seed(Secret::new(*seed)).expect("a seed of 32 bytes")
    }

    /// The pair of a seed that was kept.
    ///
    /// # Errors
    /// [`InvalidPrivateKey`]; any 32 bytes are a good seed, so this says that the library failed.
    pub fn from_seed(seed: Secret<[u8; 32]>) -> Result<Self, InvalidPrivateKey> {
        let pair =
            Ed25519KeyPair::from_seed_unchecked(seed.expose()).map_err(|_| InvalidPrivateKey)?;
        let public = pair
            .public_key()
            .as_ref()
            .try_into()
            .map_err(|_| InvalidPrivateKey)?;
        Ok(Self {
            seed,
            pair,
            public,
            kid: ed25519_thumbprint(&public),
        })
    }

    /// The seed, to be kept.
    #[must_use]
    pub const fn seed(&self) -> &Secret<[u8; 32]> {
        &self.seed
    }

    /// The RFC 7638 thumbprint of the public half: what messages name it by.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The public half as a JWK (RFC 8037, section 2), to be published for use `sign`.
    #[must_use]
    pub fn public_jwk(&self) -> String {
        okp_jwk("Ed25519", &self.public)
    }

    /// The signature of a message: 64 bytes.
    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, CannotSeal> {
        self.pair
            .try_sign(message)
            .map(|signature| signature.as_ref().to_vec())
            .map_err(|_| CannotSeal::Failed)
    }
}

impl fmt::Debug for SigningKeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKeyPair")
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}
