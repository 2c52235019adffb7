//! Files as Fernet tokens (<https://github.com/fernet/spec/blob/master/Spec.md>), rendered as a stream:
//!
//! ```text
//! token = base64url( 0x80 | time (8) | IV (16) | AES-128-CBC, PKCS#7 (…) | HMAC-SHA-256 over all before (32) )
//! key   = base64url( signing half (16) | encryption half (16) )
//! ```
//!
//! Key and IV are derived from the file's key. That one key always meets the same IV and the same plaintext: the token
//! says nothing but that a file is the same file. Bulk AES and HMAC come from aws-lc-rs for the reason of ADR 0007.

mod render;
#[cfg(test)]
mod tests;

use aws_lc_rs::cipher::{AES_128, EncryptionContext, StreamingEncryptingKey, UnboundCipherKey};
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use sealpost_domain::files::FileId;
use sealpost_domain::ports::{FernetCipher, FernetKey, FernetRenderer, FileKey};
use sealpost_domain::{Secret, Timestamp};
use zeroize::Zeroizing;

use crate::derive::subject_keys;
use render::Renderer;

/// What the derivation of a file's Fernet key is called.
const PURPOSE: &str = "fernet";
/// Each half of a key.
const HALF: usize = 16;
/// The IV, a block of AES.
const IV: usize = 16;

/// The Fernet cipher.
#[derive(Debug, Clone, Copy, Default)]
pub struct StreamingFernet;

impl FernetCipher for StreamingFernet {
    fn key(&self, id: &FileId, key: &FileKey) -> FernetKey {
        Material::derive(id, key).to_text()
    }

    fn render(&self, id: &FileId, key: &FileKey, time: Timestamp) -> Box<dyn FernetRenderer> {
        Box::new(Material::derive(id, key).renderer(time))
    }
}

/// `signing half (16) | encryption half (16) | IV (16)`.
struct Material(Zeroizing<[u8; 2 * HALF + IV]>);

impl Material {
    /// HKDF-SHA-256 of the file's key with `sealpost/fernet/v1 | 0x00 | file id` as `info`.
    fn derive(id: &FileId, key: &FileKey) -> Self {
        Self(subject_keys(key.expose(), PURPOSE, id.as_bytes()))
    }

    fn to_text(&self) -> FernetKey {
        let (key, _) = self.0.split_at(2 * HALF);
        Secret::new(URL_SAFE.encode(key))
    }

    #[expect(
        clippy::expect_used,
        reason = "fixed lengths: a library that refuses them is broken, and nothing may be encrypted with it"
    )]
    fn renderer(&self, time: Timestamp) -> Renderer {
        let (signing, rest) = self.0.split_at(HALF);
        let (encryption, iv) = rest.split_at(HALF);
        let iv: &[u8; IV] = iv.try_into().expect("the rest is the IV");
        let key = UnboundCipherKey::new(&AES_128, encryption).expect("16 bytes are a key");
        let context = EncryptionContext::Iv128(iv.into());
        let cipher = StreamingEncryptingKey::less_safe_cbc_pkcs7(key, context)
            .expect("16 bytes are the IV of CBC");
        let mac = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, signing));
        Renderer::new(cipher, mac, time, iv)
    }
}
