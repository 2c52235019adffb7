//! PEM (RFC 7468) and DER of RSA public keys: SPKI (RFC 5280, section 4.1) and PKCS#1 (RFC 8017, appendix A.1.1).

use ::rsa::pkcs1;
use ::rsa::pkcs8::der::asn1::AnyRef;
use ::rsa::pkcs8::der::pem::{self, LineEnding};
use ::rsa::pkcs8::{Document, PrivateKeyInfo, SubjectPublicKeyInfoRef};
use sealpost_domain::ports::KeyRefused;

use super::RsaKey;

const SPKI: &str = "PUBLIC KEY";
const PKCS1: &str = "RSA PUBLIC KEY";

/// Reads one PEM block; white space around it is no matter.
pub(in crate::keys) fn read_pem(text: &str) -> Result<RsaKey, KeyRefused> {
    let (label, document) = Document::from_pem(text.trim()).map_err(|_| KeyRefused::Unreadable)?;
    match label {
        SPKI => read_spki(document.as_bytes()),
        PKCS1 => read_pkcs1(document.as_bytes()),
        _ => Err(KeyRefused::Unreadable),
    }
}

/// Reads an SPKI. Keys that are bound to one scheme (`id-RSASSA-PSS`, `id-RSAES-OAEP`) are not taken, as a JWK
/// could not say so.
pub(in crate::keys) fn read_spki(der: &[u8]) -> Result<RsaKey, KeyRefused> {
    let spki = SubjectPublicKeyInfoRef::try_from(der).map_err(|_| KeyRefused::Unreadable)?;
    if spki.algorithm.oid != pkcs1::ALGORITHM_OID {
        return Err(KeyRefused::Unsupported);
    }
    // RFC 3279, section 2.3.1: the parameters are there, and NULL.
    let parameters = spki.algorithm.parameters;
    let key = spki.subject_public_key.as_bytes();
    match (parameters.map(AnyRef::is_null), key) {
        (Some(true), Some(key)) => read_pkcs1(key),
        _ => Err(KeyRefused::Unreadable),
    }
}

fn read_pkcs1(der: &[u8]) -> Result<RsaKey, KeyRefused> {
    let key = pkcs1::RsaPublicKey::try_from(der).map_err(|_| KeyRefused::Unreadable)?;
    numbers(&key).ok_or(KeyRefused::Unreadable)
}

fn numbers(key: &pkcs1::RsaPublicKey<'_>) -> Option<RsaKey> {
    let number = |number: pkcs1::UintRef<'_>| number.as_bytes().to_vec();
    RsaKey::from_numbers(number(key.modulus), number(key.public_exponent))
}

/// The public numbers of a private key, PKCS#8 or PKCS#1. The private ones are read past, not taken out.
pub(in crate::keys) fn public_half(private: &[u8]) -> Option<RsaKey> {
    let inner = match PrivateKeyInfo::try_from(private) {
        Ok(info) if info.algorithm.oid == pkcs1::ALGORITHM_OID => info.private_key,
        Ok(_) => return None,
        Err(_) => private,
    };
    let key = pkcs1::RsaPrivateKey::try_from(inner).ok()?;
    numbers(&key.public_key())
}

/// The PEM of an SPKI.
pub(in crate::keys) fn write_pem(spki: &[u8]) -> Option<String> {
    pem::encode_string(SPKI, LineEnding::LF, spki).ok()
}
