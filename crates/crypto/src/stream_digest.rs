//! Digests of what comes piece by piece.

use std::fmt;

use sealpost_domain::ports::Digest;
use sha2::{Digest as _, Sha256};

/// SHA-256 (FIPS 180-4) of what is written to it.
#[derive(Clone, Default)]
pub struct StreamDigest(Sha256);

impl StreamDigest {
    /// Takes the next piece.
    pub fn update(&mut self, piece: &[u8]) {
        self.0.update(piece);
    }

    /// The digest of all pieces.
    #[must_use]
    pub fn finish(self) -> Digest {
        self.0.finalize().into()
    }
}

impl fmt::Debug for StreamDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StreamDigest(…)")
    }
}

#[cfg(test)]
mod tests {
    use sealpost_domain::ports::Digester as _;

    use super::*;

    #[test]
    fn pieces_give_the_digest_of_the_whole() {
        let mut digest = StreamDigest::default();
        digest.update(b"a");
        digest.update(b"bc");
        let whole =
            crate::ServerDigester::new(&sealpost_domain::Secret::new([0; 32])).digest(b"abc");
        assert_eq!(digest.finish(), whole);
    }
}
