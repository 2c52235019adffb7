//! The signature inside a message: JWS in compact serialization (RFC 7515, section 7.1).

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PSS_2048_8192_SHA256, UnparsedPublicKey,
};
use zeroize::Zeroizing;

use super::{CannotSeal, SigningKeyPair};
use crate::keys::{Public, uncompressed};
use crate::{b64, json};

/// Signs with `EdDSA` (RFC 8037, section 3.1).
pub(super) fn sign(
    payload: &[u8],
    sender: &SigningKeyPair,
) -> Result<Zeroizing<String>, CannotSeal> {
    // A thumbprint is base64url: nothing in it needs an escape.
    let header = format!(r#"{{"alg":"EdDSA","kid":"{}"}}"#, sender.kid());
    let payload = Zeroizing::new(b64::encode(payload));
    let message = Zeroizing::new(format!("{}.{}", b64::encode(header.as_bytes()), *payload));
    let signature = sender.sign(message.as_bytes())?;
    Ok(Zeroizing::new(format!(
        "{}.{}",
        *message,
        b64::encode(&signature)
    )))
}

/// The signatures that are read (RFC 7518, sections 3.4 and 3.5; RFC 8037, section 3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Alg {
    EdDsa,
    Es256,
    Ps256,
}

impl Alg {
    fn parse(name: &str) -> Option<Self> {
        match name {
            "EdDSA" => Some(Self::EdDsa),
            "ES256" => Some(Self::Es256),
            "PS256" => Some(Self::Ps256),
            _ => None,
        }
    }
}

/// A JWS whose form is good and whose signature nobody has checked.
pub(super) struct Unverified<'a> {
    alg: Alg,
    kid: String,
    message: &'a str,
    payload: Zeroizing<Vec<u8>>,
    signature: Vec<u8>,
}

impl<'a> Unverified<'a> {
    /// Reads a text; None if it is no such JWS, or one with a signature that is not read, or without a `kid` that can be
    /// a thumbprint.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let (message, signature) = text.rsplit_once('.')?;
        let (header, payload) = message.split_once('.')?;
        let header = b64::decode(header)?;
        let header = json::object(std::str::from_utf8(&header).ok()?)?;
        // No extension is understood, so none may be critical (section 4.1.11).
        if header.contains_key("crit") {
            return None;
        }
        let kid = json::text(&header, "kid")?;
        b64::decode_array::<32>(kid)?;
        Some(Self {
            alg: Alg::parse(json::text(&header, "alg")?)?,
            kid: kid.to_owned(),
            message,
            payload: Zeroizing::new(b64::decode(payload)?),
            signature: b64::decode(signature)?,
        })
    }

    /// The thumbprint of the key that is said to have signed.
    pub(super) fn kid(&self) -> &str {
        &self.kid
    }

    /// The payload if this key signed it. The key must be of the kind that the header's `alg` asks for
    /// (RFC 8725, section 3.1).
    pub(super) fn verify(self, key: &Public) -> Option<Zeroizing<Vec<u8>>> {
        let (message, signature) = (self.message.as_bytes(), self.signature.as_slice());
        let verified = match (self.alg, key) {
            (Alg::EdDsa, Public::Ed25519(point)) => {
                UnparsedPublicKey::new(&ED25519, point).verify(message, signature)
            }
            (Alg::Es256, Public::P256 { x, y }) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, uncompressed(x, y))
                    .verify(message, signature)
            }
            (Alg::Ps256, Public::Rsa(key)) => {
                key.components()
                    .verify(&RSA_PSS_2048_8192_SHA256, message, signature)
            }
            _ => return None,
        };
        verified.ok().map(|()| self.payload)
    }
}

#[cfg(test)]
mod tests;
