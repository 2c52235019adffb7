//! Names of public keys: JWK thumbprints (RFC 7638).

use sealpost_domain::keys::Thumbprint;
use sha2::{Digest, Sha256};

use crate::b64;

/// SHA-256 over a JWK's required members in canonical JSON (RFC 7638, section 3).
pub(crate) fn thumbprint(canonical_jwk: &str) -> Thumbprint {
    Sha256::digest(canonical_jwk).into()
}

/// The canonical JWK of a key on Curve25519 (RFC 8037, section 2): the required members only, in lexicographic order,
/// without white space.
pub(crate) fn okp_jwk(curve: &str, public: &[u8; 32]) -> String {
    let x = b64::encode(public);
    format!(r#"{{"crv":"{curve}","kty":"OKP","x":"{x}"}}"#)
}

/// The thumbprint of an Ed25519 public key, as `kid` spells it.
pub(crate) fn ed25519_thumbprint(public: &[u8; 32]) -> String {
    b64::encode(&thumbprint(&okp_jwk("Ed25519", public)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_rfc_8037() {
        // Appendix A.3.
        let public = b64::decode_array("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo").unwrap();
        assert_eq!(
            ed25519_thumbprint(&public),
            "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
        );
    }
}
