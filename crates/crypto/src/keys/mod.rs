//! Public keys of people: read, judged, and written in one canonical form.
//!
//! - [`PublicKeyInspector`] is the domain's port;
//! - `public`: what a key is once it is read, and its canonical JWK;
//! - `jwk`: reads JWKs;
//! - `rsa_keys`: reads RSA keys from PEM and judges their numbers: the only place that knows the `rsa` crate;
//! - `curves`: judges points.

mod curves;
mod jwk;
mod public;
mod rsa_keys;
#[cfg(test)]
mod tests;

use sealpost_domain::keys::Thumbprint;
use sealpost_domain::ports::{InspectedKey, KeyInspector, KeyMaterial, KeyRefused};

use crate::jose::Jwe;
pub(crate) use public::{Public, uncompressed};
pub(crate) use rsa_keys::RsaKey;

/// Parses public keys and refuses bad ones. It keeps nothing: one serves all.
///
/// The dearest key to look at is an RSA key of 8192 bits: a few milliseconds in a release build.
#[derive(Debug, Clone, Copy, Default)]
pub struct PublicKeyInspector;

impl KeyInspector for PublicKeyInspector {
    fn inspect(&self, material: &KeyMaterial) -> Result<InspectedKey, KeyRefused> {
        let key = match material {
            KeyMaterial::Jwk(text) => Public::from_jwk(text)?,
            KeyMaterial::Pem(text) => Public::from_pem(text)?,
        };
        Ok(InspectedKey {
            algorithm: key.algorithm(),
            jwk: key.jwk(),
            thumbprint: key.thumbprint(),
        })
    }

    fn fingerprint(&self, text: &str) -> Option<Thumbprint> {
        Public::unjudged_rsa(text).map(|key| key.thumbprint())
    }

    fn recipients(&self, jose: &str) -> Option<Vec<String>> {
        let recipients = Jwe::parse(jose)?.into_recipients();
        Some(recipients.into_iter().map(|one| one.kid).collect())
    }
}

/// The PEM of an SPKI in DER; None if it is too long for one.
pub(crate) fn spki_to_pem(spki: &[u8]) -> Option<String> {
    rsa_keys::write_pem(spki)
}

/// The PEM (SPKI) of the public half of an RSA private key: PKCS#8 (RFC 5958) or PKCS#1 (RFC 8017, appendix A.1.2). Only
/// the public numbers are looked at, and they are not judged. None if it is no such key.
pub(crate) fn private_der_to_spki_pem(der: &[u8]) -> Option<String> {
    rsa_keys::public_half(der)?.to_pem()
}

/// The PEM (SPKI, `PUBLIC KEY`: RFC 7468, section 13) of an RSA key that is given as a JWK.
///
/// # Errors
/// [`KeyRefused`] says why the key is not taken; [`KeyRefused::Unsupported`] if it is no RSA key.
pub fn rsa_jwk_to_pem(jwk: &str) -> Result<String, KeyRefused> {
    match Public::from_jwk(jwk)? {
        Public::Rsa(key) => key.to_pem().ok_or(KeyRefused::Unsupported),
        _ => Err(KeyRefused::Unsupported),
    }
}
