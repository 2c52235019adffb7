//! What a crash left behind is removed: shredded files that still have a blob, and blobs that never got a row.

use std::collections::HashSet;
use std::time::Duration;

use thiserror::Error;

use super::Files;
use super::delete::ClearError;
use crate::ports::{BlobEntry, BlobError, BlobName, StoreError, StoreExt};

/// How many rows or blobs are looked at in one go.
const BATCH: u32 = 500;

/// What a sweep removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SweptFiles {
    /// Shredded files whose deletion had not been finished.
    pub shredded: u64,
    /// Blobs without a row.
    pub orphans: u64,
}

/// Why a sweep ended early. What it removed until then is removed.
#[derive(Debug, Error)]
pub enum SweepFilesError {
    /// The blob store failed.
    #[error(transparent)]
    Blob(#[from] BlobError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<ClearError> for SweepFilesError {
    fn from(error: ClearError) -> Self {
        match error {
            ClearError::Blob(error) => Self::Blob(error),
            ClearError::Store(error) => Self::Store(error),
        }
    }
}

impl Files {
    /// How long a blob may be without a row: far longer than it takes from the last byte to the commit.
    pub const ORPHAN_AGE: Duration = Duration::from_secs(60 * 60);

    /// Finishes deletions that were interrupted.
    ///
    /// # Errors
    /// [`SweepFilesError`].
    pub async fn finish_deletions(&self) -> Result<u64, SweepFilesError> {
        let mut finished = 0;
        loop {
            let listed: Result<_, StoreError> = self
                .env
                .store
                .read(|tx| tx.files().list_shredded(BATCH))
                .await;
            let listed = listed?;
            if listed.is_empty() {
                return Ok(finished);
            }
            for shredded in listed {
                self.clear(shredded).await?;
                finished += 1;
            }
        }
    }

    /// Finishes interrupted deletions, then goes through all blobs and deletes those that have had no row for
    /// [`Files::ORPHAN_AGE`].
    ///
    /// # Errors
    /// [`SweepFilesError`].
    pub async fn sweep(&self) -> Result<SweptFiles, SweepFilesError> {
        let shredded = self.finish_deletions().await?;
        let (mut orphans, mut after) = (0, None);
        loop {
            let page = self.ports.blobs.page(after, BATCH).await?;
            let Some(last) = page.last() else {
                return Ok(SweptFiles { shredded, orphans });
            };
            after = Some(last.name);
            for orphan in self.orphans_of(&page).await? {
                orphans += u64::from(self.ports.blobs.delete(orphan).await?);
            }
        }
    }

    async fn orphans_of(&self, page: &[BlobEntry]) -> Result<Vec<BlobName>, StoreError> {
        let before = self.env.now() - Self::ORPHAN_AGE;
        let old: Vec<BlobName> = page
            .iter()
            .filter(|entry| entry.written_at < before)
            .map(|entry| entry.name)
            .collect();
        if old.is_empty() {
            return Ok(old);
        }
        let asked = old.clone();
        let known: Result<Vec<BlobName>, StoreError> = self
            .env
            .store
            .read(move |tx| tx.files().known_blobs(&asked))
            .await;
        let known: HashSet<BlobName> = known?.into_iter().collect();
        Ok(old
            .into_iter()
            .filter(|name| !known.contains(name))
            .collect())
    }
}
