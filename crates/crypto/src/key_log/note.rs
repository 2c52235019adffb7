//! What signer and verifier must agree on.

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use base64ct::{Base64, Encoding};
use sealpost_domain::key_log::TreeHead;

use crate::sha256;

/// The signature type of Ed25519.
pub(super) const ED25519_TYPE: u8 = 1;
/// What a signature line begins with: an em dash and a space.
pub(super) const SIGNATURE_MARK: &str = "\u{2014} ";

/// The id of the key: the first four bytes of SHA-256 over name, newline, type and key.
pub(super) fn key_id(name: &str, public: &[u8; 32]) -> [u8; 4] {
    let named = [name.as_bytes(), b"\n", &[ED25519_TYPE], public].concat();
    let [a, b, c, d, ..] = sha256(&named);
    [a, b, c, d]
}

/// The text of a checkpoint, without its signatures.
pub(super) fn body(origin: &str, head: &TreeHead) -> String {
    let root = Base64::encode_string(&head.root);
    format!("{origin}\n{}\n{root}\n", head.size)
}

pub(super) fn is_signed(public: &[u8; 32], text: &str, signature: &[u8]) -> bool {
    UnparsedPublicKey::new(&ED25519, public)
        .verify(text.as_bytes(), signature)
        .is_ok()
}
