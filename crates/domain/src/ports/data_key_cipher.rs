use std::sync::Arc;

use async_trait::async_trait;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::Secret;

/// A data-key pair that was just made.
#[derive(Debug, Clone)]
pub struct NewDataKeyPair {
    /// PEM (SPKI) of the public half.
    pub public_pem: String,
    /// PKCS#8 (DER) of the private half.
    pub private: Secret<Vec<u8>>,
}

/// The library failed, or the stored private half is no such key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the data-key pair cannot be made or used")]
pub struct DataKeyFailure;

/// The pairs under whose public half passwords travel: RSA-4096.
#[async_trait]
pub trait DataKeyCipher: Send + Sync {
    /// Makes a pair on a thread of its own. It takes seconds: never call it on behalf of a request.
    ///
    /// # Errors
    /// [`DataKeyFailure`].
    async fn generate(&self) -> Result<NewDataKeyPair, DataKeyFailure>;

    /// Makes a stored private half (PKCS#8) ready for use.
    ///
    /// # Errors
    /// [`DataKeyFailure`].
    fn load(&self, private: &[u8]) -> Result<Arc<dyn DataKeyOpener>, DataKeyFailure>;
}

/// The private half of one pair.
pub trait DataKeyOpener: Send + Sync {
    /// Opens RSA-OAEP with SHA-512 and MGF1-SHA-512, no label (RFC 8017, section 7.1.2), in constant time for
    /// ciphertexts of one length; None if it was not made for this key. No caller may let anybody see which it was.
    fn open(&self, ciphertext: &[u8]) -> Option<Zeroizing<Vec<u8>>>;
}
