//! Seals a file as it comes.

use sealpost_domain::files::SealedLayout;
use sealpost_domain::ports::{FileCipherError, FileSealer};
use zeroize::Zeroizing;

use super::schedule::{SALT, Schedule};

/// Seals one file. At most one chunk of plaintext waits inside.
pub(super) struct Sealer {
    schedule: Schedule,
    /// The header, until it is out.
    header: Vec<u8>,
    /// Less than a chunk of plaintext.
    pending: Zeroizing<Vec<u8>>,
    index: u64,
}

impl Sealer {
    pub(super) fn new(schedule: Schedule, salt: &[u8; SALT]) -> Self {
        Self {
            header: [salt.as_slice(), &schedule.commitment].concat(),
            schedule,
            pending: Zeroizing::new(Vec::with_capacity(SealedLayout::CHUNK)),
            index: 0,
        }
    }

    /// Seals the plaintext that `sealed` ends with, from `start` on, as the next chunk.
    fn seal_tail(&mut self, sealed: &mut Vec<u8>, start: usize) -> Result<(), FileCipherError> {
        if self.index >= SealedLayout::MAX_CHUNKS {
            sealed.truncate(start);
            return Err(FileCipherError::TooLong);
        }
        let chunk = sealed.get_mut(start..).unwrap_or_default();
        let Ok(tag) = self.schedule.seal(self.index, chunk) else {
            // The library refuses only what is longer than 64 GiB; but plaintext never leaves in its place.
            sealed.truncate(start);
            return Err(FileCipherError::TooLong);
        };
        sealed.extend_from_slice(&tag);
        self.index += 1;
        Ok(())
    }

    fn put_header(&mut self, sealed: &mut Vec<u8>) {
        sealed.append(&mut self.header);
    }

    fn seal_full_chunks(
        &mut self,
        mut plaintext: &[u8],
        sealed: &mut Vec<u8>,
    ) -> Result<(), FileCipherError> {
        while !plaintext.is_empty() {
            let room = SealedLayout::CHUNK - self.pending.len();
            let Some((head, rest)) = plaintext.split_at_checked(room) else {
                self.pending.extend_from_slice(plaintext);
                return Ok(());
            };
            let start = sealed.len();
            sealed.extend_from_slice(&self.pending);
            sealed.extend_from_slice(head);
            self.pending.clear();
            self.seal_tail(sealed, start)?;
            plaintext = rest;
        }
        Ok(())
    }
}

impl FileSealer for Sealer {
    fn push(&mut self, plaintext: &[u8], sealed: &mut Vec<u8>) -> Result<(), FileCipherError> {
        self.put_header(sealed);
        self.seal_full_chunks(plaintext, sealed)
    }

    fn finish(mut self: Box<Self>, sealed: &mut Vec<u8>) -> Result<SealedLayout, FileCipherError> {
        self.put_header(sealed);
        let (start, last) = (sealed.len(), self.pending.len());
        sealed.extend_from_slice(&self.pending);
        self.seal_tail(sealed, start)?;
        let full = u64::try_from(SealedLayout::CHUNK).ok();
        let size = full
            .and_then(|full| full.checked_mul(self.index - 1))
            .zip(u64::try_from(last).ok())
            .and_then(|(full, last)| full.checked_add(last));
        size.and_then(SealedLayout::of_plaintext)
            .ok_or(FileCipherError::TooLong)
    }
}
