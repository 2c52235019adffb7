use thiserror::Error;

use crate::Timestamp;
use crate::accounts::{AccountId, Username};

define_id! {
    /// Names a published key.
    KeyId
}

/// The RFC 7638 thumbprint of a key: SHA-256 over its required members in canonical JSON. Clients see it as `kid`.
pub type Thumbprint = [u8; 32];

/// What a key is for (RFC 7517, section 4.2: `enc` and `sig`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum KeyUse {
    /// Others seal messages and file keys to it.
    Seal,
    /// Its owner signs with the private half.
    Sign,
}

/// Nothing known goes by this name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the use is one of: seal, sign")]
pub struct UnknownKeyUse;

impl KeyUse {
    /// Both uses.
    pub const ALL: [Self; 2] = [Self::Seal, Self::Sign];

    /// The number it is stored as.
    #[must_use]
    pub const fn code(self) -> i16 {
        match self {
            Self::Seal => 1,
            Self::Sign => 2,
        }
    }

    /// The use stored as this number; None if there is none.
    #[must_use]
    pub fn from_code(code: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|key_use| key_use.code() == code)
    }

    /// What the API calls it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Seal => "seal",
            Self::Sign => "sign",
        }
    }

    /// The use of this name.
    ///
    /// # Errors
    /// [`UnknownKeyUse`].
    pub fn parse(name: &str) -> Result<Self, UnknownKeyUse> {
        Self::ALL
            .into_iter()
            .find(|key_use| key_use.name() == name)
            .ok_or(UnknownKeyUse)
    }
}

/// What kind of key it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyAlgorithm {
    /// RSA of 2048 to 8192 bits: seals (RSA-OAEP-256) and signs (PS256).
    Rsa,
    /// X25519 (RFC 7748): seals (ECDH-ES).
    X25519,
    /// P-256 (FIPS 186-5): seals (ECDH-ES) and signs (ES256).
    P256,
    /// Ed25519 (RFC 8032): signs.
    Ed25519,
}

impl KeyAlgorithm {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Rsa, Self::X25519, Self::P256, Self::Ed25519];

    /// The number it is stored as.
    #[must_use]
    pub const fn code(self) -> i16 {
        match self {
            Self::Rsa => 1,
            Self::X25519 => 2,
            Self::P256 => 3,
            Self::Ed25519 => 4,
        }
    }

    /// The kind stored as this number; None if there is none.
    #[must_use]
    pub fn from_code(code: i16) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|algorithm| algorithm.code() == code)
    }

    /// What the API calls it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rsa => "RSA",
            Self::X25519 => "X25519",
            Self::P256 => "P-256",
            Self::Ed25519 => "Ed25519",
        }
    }

    /// Whether such a key can be used so.
    #[must_use]
    pub const fn serves(self, key_use: KeyUse) -> bool {
        match self {
            Self::Rsa | Self::P256 => true,
            Self::X25519 => matches!(key_use, KeyUse::Seal),
            Self::Ed25519 => matches!(key_use, KeyUse::Sign),
        }
    }
}

/// Who holds the private half.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Custody {
    /// The owner's client, and nobody else.
    Client,
    /// The server, sealed (dialect `channel`).
    Server,
}

impl Custody {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Client, Self::Server];

    /// The number it is stored as.
    #[must_use]
    pub const fn code(self) -> i16 {
        match self {
            Self::Client => 1,
            Self::Server => 2,
        }
    }

    /// The custody stored as this number; None if there is none.
    #[must_use]
    pub fn from_code(code: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|custody| custody.code() == code)
    }

    /// What the API calls it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Server => "server",
        }
    }
}

/// Whose key it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyOwner {
    /// The account.
    pub account: AccountId,
    /// Its name.
    pub username: Username,
}

/// A published key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    /// Its id.
    pub id: KeyId,
    /// What it is for.
    pub key_use: KeyUse,
    /// What kind it is.
    pub algorithm: KeyAlgorithm,
    /// Who holds the private half.
    pub custody: Custody,
    /// The key as a JWK (RFC 7517), public members only, in canonical JSON.
    pub jwk: String,
    /// Its fingerprint.
    pub thumbprint: Thumbprint,
    /// When it was published.
    pub created_at: Timestamp,
    /// Since when it is no longer good; None while it is.
    pub revoked_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_names_lead_back() {
        for key_use in KeyUse::ALL {
            assert_eq!(KeyUse::from_code(key_use.code()), Some(key_use));
            assert_eq!(KeyUse::parse(key_use.name()), Ok(key_use));
        }
        for algorithm in KeyAlgorithm::ALL {
            assert_eq!(KeyAlgorithm::from_code(algorithm.code()), Some(algorithm));
        }
        for custody in Custody::ALL {
            assert_eq!(Custody::from_code(custody.code()), Some(custody));
        }
    }
}
