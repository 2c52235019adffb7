//! An upload is taken up where an earlier request left it. The blob decides: a crash may have come after bytes were written
//! and before the row said so.

use zeroize::Zeroizing;

use super::scan::Account;
use super::service::Found;
use super::sitting::{Sitting, tail_binding};
use super::{Upload, UploadError, Uploads};
use crate::files::{File, SealedLayout, unseal_key};
use crate::messages::Protection;
use crate::ports::{BlobError, ChunkSealer, GrowingBlob, SealError, StoredUpload};

/// What taking an upload up came to.
pub(super) enum Taken {
    /// It goes on; nobody else can add to it meanwhile.
    Open(Box<Sitting>),
    /// All of it was there, and now it is a file.
    Complete(Box<Upload>),
}

impl Taken {
    pub(super) fn complete(upload: Upload) -> Self {
        Self::Complete(Box::new(upload))
    }
}

/// What the blob of an upload turned out to be.
enum Held {
    /// It grows, and nobody else adds to it. The row is as it is while that is so.
    Growing(StoredUpload, Box<dyn GrowingBlob>),
    /// There is none that grows.
    Nothing(StoredUpload),
    /// The upload has become a file meanwhile.
    Complete(Box<File>),
}

/// What a row says of the blob, opened.
struct Opened {
    layout: SealedLayout,
    /// None if its client has sealed it.
    sealer: Option<Box<dyn ChunkSealer>>,
    account: Account,
}

/// How often somebody else may come between before this request gives way.
const ATTEMPTS: u32 = 4;

impl Uploads {
    /// Holds the upload, counts what is there, and makes the row say so. One that has all its bytes becomes a file.
    pub(super) async fn take_up(&self, row: StoredUpload) -> Result<Taken, UploadError> {
        let (row, mut blob) = match self.hold(row).await? {
            Held::Growing(row, blob) => (row, blob),
            Held::Nothing(row) => return self.take_up_finished(row).await,
            Held::Complete(file) => return Ok(Taken::complete(Upload::complete(*file))),
        };
        let Opened {
            layout,
            sealer,
            mut account,
        } = self.open_row(&row)?;
        let (noted, length) = (account.sealed, blob.length());
        if length < noted {
            return Err(BlobError::Truncated.into());
        }
        if let Some(sealer) = sealer.as_ref().filter(|_| length > noted) {
            let unnoted = blob.read(noted..length).await?;
            account.extend(unnoted, &**sealer, layout).await?;
        }
        if length > account.sealed {
            // Torn by a crash, or perhaps: nobody here can tell of what a client has sealed. Never acknowledged.
            blob.truncate(account.sealed).await?;
        }
        let moved = account.sealed > noted;
        let mut pending = Zeroizing::new(Vec::with_capacity(SealedLayout::CHUNK));
        let offset = if moved && account.chunks > 0 {
            // The bytes of the tail are in the first of the chunks that were found.
            received(&account, layout)
        } else {
            pending.extend_from_slice(&self.open_tail(&row)?);
            row.progress.offset
        };
        let mut sitting = Box::new(Sitting {
            row,
            layout,
            blob,
            sealer,
            account,
            offset,
            pending,
            batch: Vec::new(),
        });
        if sitting.is_complete() {
            return Ok(Taken::complete(self.complete(*sitting).await?));
        }
        if moved {
            self.checkpoint(&mut sitting).await?;
        }
        Ok(Taken::Open(sitting))
    }

    /// Holds the blob, and only then trusts the row: whoever held it before may have moved the row on since it was read, and
    /// a chunk that is sealed with a tail of yesterday would be wrong for good.
    async fn hold(&self, mut row: StoredUpload) -> Result<Held, UploadError> {
        for _ in 0..ATTEMPTS {
            let state = &row.progress.blob_state;
            let blob = match self.ports.blobs.grow(row.blob, state).await {
                Ok(blob) => blob,
                Err(BlobError::Missing) => return Ok(Held::Nothing(row)),
                Err(error) => return Err(error.into()),
            };
            match self.find(row.owner, row.id).await? {
                Found::Unfinished(now) if *now == row => return Ok(Held::Growing(row, blob)),
                Found::Unfinished(now) => row = *now,
                Found::Complete(file) => return Ok(Held::Complete(file)),
            }
        }
        Err(UploadError::Locked)
    }

    /// There is no growing blob: a crash came after it was finished, somebody else has just completed the upload, or it is
    /// lost.
    async fn take_up_finished(&self, row: StoredUpload) -> Result<Taken, UploadError> {
        let Opened {
            layout,
            sealer,
            mut account,
        } = self.open_row(&row)?;
        let rest = account.sealed..layout.sealed_size();
        let rest = match self.ports.blobs.read(row.blob, rest).await {
            Ok(rest) => rest,
            Err(BlobError::Missing) => return self.look_again(&row).await,
            Err(error) => return Err(error.into()),
        };
        match sealer {
            Some(sealer) => account.extend(rest, &*sealer, layout).await?,
            // What was finished was whole.
            None => account.extend_unread(rest).await?,
        }
        if !account.is_whole(layout) {
            return Err(UploadError::Lost);
        }
        let upload = self.make_file(row, layout, account).await?;
        Ok(Taken::complete(upload))
    }

    async fn look_again(&self, row: &StoredUpload) -> Result<Taken, UploadError> {
        match self.find(row.owner, row.id).await? {
            Found::Complete(file) => Ok(Taken::complete(Upload::complete(*file))),
            Found::Unfinished(_) => Err(UploadError::Lost),
        }
    }

    fn open_row(&self, row: &StoredUpload) -> Result<Opened, UploadError> {
        let sealer = match row.protection {
            Protection::EndToEnd => None,
            Protection::Server => {
                let key = unseal_key(&row.id, &row.owner, &row.sealed_key, &*self.ports.sealer)?;
                Some(self.ports.cipher.resume(&row.id, &key, &row.salt))
            }
        };
        let digest = self.ports.checksums.resume(&row.progress.digest_state);
        Ok(Opened {
            layout: row.layout().ok_or(SealError::Rejected)?,
            sealer,
            account: Account::of_row(row.progress.sealed, digest.ok_or(SealError::Rejected)?),
        })
    }

    fn open_tail(&self, row: &StoredUpload) -> Result<Zeroizing<Vec<u8>>, UploadError> {
        match &row.progress.tail {
            None => Ok(Vec::new().into()),
            Some(tail) => {
                let binding = tail_binding(&row.id, &row.owner);
                Ok(self.ports.sealer.open(&binding, tail)?)
            }
        }
    }
}

/// How many bytes of plaintext the chunks hold that are accounted for.
fn received(account: &Account, layout: SealedLayout) -> u64 {
    let full = u64::try_from(SealedLayout::CHUNK).unwrap_or(u64::MAX);
    account.chunks.saturating_mul(full).min(layout.size())
}
