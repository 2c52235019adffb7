//! Files: C2SP `chunked-encryption` v1 with AES-256-GCM and SHA-512 (<https://c2sp.org/chunked-encryption>,
//! "Cobblestone-256").
//!
//! ```text
//! file = salt (24) | commitment (32) | chunk 0 | chunk 1 | … | chunk n
//! ```
//!
//! `schedule.rs` derives key, nonces and commitment; `seal.rs` and `open.rs` work on chunks. Where chunks lie is the
//! domain's [`SealedLayout`](sealpost_domain::files::SealedLayout). Why AES-GCM comes from aws-lc-rs: ADR 0007.

mod chunk;
mod open;
mod schedule;
mod seal;
#[cfg(test)]
mod speed;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod wycheproof;

use std::fmt;
use std::sync::Arc;

use sealpost_domain::files::{FileId, SealedLayout};
use sealpost_domain::ports::{
    ChunkSealer, Entropy, FileCipher, FileCipherError, FileKey, FileOpener, FileSealer,
};
use sealpost_domain::uploads::Salt;

use chunk::SaltedSealer;
use open::Opener;
use schedule::Schedule;
use seal::Sealer;

/// The name of the algorithm in the specification's own words.
const ALGORITHM: &str = "c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM";
/// What every context begins with; the file's id follows.
const CONTEXT: &[u8] = b"sealpost/file/v1\0";

/// The file cipher: fresh salts come from the entropy.
#[derive(Clone)]
pub struct ChunkedCipher {
    entropy: Arc<dyn Entropy>,
}

impl ChunkedCipher {
    /// A cipher whose salts come from `entropy`.
    #[must_use]
    pub fn new(entropy: Arc<dyn Entropy>) -> Self {
        Self { entropy }
    }
}

impl FileCipher for ChunkedCipher {
    fn algorithm(&self) -> &'static str {
        ALGORITHM
    }

    fn context(&self, id: &FileId) -> Vec<u8> {
        [CONTEXT, id.as_bytes()].concat()
    }

    fn seal(&self, id: &FileId, key: &FileKey) -> Box<dyn FileSealer> {
        let mut salt = [0; schedule::SALT];
        self.entropy.fill(&mut salt);
        let schedule = Schedule::derive(key.expose(), &salt, &self.context(id));
        Box::new(Sealer::new(schedule, &salt))
    }

    fn resume(&self, id: &FileId, key: &FileKey, salt: &Salt) -> Box<dyn ChunkSealer> {
        let schedule = Schedule::derive(key.expose(), salt.as_bytes(), &self.context(id));
        Box::new(SaltedSealer::new(schedule, salt))
    }

    fn open(
        &self,
        id: &FileId,
        key: &FileKey,
        header: &[u8; SealedLayout::HEADER],
        layout: SealedLayout,
    ) -> Result<Box<dyn FileOpener>, FileCipherError> {
        let opener = Opener::new(key.expose(), &self.context(id), header, layout)?;
        Ok(Box::new(opener))
    }
}

impl fmt::Debug for ChunkedCipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChunkedCipher").finish_non_exhaustive()
    }
}
