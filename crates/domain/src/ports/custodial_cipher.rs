use zeroize::Zeroizing;

use crate::Secret;
use crate::accounts::AccountId;

/// For whom a message is encrypted, and by whose wish. It is authenticated with the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Addressing {
    /// Who asked for it.
    pub sender: AccountId,
    /// Whose key it is encrypted for.
    pub recipient: AccountId,
}

/// What a key is derived for; each has a label of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SecretUse {
    /// What rests of a secure channel, from the secret half of its session key.
    Channel,
    /// The opener of a custodial key, from an app password.
    AppPassword,
    /// The opener of a custodial key, from its recovery key.
    RecoveryKey,
}

/// What the server does with custodial keys, and with the secrets that open them.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
pub trait CustodialCipher: Send + Sync {
    /// A key out of a secret of at least 112 bits of entropy: HKDF-SHA-256 (RFC 5869).
    fn derive(&self, secret_use: SecretUse, secret: &[u8]) -> Secret<[u8; 32]>;

    /// Encrypts for an RSA key that is given as a canonical JWK: a JWE in compact serialization (RFC 7516, section 7.1;
    /// `RSA-OAEP-256`, `A256GCM`) with a fresh content key, `kid` the key's thumbprint, `iss` and `aud` the ids of sender
    /// and recipient (RFC 7519, section 5.3). None if the library fails.
    fn encrypt(&self, jwk: &str, addressing: &Addressing, plaintext: &[u8]) -> Option<String>;

    /// Decrypts with a private half (PKCS#8) what [`CustodialCipher::encrypt`] made for this recipient. None for
    /// anything else; a content key that cannot be had takes the same road as a wrong one.
    fn decrypt(
        &self,
        private: &[u8],
        recipient: AccountId,
        jwe: &str,
    ) -> Option<Zeroizing<Vec<u8>>>;
}
