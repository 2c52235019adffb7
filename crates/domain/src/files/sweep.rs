//! Orphans, both ways: blobs that never got a row are removed, rows whose blob is gone are told.

use std::collections::HashSet;
use std::time::Duration;

use thiserror::Error;

use super::Files;
use super::check::{Damage, DamagedFile};
use super::delete::ClearError;
use crate::ports::{BlobEntry, BlobError, BlobName, StoreError, StoreExt, StoredFile};

/// How many rows or blobs are looked at in one go.
const BATCH: u32 = 500;
/// How many missing files are named.
const NAMED: usize = 100;

/// What a sweep came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SweptFiles {
    /// How many blobs without a row were removed.
    pub orphans: u64,
    /// How many files have no blob. Nothing is done to them.
    pub missing: u64,
    /// Those of them that were found first.
    pub named: Vec<DamagedFile>,
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

domain_error!(SweepFilesError {} else { Blob, Store });

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

    /// Goes through all blobs and all rows. Blobs that have had no row for [`Files::ORPHAN_AGE`] are deleted; files without a
    /// blob are told and nothing else: it may come back, with a disk or out of a backup.
    ///
    /// # Errors
    /// [`SweepFilesError`].
    pub async fn sweep(&self) -> Result<SweptFiles, SweepFilesError> {
        let (mut swept, mut after) = (SweptFiles::default(), None);
        loop {
            let page = self.ports.blobs.page(after, BATCH).await?;
            let through = page.last().map(|last| last.name);
            self.find_missing(&page, after, through, &mut swept).await?;
            let Some(through) = through else {
                return Ok(swept);
            };
            after = Some(through);
            for orphan in self.orphans_of(&page).await? {
                swept.orphans += u64::from(self.ports.blobs.delete(orphan).await?);
            }
        }
    }

    /// Looks for files whose blobs should be on this page, which goes from `after` to `through` (to the end, if None).
    async fn find_missing(
        &self,
        page: &[BlobEntry],
        mut after: Option<BlobName>,
        through: Option<BlobName>,
        swept: &mut SweptFiles,
    ) -> Result<(), SweepFilesError> {
        let there: HashSet<BlobName> = page.iter().map(|entry| entry.name).collect();
        loop {
            let rows: Result<Vec<StoredFile>, StoreError> = self
                .env
                .store
                .ask(move |tx| tx.file_upkeep().page_by_blob(after, through, BATCH))
                .await;
            let rows = rows?;
            for row in rows.iter().filter(|row| !there.contains(&row.blob)) {
                if let Some(file) = self.confirm_missing(row).await? {
                    swept.missing += 1;
                    if swept.named.len() < NAMED {
                        swept.named.push(file);
                    }
                }
            }
            match rows.last() {
                Some(last) if u32::try_from(rows.len()).is_ok_and(|found| found >= BATCH) => {
                    after = Some(last.blob);
                }
                _ => return Ok(()),
            }
        }
    }

    /// Looks again: the file may have come, or gone, after the page was read.
    async fn confirm_missing(
        &self,
        row: &StoredFile,
    ) -> Result<Option<DamagedFile>, SweepFilesError> {
        match self.ports.blobs.read(row.blob, 0..1).await {
            Err(BlobError::Missing) => Ok(self.confirm(row, Damage::Missing).await?),
            Ok(_) | Err(BlobError::Truncated) => Ok(None),
            Err(error) => Err(error.into()),
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
            .read(move |tx| {
                let mut known = tx.files().known_blobs(&asked)?;
                // A crash may have come after an upload's blob was finished and before its file was there.
                known.extend(tx.uploads().known_blobs(&asked)?);
                Ok(known)
            })
            .await;
        let known: HashSet<BlobName> = known?.into_iter().collect();
        Ok(old
            .into_iter()
            .filter(|name| !known.contains(name))
            .collect())
    }
}
