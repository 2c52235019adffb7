//! OpenSSL's own form (`PEM_read_bio_PrivateKey(3)`, "PEM ENCRYPTION FORMAT"): AES-CBC under a key that MD5 makes of the
//! password. MD5 is what the form says; nothing here is protected by it.

use aes::cipher::block_padding::Pkcs7;
use aes::cipher::{BlockModeDecrypt, KeyIvInit};
use aes::{Aes128Dec, Aes192Dec, Aes256Dec};
use cbc::Decryptor;
use md5::{Digest, Md5};
use sealpost_domain::ports::PrivatePemError;
use zeroize::Zeroizing;

use super::block::Block;

/// What a name may look like that is repeated to the caller.
const LONGEST_NAME: usize = 24;

/// Decrypts the body; `info` is the value of `DEK-Info`. The content is PKCS#1.
pub(super) fn open(
    block: &Block<'_>,
    info: &str,
    password: &[u8],
) -> Result<Zeroizing<Vec<u8>>, PrivatePemError> {
    let (cipher, iv) = info.split_once(',').ok_or(PrivatePemError::Unreadable)?;
    let iv = from_hex(iv.trim()).ok_or(PrivatePemError::Unreadable);
    let body = block.decode().ok_or(PrivatePemError::Unreadable)?;
    match cipher.trim() {
        "AES-128-CBC" => decrypt::<Decryptor<Aes128Dec>, 16>(&body, password, &iv?),
        "AES-192-CBC" => decrypt::<Decryptor<Aes192Dec>, 24>(&body, password, &iv?),
        "AES-256-CBC" => decrypt::<Decryptor<Aes256Dec>, 32>(&body, password, &iv?),
        other => Err(PrivatePemError::Unsupported(shown(other))),
    }
}

fn decrypt<C: BlockModeDecrypt + KeyIvInit, const KEY: usize>(
    body: &[u8],
    password: &[u8],
    iv: &[u8; 16],
) -> Result<Zeroizing<Vec<u8>>, PrivatePemError> {
    let key = derive::<KEY>(password, iv);
    let opened = C::new_from_slices(key.as_slice(), iv)
        .ok()
        .and_then(|cipher| cipher.decrypt_padded_vec::<Pkcs7>(body).ok());
    opened.map(Zeroizing::new).ok_or(PrivatePemError::Rejected)
}

/// `EVP_BytesToKey(3)` with MD5 and one iteration: D₁ = MD5(password ‖ salt), Dᵢ = MD5(Dᵢ₋₁ ‖ password ‖ salt), where the
/// salt is the first half of the IV.
fn derive<const KEY: usize>(password: &[u8], iv: &[u8; 16]) -> Zeroizing<[u8; KEY]> {
    let (salt, _) = iv.split_at(8);
    let mut key = Zeroizing::new([0; KEY]);
    let mut last: Zeroizing<Vec<u8>> = Zeroizing::new(Vec::new());
    for part in key.chunks_mut(16) {
        let digest = Md5::new()
            .chain_update(&*last)
            .chain_update(password)
            .chain_update(salt)
            .finalize();
        for (byte, digit) in part.iter_mut().zip(digest) {
            *byte = digit;
        }
        last = Zeroizing::new(digest.to_vec());
    }
    key
}

fn from_hex(text: &str) -> Option<[u8; 16]> {
    let digits: Vec<u8> = text
        .chars()
        .map(|digit| {
            digit
                .to_digit(16)
                .and_then(|digit| u8::try_from(digit).ok())
        })
        .collect::<Option<_>>()?;
    let (pairs, []) = digits.as_chunks::<2>() else {
        return None;
    };
    let bytes: Vec<u8> = pairs.iter().map(|[high, low]| high << 4 | low).collect();
    bytes.try_into().ok()
}

/// The cipher's name if it is a plain one: the caller's text is repeated to the caller.
fn shown(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if !name.is_empty() && name.len() <= LONGEST_NAME && name.chars().all(plain) {
        name.to_owned()
    } else {
        "another cipher".to_owned()
    }
}
