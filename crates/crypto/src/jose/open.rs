//! Decrypt, then verify.

use sealpost_domain::ports::Entropy;
use zeroize::Zeroizing;

use super::content::{self, ContentKey};
use super::jws::Unverified;
use super::{CannotOpen, Jwe, Opened, Place, SealingKeyPair, payload};
use crate::OsEntropy;
use crate::keys::Public;

/// Opens a body in format `jose` with whichever of one's own pairs it is sealed to, checks the signature, and checks
/// that it was written for the place where it was found.
///
/// `sender_key` is asked once for the public JWK of a `kid`. It must answer with keys of the account that the envelope
/// names as the sender, and no others: who signed is what the answer makes it. The answer is judged like a key that is
/// published, and must have that thumbprint.
///
/// # Errors
/// [`CannotOpen`].
pub fn open(
    body: &str,
    place: &Place<'_>,
    mine: &[SealingKeyPair],
    sender_key: impl FnOnce(&str) -> Option<String>,
) -> Result<Opened, CannotOpen> {
    let (payload, kid) = open_payload(body, mine, sender_key)?;
    let opened = payload::read(&payload, kid).ok_or(CannotOpen::NotSigned)?;
    if opened.conversation == place.conversation && opened.client_id == *place.client_id {
        Ok(opened)
    } else {
        Err(CannotOpen::Elsewhere)
    }
}

/// Decrypts any payload and checks its signature; with it comes the `kid` of who signed.
pub(super) fn open_payload(
    body: &str,
    mine: &[SealingKeyPair],
    sender_key: impl FnOnce(&str) -> Option<String>,
) -> Result<(Zeroizing<Vec<u8>>, String), CannotOpen> {
    let signed = decrypt(body, mine)?;
    let signed = std::str::from_utf8(&signed).map_err(|_| CannotOpen::NotSigned)?;
    verify(signed, sender_key)
}

fn decrypt(body: &str, mine: &[SealingKeyPair]) -> Result<Zeroizing<Vec<u8>>, CannotOpen> {
    let jwe = Jwe::parse(body).ok_or(CannotOpen::Malformed)?;
    let (recipient, pair) = jwe
        .find(mine.iter().map(SealingKeyPair::kid))
        .and_then(|(recipient, at)| Some((recipient, mine.get(at)?)))
        .ok_or(CannotOpen::NotForYou)?;
    // A content key that cannot be had takes the same road as a wrong one (RFC 7516, section 11.5).
    let key = pair
        .unwrap(jwe.header(recipient), recipient.encrypted_key())
        .unwrap_or_else(random_key);
    content::decrypt(&key, jwe.aad(), jwe.sealed()).ok_or(CannotOpen::Undecryptable)
}

fn random_key() -> ContentKey {
    let mut key = ContentKey::default();
    OsEntropy.fill(key.as_mut_slice());
    key
}

fn verify(
    signed: &str,
    sender_key: impl FnOnce(&str) -> Option<String>,
) -> Result<(Zeroizing<Vec<u8>>, String), CannotOpen> {
    let signed = Unverified::parse(signed).ok_or(CannotOpen::NotSigned)?;
    let kid = signed.kid().to_owned();
    let key = sender_key(&kid)
        .and_then(|jwk| Public::from_jwk(&jwk).ok())
        .filter(|key| key.kid() == kid)
        .ok_or_else(|| CannotOpen::UnknownSender(kid.clone()))?;
    let payload = signed.verify(&key).ok_or(CannotOpen::BadSignature)?;
    Ok((payload, kid))
}
