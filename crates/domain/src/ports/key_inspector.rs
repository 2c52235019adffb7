use thiserror::Error;

use crate::keys::{KeyAlgorithm, Thumbprint};

/// A public key as somebody hands it in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyMaterial {
    /// The JSON text of a JWK (RFC 7517).
    Jwk(String),
    /// PEM of an RSA key: SPKI (`PUBLIC KEY`) or PKCS#1 (`RSA PUBLIC KEY`).
    Pem(String),
}

/// A key that has been looked at and found good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InspectedKey {
    /// What kind it is.
    pub algorithm: KeyAlgorithm,
    /// Its public members alone, in canonical JSON (RFC 7638, section 3: what the thumbprint is made over).
    pub jwk: String,
    /// Its RFC 7638 thumbprint (SHA-256).
    pub thumbprint: Thumbprint,
}

/// Why a key is refused. No text repeats any of it: it might be a private one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum KeyRefused {
    /// More than [`InspectedKey::MAX_BYTES`].
    #[error("a key has at most 16384 bytes")]
    TooLarge,
    /// Neither a JWK nor a PEM that this server reads.
    #[error(
        "not a public key: expected a JWK (RSA, X25519, P-256 or Ed25519), or the PEM of an RSA public key"
    )]
    Unreadable,
    /// The private half came along.
    #[error(
        "this holds a private key: publish the public half only, and take this pair for compromised"
    )]
    Private,
    /// Of a kind this server does not know.
    #[error("this kind of key is not supported: use RSA, X25519, P-256 or Ed25519")]
    Unsupported,
    /// RSA: fewer than 2048 or more than 8192 bits.
    #[error("an RSA key has 2048 to 8192 bits")]
    Size,
    /// RSA: an exponent that is even, below 65537, or longer than 32 bits.
    #[error("the public exponent of an RSA key is odd, at least 65537, and at most 32 bits long")]
    Exponent,
    /// Not a good key although it has the form of one: an even modulus, one with a small factor, two close factors, a
    /// point that is not on the curve or of small order.
    #[error("this key is weak or broken: make a new one")]
    Weak,
}

impl InspectedKey {
    /// The longest key text that is looked at.
    pub const MAX_BYTES: usize = 16 * 1024;
}

/// Parses public keys and refuses bad ones.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
pub trait KeyInspector: Send + Sync {
    /// Looks at a key: its form, its kind, its strength.
    ///
    /// # Errors
    /// [`KeyRefused`] says why it is not taken.
    fn inspect(&self, material: &KeyMaterial) -> Result<InspectedKey, KeyRefused>;

    /// The RFC 7638 thumbprint of an RSA public key of any strength: a PEM as above, or the base64 (RFC 4648, section 4) of
    /// a modulus alone, big-endian, whose exponent is 3. None if the text is neither.
    fn fingerprint(&self, text: &str) -> Option<Thumbprint>;

    /// The key ids (`kid`) that a message in format `jose` is sealed to, in their order: a JWE in general JSON
    /// serialization (RFC 7516, section 7.2.1) with at least one and at most 1,000 recipients, content encryption
    /// `A256GCM`. None if the text is no such JWE.
    fn recipients(&self, jose: &str) -> Option<Vec<String>>;
}
