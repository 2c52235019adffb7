use super::{BlobDigest, Digest};

/// How a client says what its bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChecksumKind {
    /// SHA-1, 20 bytes: against accidents alone, since collisions can be made. Every tus server has it.
    Sha1,
    /// SHA-256, 32 bytes.
    Sha256,
    /// SHA-512, 64 bytes.
    Sha512,
}

/// A checksum that is being computed.
pub trait RunningChecksum: Send {
    /// Takes the next bytes.
    fn update(&mut self, bytes: &[u8]);

    /// What all of them come to.
    fn finish(self: Box<Self>) -> Vec<u8>;
}

/// SHA-256 that is computed over several sittings.
pub trait ResumableDigest: Send {
    /// Takes the next bytes.
    fn update(&mut self, bytes: &[u8]);

    /// All there is to go on with: of bytes that are no secret, so neither is it.
    fn state(&self) -> Vec<u8>;

    /// What all bytes come to.
    fn finish(self: Box<Self>) -> Digest;
}

/// Digests of what is too long to be held at once.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
pub trait Checksums: Send + Sync {
    /// Begins a checksum.
    fn begin(&self, kind: ChecksumKind) -> Box<dyn RunningChecksum>;

    /// Begins a digest that is computed as `like` was.
    fn begin_like(&self, like: &BlobDigest) -> Box<dyn RunningChecksum>;

    /// Goes on from a [`ResumableDigest::state`]; an empty one begins. None if it is no state.
    fn resume(&self, state: &[u8]) -> Option<Box<dyn ResumableDigest>>;
}
