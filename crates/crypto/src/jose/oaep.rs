//! Key encryption with RSA: `RSA-OAEP-256` (RFC 7518, section 4.3; RFC 8017, section 7.1), all of it in aws-lc-rs.

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rsa::{
    OAEP_SHA256_MGF1SHA256, OaepPrivateDecryptingKey, OaepPublicEncryptingKey,
    PrivateDecryptingKey, PublicEncryptingKey,
};
use zeroize::Zeroizing;

use super::content::ContentKey;
use crate::keys::{Public, RsaKey};

/// What a header calls it.
pub(crate) const ALG: &str = "RSA-OAEP-256";

/// Encrypts the content key; None if the library refuses the key.
pub(crate) fn encrypt(theirs: &RsaKey, key: &ContentKey) -> Option<Vec<u8>> {
    let theirs = PublicEncryptingKey::from_der(&theirs.to_spki()?).ok()?;
    let theirs = OaepPublicEncryptingKey::new(theirs).ok()?;
    let mut encrypted = vec![0; theirs.ciphertext_size()];
    theirs
        .encrypt(
            &OAEP_SHA256_MGF1SHA256,
            key.as_slice(),
            &mut encrypted,
            None,
        )
        .ok()?;
    Some(encrypted)
}

/// Decrypts the content key; None if it was not encrypted so. The caller must not let anyone see which it was.
pub(crate) fn decrypt(mine: &OaepPrivateDecryptingKey, encrypted: &[u8]) -> Option<ContentKey> {
    let mut buffer = Zeroizing::new(vec![0; mine.min_output_size()]);
    let opened = mine
        .decrypt(&OAEP_SHA256_MGF1SHA256, encrypted, &mut buffer, None)
        .ok()?;
    let key: &[u8; 32] = (&*opened).try_into().ok()?;
    Some(Zeroizing::new(*key))
}

/// Both halves of the pair in this PKCS#8 document (RFC 5208); None if it is none, or a bad one.
pub(crate) fn key_pair(pkcs8: &[u8]) -> Option<(OaepPrivateDecryptingKey, Public)> {
    let private = PrivateDecryptingKey::from_pkcs8(pkcs8).ok()?;
    let spki: PublicKeyX509Der<'_> = private.public_key().as_der().ok()?;
    let public = Public::from_rsa_spki(spki.as_ref()).ok()?;
    Some((OaepPrivateDecryptingKey::new(private).ok()?, public))
}
