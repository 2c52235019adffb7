//! A public key that has been read and found good.

use sealpost_domain::keys::{KeyAlgorithm, Thumbprint};
use sealpost_domain::ports::{InspectedKey, KeyRefused};

use super::rsa_keys::{self, RsaKey};
use super::{curves, jwk};
use crate::b64;
use crate::thumbprint::{okp_jwk, thumbprint};

/// A good public key. Whoever holds one need not judge it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Public {
    /// RSA (RFC 7518, section 6.3.1).
    Rsa(RsaKey),
    /// The u-coordinate, little-endian (RFC 7748, section 5; RFC 8037, section 2).
    X25519([u8; 32]),
    /// A compressed point (RFC 8032, section 5.1.2; RFC 8037, section 2).
    Ed25519([u8; 32]),
    /// A point, both coordinates big-endian (RFC 7518, section 6.2.1).
    P256 {
        /// The first coordinate.
        x: [u8; 32],
        /// The second coordinate.
        y: [u8; 32],
    },
}

impl Public {
    /// Reads and judges a JWK.
    pub(crate) fn from_jwk(text: &str) -> Result<Self, KeyRefused> {
        refuse_at_sight(text)?;
        let key = jwk::read(text)?;
        key.judge()?;
        Ok(key)
    }

    /// Reads and judges the PEM of an RSA key.
    pub(crate) fn from_pem(text: &str) -> Result<Self, KeyRefused> {
        refuse_at_sight(text)?;
        let key = Self::Rsa(rsa_keys::read_pem(text)?);
        key.judge()?;
        Ok(key)
    }

    /// Reads and judges the DER of an RSA key (SPKI: RFC 5280, section 4.1.2.7).
    pub(crate) fn from_rsa_spki(der: &[u8]) -> Result<Self, KeyRefused> {
        let key = Self::Rsa(rsa_keys::read_spki(der)?);
        key.judge()?;
        Ok(key)
    }

    /// Reads an RSA key of any strength, PEM or the base64 of a modulus.
    pub(super) fn unjudged_rsa(text: &str) -> Option<Self> {
        refuse_at_sight(text).ok()?;
        let key = rsa_keys::read_pem(text)
            .ok()
            .or_else(|| rsa_keys::read_modulus(text))?;
        Some(Self::Rsa(key))
    }

    fn judge(&self) -> Result<(), KeyRefused> {
        match self {
            Self::Rsa(key) => key.judge(),
            Self::X25519(u) => curves::judge_x25519(u),
            Self::Ed25519(point) => curves::judge_ed25519(point),
            Self::P256 { x, y } => curves::judge_p256(x, y),
        }
    }

    /// What kind it is.
    pub(crate) const fn algorithm(&self) -> KeyAlgorithm {
        match self {
            Self::Rsa(_) => KeyAlgorithm::Rsa,
            Self::X25519(_) => KeyAlgorithm::X25519,
            Self::Ed25519(_) => KeyAlgorithm::Ed25519,
            Self::P256 { .. } => KeyAlgorithm::P256,
        }
    }

    /// The canonical JWK: the required members only, in lexicographic order, without white space (RFC 7638, section 3).
    pub(crate) fn jwk(&self) -> String {
        match self {
            Self::Rsa(key) => key.jwk(),
            Self::X25519(u) => okp_jwk("X25519", u),
            Self::Ed25519(point) => okp_jwk("Ed25519", point),
            Self::P256 { x, y } => {
                let (x, y) = (b64::encode(x), b64::encode(y));
                format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#)
            }
        }
    }

    /// The RFC 7638 thumbprint.
    pub(crate) fn thumbprint(&self) -> Thumbprint {
        thumbprint(&self.jwk())
    }

    /// The thumbprint as a `kid`: base64url, 43 characters.
    pub(crate) fn kid(&self) -> String {
        b64::encode(&self.thumbprint())
    }
}

/// An uncompressed point of P-256 (SEC 1, section 2.3.3).
pub(crate) fn uncompressed(x: &[u8; 32], y: &[u8; 32]) -> Vec<u8> {
    [&[4], x.as_slice(), y].concat()
}

/// What is seen before anything is parsed.
fn refuse_at_sight(text: &str) -> Result<(), KeyRefused> {
    if text.len() > InspectedKey::MAX_BYTES {
        Err(KeyRefused::TooLarge)
    } else if has_private_label(text) {
        Err(KeyRefused::Private)
    } else {
        Ok(())
    }
}

/// `PRIVATE KEY`, `RSA PRIVATE KEY`, `ENCRYPTED PRIVATE KEY`, `OPENSSH PRIVATE KEY`, … in any PEM block of the text.
fn has_private_label(text: &str) -> bool {
    text.split("-----BEGIN ")
        .skip(1)
        .filter_map(|block| block.split("-----").next())
        .any(|label| label.contains("PRIVATE"))
}
