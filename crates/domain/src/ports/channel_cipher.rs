use zeroize::Zeroizing;

use super::KeyRefused;
use crate::Secret;
use crate::channels::ChannelSuite;

/// The envelopes of secure channels (dialect `channel`).
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
pub trait ChannelCipher: Send + Sync {
    /// Encrypts a short secret for an RSA key of at least 2048 bits, in PEM: RSA-OAEP with SHA-256 and MGF1-SHA-256, no
    /// label (RFC 8017, section 7.1.1).
    ///
    /// # Errors
    /// [`KeyRefused`] if it is no such key, or a bad one.
    fn encrypt_to(&self, public_pem: &str, secret: &[u8]) -> Result<Vec<u8>, KeyRefused>;

    /// Encrypts a field; the result is base64 (RFC 4648, section 4). Under [`ChannelSuite::A256Gcm`] the field's name is
    /// authenticated with it.
    fn seal(
        &self,
        suite: ChannelSuite,
        key: &Secret<[u8; 32]>,
        field: &str,
        plaintext: &[u8],
    ) -> String;

    /// Decrypts a field; None if it was not made so. No caller may let anybody see why.
    fn open(
        &self,
        suite: ChannelSuite,
        key: &Secret<[u8; 32]>,
        field: &str,
        text: &str,
    ) -> Option<Zeroizing<Vec<u8>>>;
}
