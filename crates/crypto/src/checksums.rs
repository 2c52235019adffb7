//! Digests of what comes piece by piece: what clients send along, what blobs come to, and SHA-256 over several sittings.

use aws_lc_rs::digest::{Context, SHA1_FOR_LEGACY_USE_ONLY, SHA256, SHA512};
use sealpost_domain::ports::{
    BlobDigest, ChecksumKind, Checksums, Digest, ResumableDigest, RunningChecksum,
};
use sha2::Sha256;
use sha2::digest::Digest as _;
use sha2::digest::common::hazmat::{SerializableState as _, SerializedState};

/// The checksums of aws-lc, BLAKE3, and RustCrypto's SHA-256, whose state can be kept: aws-lc's cannot.
#[derive(Debug, Clone, Copy, Default)]
pub struct StreamChecksums;

impl Checksums for StreamChecksums {
    fn begin(&self, kind: ChecksumKind) -> Box<dyn RunningChecksum> {
        let algorithm = match kind {
            ChecksumKind::Sha1 => &SHA1_FOR_LEGACY_USE_ONLY,
            ChecksumKind::Sha256 => &SHA256,
            ChecksumKind::Sha512 => &SHA512,
        };
        Box::new(Running(Context::new(algorithm)))
    }

    fn begin_like(&self, like: &BlobDigest) -> Box<dyn RunningChecksum> {
        match like {
            BlobDigest::Sha256(_) => self.begin(ChecksumKind::Sha256),
            BlobDigest::Blake3(_) => Box::new(RunningBlake3(blake3::Hasher::new())),
        }
    }

    fn resume(&self, state: &[u8]) -> Option<Box<dyn ResumableDigest>> {
        let digest = if state.is_empty() {
            Sha256::new()
        } else {
            let state = SerializedState::<Sha256>::try_from(state).ok()?;
            Sha256::deserialize(&state).ok()?
        };
        Some(Box::new(Resumable(digest)))
    }
}

struct Running(Context);

impl RunningChecksum for Running {
    fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(self: Box<Self>) -> Vec<u8> {
        self.0.finish().as_ref().to_vec()
    }
}

struct RunningBlake3(blake3::Hasher);

impl RunningChecksum for RunningBlake3 {
    fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(self: Box<Self>) -> Vec<u8> {
        self.0.finalize().as_bytes().to_vec()
    }
}

struct Resumable(Sha256);

impl ResumableDigest for Resumable {
    fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn state(&self) -> Vec<u8> {
        self.0.serialize().to_vec()
    }

    fn finish(self: Box<Self>) -> Digest {
        self.0.finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn digests_of_abc_as_fips_180_4_says() {
        for (kind, expected) in [
            (
                ChecksumKind::Sha1,
                "a9993e364706816aba3e25717850c26c9cd0d89d",
            ),
            (
                ChecksumKind::Sha256,
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            ),
            (
                ChecksumKind::Sha512,
                "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
                 2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
            ),
        ] {
            let mut running = StreamChecksums.begin(kind);
            running.update(b"a");
            running.update(b"bc");
            assert_eq!(hex(&running.finish()), expected);
        }
    }

    #[test]
    fn a_blob_is_digested_as_its_row_says() {
        // The first of BLAKE3's own test vectors: nothing, and a zero byte.
        for (content, expected) in [
            (
                [].as_slice(),
                "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262",
            ),
            (
                &[0],
                "2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213",
            ),
        ] {
            let mut running = StreamChecksums.begin_like(&BlobDigest::Blake3([0; 32]));
            running.update(content);
            assert_eq!(hex(&running.finish()), expected, "{content:?}");
        }
        let mut running = StreamChecksums.begin_like(&BlobDigest::Sha256([0; 32]));
        running.update(b"abc");
        let mut expected = StreamChecksums.begin(ChecksumKind::Sha256);
        expected.update(b"abc");
        assert_eq!(running.finish(), expected.finish());
    }

    #[test]
    fn a_digest_goes_on_from_its_state_wherever_it_was_cut() {
        let content: Vec<u8> = (0..=250_u8).cycle().take(1_000).collect();
        let at_once: Digest = Sha256::digest(&content).into();
        for cut in [0, 1, 63, 64, 65, 999, 1_000] {
            let (before, after) = content.split_at(cut);
            let mut digest = StreamChecksums.resume(&[]).unwrap();
            digest.update(before);
            let mut digest = StreamChecksums.resume(&digest.state()).unwrap();
            digest.update(after);
            assert_eq!(digest.finish(), at_once, "{cut}");
        }
        for wrong in [vec![1], vec![0xff; 105], vec![0; 1_000]] {
            assert!(StreamChecksums.resume(&wrong).is_none());
        }
    }
}
