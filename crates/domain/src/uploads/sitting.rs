//! What one request adds to an upload, sealed as it comes.
//!
//! Only whole chunks are sealed, and the last when the length is reached: what is less waits in the row. So every index is
//! sealed with the bytes that stand there for good, and a client that sends again what it had no answer to gets the
//! same chunk again. What a client has sealed is appended as it comes.

use zeroize::Zeroizing;

use super::scan::Account;
use super::{UploadError, Uploads};
use crate::accounts::AccountId;
use crate::files::{FileId, SealedLayout};
use crate::ports::{
    Binding, ChunkSealer, GrowingBlob, SealPurpose, StoreError, StoreExt, StoredUpload,
    UploadProgress,
};

/// How many sealed bytes are handed to the blob store at once.
const BATCH: usize = 16 * SealedLayout::SEALED_CHUNK;
/// After how many bytes of one request what came is made durable and noted: so much is read again after a crash.
const CHECKPOINT: u64 = 16 * 1024 * 1024;

/// An upload that this request holds.
pub(super) struct Sitting {
    /// As it rests.
    pub(super) row: StoredUpload,
    pub(super) layout: SealedLayout,
    pub(super) blob: Box<dyn GrowingBlob>,
    /// None if its client has sealed it.
    pub(super) sealer: Option<Box<dyn ChunkSealer>>,
    pub(super) account: Account,
    /// How many bytes have been received.
    pub(super) offset: u64,
    /// Those that are less than a chunk.
    pub(super) pending: Zeroizing<Vec<u8>>,
    /// Sealed bytes that the blob does not have yet.
    pub(super) batch: Vec<u8>,
}

pub(super) const fn tail_binding<'a>(id: &'a FileId, owner: &'a AccountId) -> Binding<'a> {
    Binding {
        purpose: SealPurpose::File,
        table: "uploads",
        column: "tail",
        row: id.as_bytes(),
        owner: owner.as_bytes(),
    }
}

impl Sitting {
    pub(super) const fn is_complete(&self) -> bool {
        self.offset == self.row.length
    }

    /// Takes the next bytes.
    pub(super) async fn push(&mut self, bytes: &[u8]) -> Result<(), UploadError> {
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if length > self.row.length.saturating_sub(self.offset) {
            return Err(UploadError::TooMuch {
                length: self.row.length,
            });
        }
        self.offset += length;
        if self.sealer.is_some() {
            return self.seal(bytes).await;
        }
        self.batch.extend_from_slice(bytes);
        self.account.count(bytes);
        self.flush_if_full().await
    }

    async fn seal(&mut self, mut plaintext: &[u8]) -> Result<(), UploadError> {
        while !plaintext.is_empty() {
            let room = SealedLayout::CHUNK.saturating_sub(self.pending.len());
            let (head, rest) = plaintext.split_at(room.min(plaintext.len()));
            self.pending.extend_from_slice(head);
            if self.pending.len() == SealedLayout::CHUNK {
                self.seal_pending().await?;
            }
            plaintext = rest;
        }
        Ok(())
    }

    /// Seals what waits as the next chunk: a whole one, or the last. There is nothing to seal of what a client has sealed.
    pub(super) async fn seal_pending(&mut self) -> Result<(), UploadError> {
        let Some(sealer) = &self.sealer else {
            return Ok(());
        };
        let start = self.batch.len();
        if self.account.sealed == 0 {
            self.batch.extend_from_slice(&sealer.header());
        }
        sealer.seal_chunk(self.account.chunks, &self.pending, &mut self.batch)?;
        self.pending.clear();
        self.account.chunks += 1;
        self.account
            .count(self.batch.get(start..).unwrap_or_default());
        self.flush_if_full().await
    }

    async fn flush_if_full(&mut self) -> Result<(), UploadError> {
        if self.batch.len() >= BATCH {
            self.flush().await?;
        }
        Ok(())
    }

    /// Hands what is sealed to the blob.
    pub(super) async fn flush(&mut self) -> Result<(), UploadError> {
        if !self.batch.is_empty() {
            let full = std::mem::replace(&mut self.batch, Vec::with_capacity(BATCH));
            self.blob.write(full.into()).await?;
        }
        Ok(())
    }

    /// Whether so much has come since the last checkpoint that the next is due.
    pub(super) const fn is_checkpoint_due(&self) -> bool {
        self.offset.saturating_sub(self.row.progress.offset) >= CHECKPOINT
    }
}

impl Uploads {
    /// Makes what has come durable, then notes it: blob, row, and only then anybody's answer.
    pub(super) async fn checkpoint(&self, sitting: &mut Sitting) -> Result<(), UploadError> {
        sitting.flush().await?;
        let blob_state = sitting.blob.sync().await?;
        let (id, owner) = (sitting.row.id, sitting.row.owner);
        let tail = (!sitting.pending.is_empty()).then(|| {
            let binding = tail_binding(&id, &owner);
            self.ports.sealer.seal(&binding, &sitting.pending)
        });
        let progress = UploadProgress {
            offset: sitting.offset,
            sealed: sitting.account.sealed,
            tail,
            digest_state: sitting.account.digest.state(),
            blob_state,
        };
        let (noted, expires_at) = (progress.clone(), self.env.now() + self.rules.retention);
        let from = place(&sitting.row);
        let moved: Result<bool, StoreError> = self
            .env
            .store
            .write(move |tx| tx.uploads().advance(id, from, &noted, expires_at))
            .await;
        if !moved? {
            // Given up in the meantime: whoever else holds the blob, holds another.
            return Err(UploadError::Unknown);
        }
        sitting.row.progress = progress;
        sitting.row.expires_at = expires_at;
        Ok(())
    }
}

/// Where a row stands, for whoever moves it on.
pub(super) const fn place(row: &StoredUpload) -> (u64, u64) {
    (row.progress.offset, row.progress.sealed)
}
