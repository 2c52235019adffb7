//! `A256ECB` with PKCS#7 padding, block for block: for clients of the original, where the operator lets them. It hides
//! neither repetition nor exchange of blocks; that each key serves one request and its answer bounds what that gives.

use aes::Aes256;
use aes::cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use sealpost_domain::Secret;
use zeroize::Zeroizing;

const BLOCK: usize = 16;

pub(super) fn seal(key: &Secret<[u8; 32]>, plaintext: &[u8]) -> Vec<u8> {
    let padding = BLOCK - plaintext.len() % BLOCK;
    let mut sealed = plaintext.to_vec();
    // 1 to 16.
    sealed.extend(std::iter::repeat_n(
        u8::try_from(padding).unwrap_or(0),
        padding,
    ));
    let cipher = Aes256::new(key.expose().into());
    let (blocks, _) = sealed.as_chunks_mut::<BLOCK>();
    for block in blocks {
        cipher.encrypt_block(block.into());
    }
    sealed
}

pub(super) fn open(key: &Secret<[u8; 32]>, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let mut buffer = Zeroizing::new(sealed.to_vec());
    let cipher = Aes256::new(key.expose().into());
    let (blocks, rest) = buffer.as_chunks_mut::<BLOCK>();
    if !rest.is_empty() {
        return None;
    }
    for block in blocks {
        cipher.decrypt_block(block.into());
    }
    let padding = *buffer.last()?;
    let length = buffer.len().checked_sub(usize::from(padding))?;
    let padded = buffer.get(length..)?.iter().all(|byte| *byte == padding);
    if !padded || !(1..=BLOCK).contains(&usize::from(padding)) {
        return None;
    }
    buffer.truncate(length);
    Some(buffer)
}
