//! Takes in a file that was sealed elsewhere.

use aws_lc_rs::digest::{self, SHA256};
use sealpost_domain::files::SealedLayout;
use sealpost_domain::ports::{FileCipherError, SealedFile, SealedIntake};

/// Counts and digests what passes.
pub(super) struct Intake {
    length: u64,
    digest: digest::Context,
}

impl Intake {
    pub(super) fn new() -> Self {
        Self {
            length: 0,
            digest: digest::Context::new(&SHA256),
        }
    }
}

impl SealedIntake for Intake {
    fn push(&mut self, sealed: &[u8]) {
        let more = u64::try_from(sealed.len()).unwrap_or(u64::MAX);
        self.length = self.length.saturating_add(more);
        self.digest.update(sealed);
    }

    fn finish(self: Box<Self>) -> Result<SealedFile, FileCipherError> {
        let digest = self.digest.finish();
        Ok(SealedFile {
            layout: SealedLayout::of_sealed(self.length).ok_or(FileCipherError::Damaged)?,
            digest: digest
                .as_ref()
                .try_into()
                .map_err(|_| FileCipherError::Damaged)?,
        })
    }
}
