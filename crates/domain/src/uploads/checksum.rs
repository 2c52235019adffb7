//! What a client says its bytes are, checked as they come.

use thiserror::Error;

use crate::ports::{ChecksumKind, Checksums, RunningChecksum};

/// A checksum that came with some bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedChecksum {
    /// How it is computed.
    pub kind: ChecksumKind,
    /// What it should come to.
    pub value: Vec<u8>,
}

/// The bytes are not those that the client sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the bytes do not have the checksum that came with them")]
pub struct ChecksumMismatch;

/// All the checksums of one body, as it comes.
pub(crate) struct Checking(Vec<(Box<dyn RunningChecksum>, Vec<u8>)>);

impl Checking {
    pub(crate) fn begin(expected: &[ExpectedChecksum], checksums: &dyn Checksums) -> Self {
        Self(
            expected
                .iter()
                .map(|expected| (checksums.begin(expected.kind), expected.value.clone()))
                .collect(),
        )
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        for (running, _) in &mut self.0 {
            running.update(bytes);
        }
    }

    /// Every one of them must be right.
    pub(crate) fn finish(self) -> Result<(), ChecksumMismatch> {
        let right = self
            .0
            .into_iter()
            .all(|(running, value)| running.finish() == value);
        right.then_some(()).ok_or(ChecksumMismatch)
    }
}
