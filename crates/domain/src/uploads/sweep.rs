//! Uploads that nobody goes on with are given up, and so are growing blobs that no upload knows.

use std::collections::HashSet;

use thiserror::Error;

use super::Uploads;
use crate::files::Files;
use crate::ports::{
    AbandonedUpload, BlobEntry, BlobError, BlobName, BlobState, StoreError, StoreExt, Tx,
};
use crate::{Timestamp, storage};

/// How many rows or blobs are looked at in one go.
const BATCH: u32 = 500;

/// What a sweep removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SweptUploads {
    /// Uploads that had expired.
    pub expired: u64,
    /// Growing blobs without an upload.
    pub orphans: u64,
}

/// Why a sweep ended early. What it removed until then is removed.
#[derive(Debug, Error)]
pub enum SweepUploadsError {
    /// The blob store failed.
    #[error(transparent)]
    Blob(#[from] BlobError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Forgets uploads that have expired; from here on they count no more.
pub(super) fn take_expired(
    tx: &mut dyn Tx,
    now: Timestamp,
) -> Result<Vec<AbandonedUpload>, StoreError> {
    let mut taken = tx.uploads().take_expired(now, BATCH)?;
    // In one order, so that two sweeps cannot lock each other out.
    taken.sort_by_key(|upload| upload.owner);
    for upload in &taken {
        storage::release(tx, upload.owner, upload.size())?;
    }
    Ok(taken)
}

impl Uploads {
    /// Gives up the uploads that have expired.
    ///
    /// # Errors
    /// [`SweepUploadsError`].
    pub async fn expire(&self) -> Result<u64, SweepUploadsError> {
        let (mut expired, now) = (0, self.env.now());
        loop {
            let taken: Result<_, StoreError> =
                self.env.store.write(move |tx| take_expired(tx, now)).await;
            let taken = taken?;
            if taken.is_empty() {
                return Ok(expired);
            }
            for abandoned in &taken {
                // What fails here is an orphan from now on.
                self.clear(abandoned).await?;
                expired += 1;
            }
        }
    }

    /// Gives up what has expired, then goes through all growing blobs and abandons those that have had no upload for
    /// [`Files::ORPHAN_AGE`].
    ///
    /// # Errors
    /// [`SweepUploadsError`].
    pub async fn sweep(&self) -> Result<SweptUploads, SweepUploadsError> {
        let expired = self.expire().await?;
        let (mut orphans, mut after) = (0, None);
        loop {
            let page = self.ports.blobs.page_growing(after, BATCH).await?;
            let Some(last) = page.last() else {
                return Ok(SweptUploads { expired, orphans });
            };
            after = Some(last.name);
            for orphan in self.orphans_of(&page).await? {
                let state = BlobState::default();
                self.ports.blobs.abandon(orphan, &state).await?;
                orphans += 1;
            }
        }
    }

    async fn orphans_of(&self, page: &[BlobEntry]) -> Result<Vec<BlobName>, StoreError> {
        let before = self.env.now() - Files::ORPHAN_AGE;
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
            .ask(move |tx| tx.uploads().known_blobs(&asked))
            .await;
        let known: HashSet<BlobName> = known?.into_iter().collect();
        Ok(old
            .into_iter()
            .filter(|name| !known.contains(name))
            .collect())
    }
}
