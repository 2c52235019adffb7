//! `A256GCM`: nonce, ciphertext and tag, the field's name authenticated.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use sealpost_domain::Secret;
use zeroize::Zeroizing;

pub(super) const NONCE: usize = 12;

#[expect(
    clippy::expect_used,
    reason = "the cipher refuses more than 64 GiB and nothing else"
)]
pub(super) fn seal(
    key: &Secret<[u8; 32]>,
    nonce: [u8; NONCE],
    field: &str,
    plaintext: &[u8],
) -> Vec<u8> {
    let mut sealed = plaintext.to_vec();
    cipher(key)
        .seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(field),
            &mut sealed,
        )
        .expect("less than 64 GiB");
    [nonce.as_slice(), &sealed].concat()
}

pub(super) fn open(
    key: &Secret<[u8; 32]>,
    field: &str,
    sealed: &[u8],
) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, body) = sealed.split_first_chunk()?;
    let mut buffer = Zeroizing::new(body.to_vec());
    let length = cipher(key)
        .open_in_place(
            Nonce::assume_unique_for_key(*nonce),
            Aad::from(field),
            &mut buffer,
        )
        .ok()?
        .len();
    buffer.truncate(length);
    Some(buffer)
}

#[expect(clippy::expect_used, reason = "the key has the cipher's length")]
fn cipher(key: &Secret<[u8; 32]>) -> LessSafeKey {
    let key = UnboundKey::new(&AES_256_GCM, key.expose()).expect("32 bytes");
    LessSafeKey::new(key)
}
