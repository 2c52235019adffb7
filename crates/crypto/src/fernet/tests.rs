//! The tokens of the specification, and tokens of any content opened by a decryption that shares nothing with the
//! renderer: another library, all at once, as Python's `cryptography.fernet` does it.

use ::hmac::{KeyInit as _, Mac as _};
use aes::Aes128Dec;
use aes::cipher::block_padding::Pkcs7;
use aes::cipher::{BlockModeDecrypt as _, KeyIvInit as _};
use proptest::prelude::*;

use super::*;
use crate::derive::HmacSha256;

const KEY: [u8; 32] = [7; 32];
const TIME: Timestamp = Timestamp::from_seconds(1_800_000_000);

fn id() -> FileId {
    FileId::from_bytes([9; 16])
}

/// All that the renderer says about `plaintext`, handed over in pieces of `piece` bytes.
fn write(mut renderer: Box<dyn FernetRenderer>, plaintext: &[u8], piece: usize) -> String {
    let mut token = Vec::new();
    for part in plaintext.chunks(piece) {
        renderer.push(part, &mut token).unwrap();
    }
    renderer.finish(&mut token).unwrap();
    String::from_utf8(token).unwrap()
}

fn token(plaintext: &[u8], piece: usize) -> String {
    let renderer = StreamingFernet.render(&id(), &Secret::new(KEY), TIME);
    write(renderer, plaintext, piece)
}

/// The time and the plaintext; None if the token is not one of this key. The order of the specification: version, MAC,
/// decryption.
fn open(key: &str, token: &str) -> Option<(u64, Vec<u8>)> {
    let key: [u8; 32] = URL_SAFE.decode(key).ok()?.try_into().ok()?;
    let (signing, encryption) = key.split_at(16);
    let token = URL_SAFE.decode(token).ok()?;
    let (signed, mac) = token.split_at_checked(token.len().checked_sub(32)?)?;
    HmacSha256::new_from_slice(signing)
        .ok()?
        .chain_update(signed)
        .verify_slice(mac)
        .ok()?;
    let (head, ciphertext) = signed.split_at_checked(25)?;
    if head[0] != 0x80 {
        return None;
    }
    let decryptor = cbc::Decryptor::<Aes128Dec>::new_from_slices(encryption, &head[9..]).ok()?;
    let plaintext = decryptor.decrypt_padded_vec::<Pkcs7>(ciphertext).ok()?;
    Some((u64::from_be_bytes(head[1..9].try_into().ok()?), plaintext))
}

/// `generate.json` and the first of `verify.json` of the specification: one token, written and read.
#[test]
fn agrees_with_the_specification() {
    let (key, hello) = ("cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=", "hello");
    let expected = "gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA==";
    // 1985-10-26T01:20:00-07:00
    let time = Timestamp::from_seconds(499_162_800);
    let mut material = Zeroizing::new([0; 48]);
    material[..32].copy_from_slice(&URL_SAFE.decode(key).unwrap());
    material[32..].copy_from_slice(&std::array::from_fn::<u8, 16, _>(|at| {
        u8::try_from(at).unwrap()
    }));
    let material = Material(material);
    assert_eq!(material.to_text().expose(), key);
    for piece in [1, 2, 5] {
        let renderer = Box::new(material.renderer(time));
        assert_eq!(write(renderer, hello.as_bytes(), piece), expected);
    }
    assert_eq!(
        open(key, expected),
        Some((499_162_800, hello.as_bytes().to_vec()))
    );
}

#[test]
fn a_file_has_one_token_and_no_other_file_has_it() {
    let (whole, cut) = (token(b"content", 7), token(b"content", 2));
    assert_eq!(whole, cut);
    let (key, other_id) = (Secret::new(KEY), FileId::from_bytes([8; 16]));
    let text = StreamingFernet.key(&id(), &key);
    for (id, key) in [(other_id, KEY), (id(), [8; 32])] {
        let key = Secret::new(key);
        assert_ne!(StreamingFernet.key(&id, &key), text);
        let renderer = StreamingFernet.render(&id, &key, TIME);
        let other = write(renderer, b"content", 7);
        assert_ne!(other, whole);
        assert_eq!(open(text.expose(), &other), None);
    }
    assert_eq!(text.expose().len(), 44);
    assert!(!format!("{text:?}").contains(text.expose()));
}

#[test]
fn the_keys_of_a_file_are_derived_as_documented() {
    // HKDF-SHA-256(file key, info "sealpost/fernet/v1" | 0x00 | file id), computed with Python's `cryptography`.
    let text = StreamingFernet.key(&id(), &Secret::new(KEY));
    assert_eq!(
        text.expose(),
        "r4IR9V011HTdmdDAKcymTHsNZoGRIR2VElKeE5PAMO0="
    );
    let iv = URL_SAFE.decode(token(b"", 1)).unwrap()[9..25].to_vec();
    assert_eq!(URL_SAFE.encode(iv), "FSYGOmNd6aAcbxhreatFQA==");
}

#[test]
fn a_time_before_1970_counts_as_1970() {
    let key = Secret::new(KEY);
    let renderer = StreamingFernet.render(&id(), &key, Timestamp::from_seconds(-1));
    let token = write(renderer, b"x", 1);
    let opened = open(StreamingFernet.key(&id(), &key).expose(), &token);
    assert_eq!(opened, Some((0, b"x".to_vec())));
}

proptest! {
    #[test]
    fn any_content_opens_elsewhere(
        plaintext in prop::collection::vec(any::<u8>(), 0..200),
        piece in 1_usize..64,
    ) {
        let token = token(&plaintext, piece);
        let key = StreamingFernet.key(&id(), &Secret::new(KEY));
        prop_assert_eq!(open(key.expose(), &token), Some((1_800_000_000, plaintext)));
    }

    #[test]
    fn large_pieces_open_elsewhere(size in 0_usize..100_000, piece in 1_000_usize..40_000) {
        let plaintext: Vec<u8> = (0..=250_u8).cycle().take(size).collect();
        let token = token(&plaintext, piece);
        let key = StreamingFernet.key(&id(), &Secret::new(KEY));
        prop_assert_eq!(open(key.expose(), &token).map(|(_, opened)| opened == plaintext), Some(true));
    }

    #[test]
    fn a_changed_token_does_not_open(at in any::<prop::sample::Index>()) {
        let mut changed = token(b"some content", 12).into_bytes();
        let at = at.index(changed.len() - 1);
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        let key = StreamingFernet.key(&id(), &Secret::new(KEY));
        let changed = String::from_utf8(changed).unwrap();
        prop_assert_eq!(open(key.expose(), &changed), None);
    }
}
