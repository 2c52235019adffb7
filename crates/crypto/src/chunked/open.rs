//! Opens the chunks of a file.

use bytes::BytesMut;
use sealpost_domain::files::SealedLayout;
use sealpost_domain::ports::{FileCipherError, FileOpener};
use subtle::ConstantTimeEq as _;

use super::schedule::{SALT, Schedule};

/// Opens one file, whose header has been checked.
pub(super) struct Opener {
    schedule: Schedule,
    layout: SealedLayout,
}

impl Opener {
    pub(super) fn new(
        key: &[u8; 32],
        context: &[u8],
        header: &[u8; SealedLayout::HEADER],
        layout: SealedLayout,
    ) -> Result<Self, FileCipherError> {
        let (salt, commitment) = header
            .split_first_chunk::<SALT>()
            .ok_or(FileCipherError::Damaged)?;
        let schedule = Schedule::derive(key, salt, context);
        if !bool::from(schedule.commitment.ct_eq(commitment)) {
            return Err(FileCipherError::Damaged);
        }
        Ok(Self { schedule, layout })
    }
}

impl FileOpener for Opener {
    fn open_chunk(&self, index: u64, chunk: &mut BytesMut) -> Result<(), FileCipherError> {
        // All chunks but the last are full and the last is not: another length was cut, moved or grown.
        let expected = self.layout.sealed_chunk_size(index);
        let opened = if index <= self.layout.last_chunk() && chunk.len() == expected {
            self.schedule.open(index, chunk).ok()
        } else {
            None
        };
        chunk.truncate(opened.unwrap_or(0));
        opened.map(|_| ()).ok_or(FileCipherError::Damaged)
    }
}
