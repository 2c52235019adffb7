//! What links are opened with.

use sealpost_domain::Secret;
use sealpost_domain::links::LinkId;
use sealpost_domain::ports::{Entropy, LinkKeys};
use zeroize::Zeroizing;

use crate::b64;
use crate::derive::{secret_key, subject_keys};
use crate::jose::compact::{Sealed, decrypt_content, encrypt_content};

/// HKDF-SHA-256 (RFC 5869) with a label for each purpose.
#[derive(Debug, Clone, Copy, Default)]
pub struct HkdfLinkKeys;

impl LinkKeys for HkdfLinkKeys {
    fn proof(&self, secret: &Secret<[u8; 32]>, id: &LinkId) -> Secret<[u8; 32]> {
        Secret::new(*subject_keys(secret.expose(), "link/proof", id.as_bytes()))
    }

    fn key(&self, proof: &Secret<[u8; 32]>, id: &LinkId) -> Secret<[u8; 32]> {
        Secret::new(*subject_keys(proof.expose(), "link/key", id.as_bytes()))
    }

    fn download_key(&self, token: &[u8]) -> Secret<[u8; 32]> {
        Secret::new(*secret_key(token, "link-download"))
    }
}

/// What wraps a file's key in a link to a file that is end-to-end encrypted: `info` is `sealpost/link/wrap/v1`, a zero byte, and
/// the link's id. For clients; the server never has the secret.
#[must_use]
pub fn link_wrap_key(secret: &Secret<[u8; 32]>, id: &LinkId) -> Secret<[u8; 32]> {
    Secret::new(*subject_keys(secret.expose(), "link/wrap", id.as_bytes()))
}

/// Wraps a file's key, and what is said of the file behind it, under the secret of a link: 12 bytes of nonce, then AES-256-GCM
/// with the id as associated data, in base64url. None if the library fails.
#[must_use]
pub fn wrap_for_link(
    secret: &Secret<[u8; 32]>,
    id: &LinkId,
    content: &[u8],
    entropy: &dyn Entropy,
) -> Option<String> {
    let key = Zeroizing::new(*link_wrap_key(secret, id).expose());
    let mut iv = [0; 12];
    entropy.fill(&mut iv);
    let sealed = encrypt_content(&key, iv, id.as_bytes(), content)?;
    let parts = [sealed.iv.as_slice(), &sealed.ciphertext, &sealed.tag];
    Some(b64::encode(&parts.concat()))
}

/// Opens what [`wrap_for_link`] has made; None if it was not made under this secret for this link.
#[must_use]
pub fn unwrap_from_link(
    secret: &Secret<[u8; 32]>,
    id: &LinkId,
    wrapped: &str,
) -> Option<Zeroizing<Vec<u8>>> {
    let bytes = b64::decode(wrapped)?;
    let (iv, rest) = bytes.split_first_chunk()?;
    let (ciphertext, tag) = rest.split_last_chunk()?;
    let key = Zeroizing::new(*link_wrap_key(secret, id).expose());
    let sealed = Sealed {
        iv: *iv,
        ciphertext: ciphertext.to_vec(),
        tag: *tag,
    };
    decrypt_content(&key, id.as_bytes(), &sealed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(key: &Secret<[u8; 32]>) -> String {
        key.expose()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    #[test]
    fn what_is_wrapped_for_a_link_opens_with_its_secret_alone() {
        let (secret, id) = (Secret::new([7; 32]), LinkId::from_bytes([9; 16]));
        let wrapped = wrap_for_link(&secret, &id, b"key", &crate::OsEntropy).unwrap();
        let opened = unwrap_from_link(&secret, &id, &wrapped);
        assert_eq!(opened.unwrap().as_slice(), b"key");
        let other = LinkId::from_bytes([8; 16]);
        assert!(unwrap_from_link(&secret, &other, &wrapped).is_none());
        assert!(unwrap_from_link(&Secret::new([6; 32]), &id, &wrapped).is_none());
        for wrong in ["", "AAAA", &wrapped[1..]] {
            assert!(unwrap_from_link(&secret, &id, wrong).is_none());
        }
    }

    #[test]
    fn clients_derive_the_same() {
        // Computed with Python's `cryptography`: a change here voids every link.
        let (secret, id) = (Secret::new([7; 32]), LinkId::from_bytes([9; 16]));
        let proof = HkdfLinkKeys.proof(&secret, &id);
        assert_eq!(
            hex(&proof),
            "823e7558f621f1283219b49ff5894f004212b106c2c1d72c0bf1abfb329982eb"
        );
        assert_eq!(
            hex(&HkdfLinkKeys.key(&proof, &id)),
            "2c5abc506509069f2a6ce29431736ed866a4eac0db957e576303cc5b683331e8"
        );
        assert_eq!(
            hex(&link_wrap_key(&secret, &id)),
            "cbe625a6bc547445d950b2170530355462129b32f79757bec21094625c7572f7"
        );
    }
}
