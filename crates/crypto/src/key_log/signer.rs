use std::fmt;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64ct::{Base64, Encoding};
use sealpost_domain::Secret;
use sealpost_domain::key_log::TreeHead;
use sealpost_domain::ports::{CheckpointSigner, SigningFailed};

use super::note::{ED25519_TYPE, SIGNATURE_MARK, body, key_id};
use crate::tokens::InvalidSigningKey;

/// Signs checkpoints with the log's key, under the log's name.
pub struct NoteSigner {
    origin: String,
    pair: Ed25519KeyPair,
    public: [u8; 32],
}

impl NoteSigner {
    /// The key pair that belongs to this seed (RFC 8032, section 5.1.5). Spaces and plus signs, which a name may not have,
    /// become `%20` and `%2B`.
    ///
    /// # Errors
    /// [`InvalidSigningKey`]; any 32 bytes are a good seed, so this says that the library failed.
    pub fn new(origin: &str, seed: &Secret<[u8; 32]>) -> Result<Self, InvalidSigningKey> {
        let pair =
            Ed25519KeyPair::from_seed_unchecked(seed.expose()).map_err(|_| InvalidSigningKey)?;
        let public = pair.public_key().as_ref().try_into();
        Ok(Self {
            origin: origin.replace(' ', "%20").replace('+', "%2B"),
            public: public.map_err(|_| InvalidSigningKey)?,
            pair,
        })
    }
}

impl CheckpointSigner for NoteSigner {
    fn origin(&self) -> &str {
        &self.origin
    }

    fn verifier_key(&self) -> String {
        let [a, b, c, d] = key_id(&self.origin, &self.public);
        let key = Base64::encode_string(&[&[ED25519_TYPE], self.public.as_slice()].concat());
        format!("{}+{a:02x}{b:02x}{c:02x}{d:02x}+{key}", self.origin)
    }

    fn sign(&self, head: &TreeHead) -> Result<String, SigningFailed> {
        let text = body(&self.origin, head);
        let signature = self.pair.try_sign(text.as_bytes());
        let signature = signature.map_err(|_| SigningFailed)?;
        let id = key_id(&self.origin, &self.public);
        let signed = Base64::encode_string(&[id.as_slice(), signature.as_ref()].concat());
        Ok(format!(
            "{text}\n{SIGNATURE_MARK}{} {signed}\n",
            self.origin
        ))
    }
}

impl fmt::Debug for NoteSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NoteSigner")
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}
