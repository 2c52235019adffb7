use super::Digest;

/// What all bytes of a blob come to, and how that was computed: 32 bytes that no two blobs have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BlobDigest {
    /// SHA-256 (FIPS 180-4): of what came over several sittings, since its state can be kept.
    Sha256(Digest),
    /// BLAKE3 (<https://github.com/BLAKE3-team/BLAKE3-specs>), with 32 bytes of output and no key: of what was written at once.
    Blake3(Digest),
}

impl BlobDigest {
    /// The bytes alone.
    #[must_use]
    pub const fn bytes(&self) -> &Digest {
        match self {
            Self::Sha256(digest) | Self::Blake3(digest) => digest,
        }
    }

    /// How it was computed, as a number that is stored.
    #[must_use]
    pub const fn code(&self) -> i16 {
        match self {
            Self::Sha256(_) => 1,
            Self::Blake3(_) => 2,
        }
    }

    /// The digest that [`BlobDigest::code`] and [`BlobDigest::bytes`] gave; None if there is no such code.
    #[must_use]
    pub const fn of_code(code: i16, digest: Digest) -> Option<Self> {
        match code {
            1 => Some(Self::Sha256(digest)),
            2 => Some(Self::Blake3(digest)),
            _ => None,
        }
    }
}
