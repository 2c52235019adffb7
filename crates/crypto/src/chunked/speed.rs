//! How fast files are sealed and opened, beside the RustCrypto cipher that could do the same (ADR 0007):
//! `cargo test --release -p sealpost-crypto chunked::speed -- --ignored --nocapture`

use std::time::Instant;

use aes_gcm::aead::{AeadInOut as _, KeyInit as _};
use bytes::BytesMut;
use sealpost_domain::Secret;

use super::*;
use crate::OsEntropy;

const SIZE: usize = 256 * 1024 * 1024;

fn report(what: &str, work: impl FnOnce()) {
    let began = Instant::now();
    work();
    let megabytes = 268.435_456 / began.elapsed().as_secs_f64();
    println!("{what}: {megabytes:.0} MB/s");
}

#[test]
#[ignore = "a measurement, for a release build"]
fn sealing_and_opening_beside_the_other_library() {
    let (id, key) = (FileId::from_bytes([1; 16]), Secret::new([2; 32]));
    let cipher = ChunkedCipher::new(Arc::new(OsEntropy));
    let piece = vec![b'x'; 64 * 1024];
    // As an upload does: what is sealed is taken away at once.
    let mut taken = Vec::with_capacity(2 * piece.len());
    report("seal, aws-lc-rs, with SHA-256", || {
        let mut sealer = cipher.seal(&id, &key);
        for _ in 0..SIZE / piece.len() {
            taken.clear();
            sealer.push(&piece, &mut taken).unwrap();
        }
        sealer.finish(&mut taken).unwrap();
    });
    report("SHA-256 alone, aws-lc-rs", || {
        let mut digest = aws_lc_rs::digest::Context::new(&aws_lc_rs::digest::SHA256);
        for _ in 0..SIZE / piece.len() {
            digest.update(&piece);
        }
        let _ = digest.finish();
    });
    let mut sealed = Vec::new();
    let mut sealer = cipher.seal(&id, &key);
    for _ in 0..SIZE / piece.len() {
        sealer.push(&piece, &mut sealed).unwrap();
    }
    sealer.finish(&mut sealed).unwrap();
    let (header, chunks) = sealed.split_first_chunk().unwrap();
    let layout = SealedLayout::of_sealed(u64::try_from(sealed.len()).unwrap()).unwrap();
    let opener = cipher.open(&id, &key, header, layout).unwrap();
    report("open, aws-lc-rs", || {
        for (index, chunk) in (0..).zip(chunks.chunks(SealedLayout::SEALED_CHUNK)) {
            opener
                .open_chunk(index, &mut BytesMut::from(chunk))
                .unwrap();
        }
    });
    let other = aes_gcm::Aes256Gcm::new(&[3; 32].into());
    let mut chunk = vec![b'x'; SealedLayout::CHUNK];
    report("seal, aes-gcm, without SHA-256", || {
        for _ in 0..SIZE / chunk.len() {
            let nonce = [4; 12].into();
            other
                .encrypt_inout_detached(&nonce, &[], chunk.as_mut_slice().into())
                .unwrap();
        }
    });
}
