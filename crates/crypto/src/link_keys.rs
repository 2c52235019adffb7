//! What links are opened with.

use sealpost_domain::Secret;
use sealpost_domain::links::LinkId;
use sealpost_domain::ports::LinkKeys;

use crate::derive::{secret_key, subject_keys};

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
