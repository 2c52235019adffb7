use bytes::BytesMut;
use proptest::prelude::*;
use proptest::sample::Index;
use sealpost_domain::Secret;
use sealpost_domain::testing::CountingEntropy;

use super::*;
use crate::OsEntropy;

const KEY: [u8; 32] = [7; 32];

fn id() -> FileId {
    FileId::from_bytes([9; 16])
}

fn cipher() -> ChunkedCipher {
    ChunkedCipher::new(Arc::new(OsEntropy))
}

fn long(length: usize) -> u64 {
    u64::try_from(length).unwrap()
}

/// Where a sealed chunk lies.
fn place(layout: SealedLayout, index: u64) -> std::ops::Range<usize> {
    let range = layout.sealed_range(index, index);
    usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap()
}

/// Seals `plaintext`, handed over in pieces of `piece` bytes.
fn seal(plaintext: &[u8], piece: usize) -> Vec<u8> {
    let mut sealed = Vec::new();
    let mut sealer = cipher().seal(&id(), &Secret::new(KEY));
    for part in plaintext.chunks(piece) {
        sealer.push(part, &mut sealed).unwrap();
    }
    let layout = sealer.finish(&mut sealed).unwrap();
    assert_eq!(layout.size(), long(plaintext.len()));
    assert_eq!(layout.sealed_size(), long(sealed.len()));
    sealed
}

/// Opens all of a file; what came before a damage is lost.
pub(super) fn open_all(
    key: &[u8; 32],
    context: &[u8],
    sealed: &[u8],
) -> Result<Vec<u8>, (usize, FileCipherError)> {
    let damaged = |opened: &[u8]| (opened.len(), FileCipherError::Damaged);
    let mut opened = Vec::new();
    let Some(header) = sealed.first_chunk() else {
        return Err(damaged(&[]));
    };
    let Some(layout) = SealedLayout::of_sealed(long(sealed.len())) else {
        return Err(damaged(&[]));
    };
    let opener = Opener::new(key, context, header, layout).map_err(|_| damaged(&[]))?;
    for index in 0..=layout.last_chunk() {
        let range = place(layout, index);
        let mut chunk = BytesMut::from(&sealed[range]);
        if opener.open_chunk(index, &mut chunk).is_err() {
            assert!(chunk.is_empty(), "nothing unauthenticated comes out");
            return Err(damaged(&opened));
        }
        opened.extend_from_slice(&chunk);
    }
    Ok(opened)
}

fn open(sealed: &[u8]) -> Option<Vec<u8>> {
    open_all(&KEY, &cipher().context(&id()), sealed).ok()
}

fn plaintext(size: usize) -> Vec<u8> {
    (0..=250_u8).cycle().step_by(31).take(size).collect()
}

#[test]
fn what_is_sealed_opens_however_it_was_cut() {
    for size in [0, 1, 16_383, 16_384, 16_385, 1_048_577] {
        let plaintext = plaintext(size);
        for piece in [1_000, 16_384, 70_000, 2_000_000] {
            let sealed = seal(&plaintext, piece);
            assert_eq!(
                open(&sealed).as_ref(),
                Some(&plaintext),
                "{size} in {piece}"
            );
        }
    }
}

#[test]
fn the_format_is_pinned() {
    // Opened with Python's `cryptography` from the formula of the specification alone: a change orphans what is stored.
    let cipher = ChunkedCipher::new(Arc::new(CountingEntropy::default()));
    let mut sealed = Vec::new();
    let mut sealer = cipher.seal(&id(), &Secret::new(KEY));
    sealer.push(b"hello", &mut sealed).unwrap();
    sealer.finish(&mut sealed).unwrap();
    let hex: String = sealed.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hex, PINNED);
}

const PINNED: &str = "c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0000000000000000047fe0a5695e64a9107e07f35c95aea37\
    c865b99266e6ed2d882f68063d183bd3905b0068a82d6ab624c1d3b44022f6bd66259c89cd";

#[test]
fn chunks_open_in_any_order_and_only_in_their_place() {
    let plaintext = plaintext(50_000);
    let sealed = seal(&plaintext, 50_000);
    let layout = SealedLayout::of_plaintext(50_000).unwrap();
    let header = sealed.first_chunk().unwrap();
    let opener = cipher()
        .open(&id(), &Secret::new(KEY), header, layout)
        .unwrap();
    for (taken, index) in [(3, 3), (1, 1), (0, 0), (2, 2), (0, 1), (2, 0), (3, 4)] {
        let range = place(layout, taken);
        let mut chunk = BytesMut::from(&sealed[range]);
        let opened = opener.open_chunk(index, &mut chunk);
        assert_eq!(opened.is_ok(), taken == index, "{taken} as {index}");
        if taken == index {
            let start = usize::try_from(taken).unwrap() * 16_384;
            assert_eq!(chunk, plaintext[start..50_000.min(start + 16_384)]);
        }
    }
}

#[test]
fn another_key_or_another_file_is_refused_before_any_chunk() {
    let sealed = seal(b"hello", 5);
    let layout = SealedLayout::of_plaintext(5).unwrap();
    let header = sealed.first_chunk().unwrap();
    let other = FileId::from_bytes([8; 16]);
    for (id, key, right) in [
        (id(), KEY, true),
        (id(), [8; 32], false),
        (other, KEY, false),
    ] {
        let opened = cipher().open(&id, &Secret::new(key), header, layout);
        assert_eq!(opened.is_ok(), right);
    }
}

#[test]
fn the_same_file_never_looks_the_same() {
    assert_ne!(seal(b"hello", 5)[56..], seal(b"hello", 5)[56..]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_flipped_bit_is_noticed(size in 0..40_000_usize, at in any::<Index>(), bit in 0..8_u32) {
        let mut sealed = seal(&plaintext(size), 10_000);
        let at = at.index(sealed.len());
        sealed[at] ^= 1 << bit;
        prop_assert_eq!(open(&sealed), None);
    }

    #[test]
    fn every_cut_and_every_addition_is_noticed(size in 0..40_000_usize, at in any::<Index>(), more in 1..20_000_usize) {
        let sealed = seal(&plaintext(size), 10_000);
        prop_assert_eq!(open(&sealed[..at.index(sealed.len())]), None);
        let longer = [sealed, plaintext(more)].concat();
        prop_assert_eq!(open(&longer), None);
    }

    #[test]
    fn chunks_that_changed_places_are_noticed(one in 0..3_usize, other in 0..3_usize) {
        prop_assume!(one != other);
        let sealed = seal(&plaintext(3 * 16_384 + 100), 16_384);
        let mut moved = sealed.clone();
        let place = |chunk: usize| 56 + chunk * 16_400..56 + (chunk + 1) * 16_400;
        moved[place(one)].copy_from_slice(&sealed[place(other)]);
        moved[place(other)].copy_from_slice(&sealed[place(one)]);
        prop_assert_eq!(open(&moved), None);
    }

    #[test]
    fn any_split_of_the_plaintext_gives_a_file_that_opens(size in 0..100_000_usize, piece in 1..40_000_usize) {
        let plaintext = plaintext(size);
        prop_assert_eq!(open(&seal(&plaintext, piece)), Some(plaintext));
    }
}
