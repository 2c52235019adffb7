//! The pair that others seal messages to.

use std::fmt;

use aws_lc_rs::agreement::PrivateKey;
use aws_lc_rs::rsa::OaepPrivateDecryptingKey;
use sealpost_domain::Secret;
use sealpost_domain::keys::KeyAlgorithm;
use sealpost_domain::ports::Entropy;
use zeroize::Zeroizing;

use super::agreement::{self, Parties};
use super::content::ContentKey;
use super::jwe::{Alg, Header};
use super::{InvalidPrivateKey, oaep};
use crate::keys::Public;

/// An X25519 pair, or one of P-256 or RSA that was made elsewhere.
pub struct SealingKeyPair {
    private: Secret<Vec<u8>>,
    opener: Opener,
    public: Public,
    kid: String,
}

enum Opener {
    Agreement(PrivateKey),
    Oaep(OaepPrivateDecryptingKey),
}

impl SealingKeyPair {
    /// A new X25519 pair.
    #[must_use]
    pub fn generate(entropy: &dyn Entropy) -> Self {
        let mut private = Zeroizing::new(vec![0; 32]);
        entropy.fill(&mut private);
        let private = Secret::new(std::mem::take(&mut *private));
        #[expect(clippy::expect_used, reason = "any 32 bytes are a good X25519 key")]
        Self::from_private(KeyAlgorithm::X25519, private).expect("a key of 32 bytes")
    }

    /// The pair of a private key that was kept: 32 bytes for X25519 (RFC 7748, section 5) and P-256 (big-endian), a
    /// PKCS#8 document (RFC 5208, DER) for RSA.
    ///
    /// # Errors
    /// [`InvalidPrivateKey`] if the bytes are no such key, an RSA key is not a good one, or the kind does not seal.
    pub fn from_private(
        algorithm: KeyAlgorithm,
        private: Secret<Vec<u8>>,
    ) -> Result<Self, InvalidPrivateKey> {
        let (opener, public) = match algorithm {
            KeyAlgorithm::Rsa => {
                oaep::key_pair(private.expose()).map(|(key, public)| (Opener::Oaep(key), public))
            }
            _ => agreement::private_key(algorithm, private.expose()).and_then(|key| {
                let public = agreement::public_key(&key)?;
                Some((Opener::Agreement(key), public))
            }),
        }
        .ok_or(InvalidPrivateKey)?;
        Ok(Self {
            kid: public.kid(),
            private,
            opener,
            public,
        })
    }

    /// The private key, to be kept: what [`SealingKeyPair::from_private`] takes.
    #[must_use]
    pub const fn private(&self) -> &Secret<Vec<u8>> {
        &self.private
    }

    /// What kind it is.
    #[must_use]
    pub const fn algorithm(&self) -> KeyAlgorithm {
        self.public.algorithm()
    }

    /// The RFC 7638 thumbprint of the public half: what messages name it by.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The public half as a canonical JWK, to be published for use `seal`.
    #[must_use]
    pub fn public_jwk(&self) -> String {
        self.public.jwk()
    }

    /// The content key that was hidden for this pair; None if it was not.
    pub(super) fn unwrap(&self, header: Header<'_>, encrypted_key: &[u8]) -> Option<ContentKey> {
        match (header.alg()?, &self.opener) {
            (Alg::Agreement, Opener::Agreement(mine)) => {
                let ephemeral = Public::from_jwk(&header.get("epk")?.to_string()).ok()?;
                let parties = Parties {
                    apu: header.bytes("apu")?,
                    apv: header.bytes("apv")?,
                };
                agreement::unwrap(mine, &ephemeral, &parties, encrypted_key)
            }
            (Alg::Oaep, Opener::Oaep(mine)) => oaep::decrypt(mine, encrypted_key),
            _ => None,
        }
    }
}

impl fmt::Debug for SealingKeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealingKeyPair")
            .field("algorithm", &self.public.algorithm())
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}
