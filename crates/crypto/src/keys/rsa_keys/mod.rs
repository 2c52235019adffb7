//! RSA public keys. This folder is the only place that knows the `rsa` crate and the old generation of traits that it
//! belongs to; it parses and judges, and no secret ever comes here (ADR 0004).

mod der;
mod modulus;
mod strength;

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::signature::{RSA_PSS_2048_8192_SHA256, RsaPublicKeyComponents};
use sealpost_domain::ports::KeyRefused;

use crate::b64;
pub(super) use der::{public_half, read_pem, read_spki, write_pem};
pub(super) use modulus::read_modulus;

/// The two numbers of an RSA public key, big-endian and without leading zeros.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RsaKey {
    n: Vec<u8>,
    e: Vec<u8>,
}

impl RsaKey {
    /// Takes the numbers in their one encoding (RFC 7518, section 2, `Base64urlUInt`); None for zero and for leading
    /// zeros.
    pub(super) fn from_numbers(n: Vec<u8>, e: Vec<u8>) -> Option<Self> {
        let minimal = |number: &[u8]| number.first().is_some_and(|first| *first != 0);
        (minimal(&n) && minimal(&e)).then_some(Self { n, e })
    }

    /// Size, exponent, and the weaknesses that can be seen from outside.
    pub(super) fn judge(&self) -> Result<(), KeyRefused> {
        if !(2048..=8192).contains(&bits(&self.n)) {
            Err(KeyRefused::Size)
        } else if !is_good_exponent(&self.e) {
            Err(KeyRefused::Exponent)
        } else if strength::is_weak(&self.n) {
            Err(KeyRefused::Weak)
        } else {
            Ok(())
        }
    }

    /// The canonical JWK.
    pub(super) fn jwk(&self) -> String {
        let (n, e) = (b64::encode(&self.n), b64::encode(&self.e));
        format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#)
    }

    /// The numbers as aws-lc-rs takes them.
    pub(crate) fn components(&self) -> RsaPublicKeyComponents<&[u8]> {
        RsaPublicKeyComponents {
            n: &self.n,
            e: &self.e,
        }
    }

    /// The DER of the SPKI; None if the library does not take the numbers.
    pub(crate) fn to_spki(&self) -> Option<Vec<u8>> {
        // The algorithm named here does not enter the encoding, which says `rsaEncryption`.
        let parsed = self
            .components()
            .to_parsed_public_key(&RSA_PSS_2048_8192_SHA256)
            .ok()?;
        Some(parsed.as_der().ok()?.as_ref().to_vec())
    }

    /// The PEM of the SPKI.
    pub(super) fn to_pem(&self) -> Option<String> {
        write_pem(&self.to_spki()?)
    }
}

/// How many bits a number without leading zeros has.
fn bits(number: &[u8]) -> usize {
    let unused = number.first().map_or(0, |first| first.leading_zeros());
    (number.len() * 8).saturating_sub(usize::try_from(unused).unwrap_or(0))
}

/// Odd, at least 65537, at most 32 bits long.
fn is_good_exponent(e: &[u8]) -> bool {
    if e.len() > 4 {
        return false;
    }
    let value = e
        .iter()
        .fold(0_u32, |value, byte| (value << 8) | u32::from(*byte));
    value >= 65537 && value % 2 == 1
}
