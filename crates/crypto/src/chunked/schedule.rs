//! From a file's key, its salt and its context to the keys of its chunks.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::hkdf::{HKDF_SHA512, KeyType, Prk};
use sealpost_domain::files::SealedLayout;
use zeroize::Zeroizing;

use super::ALGORITHM;

/// Length of the salt.
pub(super) const SALT: usize = 24;
/// Length of the commitment.
pub(super) const COMMITMENT: usize = 32;
const KEY: usize = 32;
const NONCE: usize = 12;

/// How much is derived: `key (32) | base nonce (12) | commitment (32)`.
struct Material;

impl KeyType for Material {
    fn len(&self) -> usize {
        KEY + NONCE + COMMITMENT
    }
}

/// The keys of one sealed file.
pub(super) struct Schedule {
    key: LessSafeKey,
    base_nonce: [u8; NONCE],
    pub(super) commitment: [u8; COMMITMENT],
}

impl Schedule {
    /// HKDF-Expand-SHA-512 (RFC 5869, section 2.3) with the file's key as the pseudorandom key and
    /// `algorithm | 0x00 | salt | context` as `info`.
    #[expect(
        clippy::expect_used,
        reason = "fixed lengths: a library that refuses them is broken, and nothing may be sealed with it"
    )]
    pub(super) fn derive(file_key: &[u8; 32], salt: &[u8; SALT], context: &[u8]) -> Self {
        let info = [ALGORITHM.as_bytes(), &[0], salt, context].concat();
        let mut material = Zeroizing::new([0_u8; KEY + NONCE + COMMITMENT]);
        Prk::new_less_safe(HKDF_SHA512, file_key)
            .expand(&[&info], Material)
            .and_then(|okm| okm.fill(&mut *material))
            .expect("76 bytes are two blocks");
        let (key, rest) = material
            .split_first_chunk::<KEY>()
            .expect("the key comes first");
        let (base_nonce, commitment) = rest.split_first_chunk::<NONCE>().expect("then the nonce");
        Self {
            key: LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).expect("32 bytes are a key")),
            base_nonce: *base_nonce,
            commitment: commitment.try_into().expect("the rest"),
        }
    }

    /// `base nonce XOR index`, the index in big-endian form and as wide as the nonce.
    pub(super) fn nonce(&self, index: u64) -> [u8; NONCE] {
        let mut nonce = self.base_nonce;
        for (byte, digit) in nonce.iter_mut().rev().zip(index.to_le_bytes()) {
            *byte ^= digit;
        }
        nonce
    }

    /// Encrypts in place; returns the tag. Each index is sealed once ([`super::seal::Sealer`] only counts up; who uses
    /// [`super::chunk::SaltedSealer`] keeps what was sealed), under a key that a fresh random salt makes new for every
    /// upload: no nonce repeats.
    pub(super) fn seal(
        &self,
        index: u64,
        chunk: &mut [u8],
    ) -> Result<[u8; SealedLayout::TAG], Unspecified> {
        let nonce = Nonce::assume_unique_for_key(self.nonce(index));
        let tag = self
            .key
            .seal_in_place_separate_tag(nonce, Aad::empty(), chunk)?;
        tag.as_ref().try_into().map_err(|_| Unspecified)
    }

    /// Decrypts in place a chunk with its tag; returns the length of the plaintext.
    pub(super) fn open(&self, index: u64, chunk: &mut [u8]) -> Result<usize, Unspecified> {
        let nonce = Nonce::assume_unique_for_key(self.nonce(index));
        let opened = self.key.open_in_place(nonce, Aad::empty(), chunk)?;
        Ok(opened.len())
    }
}
