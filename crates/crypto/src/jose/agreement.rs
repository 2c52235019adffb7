//! Key agreement with key wrapping: `ECDH-ES+A256KW` (RFC 7518, section 4.6) over P-256 and X25519 (RFC 8037,
//! section 3.2).

use aws_lc_rs::agreement::{self, Algorithm, ECDH_P256, PrivateKey, UnparsedPublicKey, X25519};
use aws_lc_rs::key_wrap::{AES_256, AesKek, KeyWrap};
use sealpost_domain::keys::KeyAlgorithm;
use sealpost_domain::ports::Entropy;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::content::ContentKey;
use crate::keys::{Public, uncompressed};

/// What a header calls it.
pub(super) const ALG: &str = "ECDH-ES+A256KW";

/// How long a wrapped content key is.
const WRAPPED_LEN: usize = 40;

/// What both sides put into the derivation beside the secret: `apu` and `apv`, decoded, empty if they are not there.
#[derive(Default)]
pub(super) struct Parties {
    pub(super) apu: Vec<u8>,
    pub(super) apv: Vec<u8>,
}

/// The curve of a kind of key; None for what does not agree on secrets.
const fn curve(algorithm: KeyAlgorithm) -> Option<&'static Algorithm> {
    match algorithm {
        KeyAlgorithm::X25519 => Some(&X25519),
        KeyAlgorithm::P256 => Some(&ECDH_P256),
        KeyAlgorithm::Rsa | KeyAlgorithm::Ed25519 => None,
    }
}

/// The private key that these 32 bytes are; None if they are none of this kind.
pub(super) fn private_key(algorithm: KeyAlgorithm, bytes: &[u8]) -> Option<PrivateKey> {
    PrivateKey::from_private_key(curve(algorithm)?, bytes).ok()
}

/// A private key for one use.
pub(super) fn fresh_key(algorithm: KeyAlgorithm, entropy: &dyn Entropy) -> Option<PrivateKey> {
    // One in 2³² strings of 32 bytes is no private key of P-256; all are of X25519.
    (0..4).find_map(|_| {
        let mut bytes = Zeroizing::new([0; 32]);
        entropy.fill(bytes.as_mut_slice());
        private_key(algorithm, bytes.as_slice())
    })
}

/// The public half.
pub(super) fn public_key(private: &PrivateKey) -> Option<Public> {
    let public = private.compute_public_key().ok()?;
    let bytes = public.as_ref();
    if private.algorithm() == &X25519 {
        return Some(Public::X25519(bytes.try_into().ok()?));
    }
    let (x, y) = bytes.strip_prefix(&[4])?.split_at_checked(32)?;
    Some(Public::P256 {
        x: x.try_into().ok()?,
        y: y.try_into().ok()?,
    })
}

/// Wraps the content key for the other side; None if the keys are on different curves.
pub(super) fn wrap(
    mine: &PrivateKey,
    theirs: &Public,
    parties: &Parties,
    key: &ContentKey,
) -> Option<Vec<u8>> {
    let mut wrapped = vec![0; WRAPPED_LEN];
    wrapping_key(mine, theirs, parties)?
        .wrap(key.as_slice(), &mut wrapped)
        .ok()?;
    Some(wrapped)
}

/// Unwraps the content key; None if it was not wrapped so.
pub(super) fn unwrap(
    mine: &PrivateKey,
    theirs: &Public,
    parties: &Parties,
    wrapped: &[u8],
) -> Option<ContentKey> {
    if wrapped.len() != WRAPPED_LEN {
        return None;
    }
    let mut key = ContentKey::default();
    wrapping_key(mine, theirs, parties)?
        .unwrap(wrapped, key.as_mut_slice())
        .ok()?;
    Some(key)
}

fn wrapping_key(mine: &PrivateKey, theirs: &Public, parties: &Parties) -> Option<AesKek> {
    let derived = agree(mine, theirs, |secret| concat_kdf(secret, ALG, parties, 256))?;
    AesKek::new(&AES_256, derived.as_slice()).ok()
}

fn agree<R>(mine: &PrivateKey, theirs: &Public, derive: impl FnOnce(&[u8]) -> R) -> Option<R> {
    let bytes = match theirs {
        Public::X25519(u) => u.to_vec(),
        Public::P256 { x, y } => uncompressed(x, y),
        Public::Rsa(_) | Public::Ed25519(_) => return None,
    };
    let theirs = UnparsedPublicKey::new(curve(theirs.algorithm())?, bytes);
    agreement::agree(mine, theirs, (), |secret| Ok(derive(secret))).ok()
}

/// The Concat KDF (RFC 7518, section 4.6.2) with SHA-256 for keys of at most 256 bits, which is one round of it.
fn concat_kdf(secret: &[u8], algorithm: &str, parties: &Parties, bits: u32) -> ContentKey {
    let mut hash = Sha256::new_with_prefix(1_u32.to_be_bytes());
    hash.update(secret);
    for field in [algorithm.as_bytes(), &parties.apu, &parties.apv] {
        // A field has less than 4 GiB: it came out of one JSON text.
        let length = u32::try_from(field.len()).unwrap_or(u32::MAX);
        hash.update(length.to_be_bytes());
        hash.update(field);
    }
    hash.update(bits.to_be_bytes());
    Zeroizing::new(hash.finalize().into())
}

#[cfg(test)]
mod tests;
