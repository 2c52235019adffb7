//! Seals single chunks of a file that grows over several sittings.

use sealpost_domain::files::SealedLayout;
use sealpost_domain::ports::{ChunkSealer, FileCipherError};
use sealpost_domain::uploads::Salt;
use zeroize::Zeroizing;

use super::schedule::Schedule;

pub(super) struct SaltedSealer {
    schedule: Schedule,
    header: [u8; SealedLayout::HEADER],
}

impl SaltedSealer {
    pub(super) fn new(schedule: Schedule, salt: &Salt) -> Self {
        let mut header = [0; SealedLayout::HEADER];
        let parts = salt.as_bytes().iter().chain(&schedule.commitment);
        for (place, byte) in header.iter_mut().zip(parts) {
            *place = *byte;
        }
        Self { schedule, header }
    }
}

impl ChunkSealer for SaltedSealer {
    fn header(&self) -> [u8; SealedLayout::HEADER] {
        self.header
    }

    fn seal_chunk(
        &self,
        index: u64,
        plaintext: &[u8],
        sealed: &mut Vec<u8>,
    ) -> Result<(), FileCipherError> {
        if index >= SealedLayout::MAX_CHUNKS || plaintext.len() > SealedLayout::CHUNK {
            return Err(FileCipherError::TooLong);
        }
        let start = sealed.len();
        sealed.extend_from_slice(plaintext);
        let chunk = sealed.get_mut(start..).unwrap_or_default();
        let Ok(tag) = self.schedule.seal(index, chunk) else {
            // Plaintext never leaves in its place.
            sealed.truncate(start);
            return Err(FileCipherError::TooLong);
        };
        sealed.extend_from_slice(&tag);
        Ok(())
    }

    fn is_sealed_at(&self, index: u64, sealed: &[u8]) -> bool {
        let mut opened = Zeroizing::new(sealed.to_vec());
        self.schedule.open(index, &mut opened).is_ok()
    }
}
