//! Writes a blob: one of less than a part by a single request, a larger one as a multipart upload, which becomes an object
//! only when it is completed. One part is under way while the next one fills: there are never more than two in memory.

use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use bytes::Bytes;
use object_store::multipart::{MultipartStore as _, PartId};
use object_store::{MultipartId, ObjectStoreExt as _, PutPayload};
use sealpost_domain::ports::{BlobDigest, BlobError, BlobName, BlobWriter};

use super::failure::{S3Failure, is_no_upload, joined};
use super::store::{Bucket, LONGEST};
use super::task::Task;

/// Bytes of each part but the last: 512 sealed chunks of a file. Amazon wants at least 5 MiB, and others all alike.
pub(super) const PART: usize = 512 * 16_400;
/// The most parts of an object.
pub(super) const MOST_PARTS: usize = 10_000;

pub(super) struct S3Writer {
    bucket: Arc<Bucket>,
    name: BlobName,
    began: Instant,
    /// What has come since the last part.
    pieces: Vec<Bytes>,
    /// How many bytes that are.
    gathered: usize,
    /// How many bytes have come.
    length: u64,
    digest: blake3::Hasher,
    /// None until there is a whole part.
    upload: Option<Upload>,
    lost: bool,
    done: bool,
}

struct Upload {
    id: MultipartId,
    finished: Vec<PartId>,
    /// The part that is under way.
    sending: Option<Task<object_store::Result<PartId>>>,
}

impl Upload {
    /// Waits for the part that is under way.
    async fn settle(&mut self) -> Result<(), BlobError> {
        if let Some(sending) = self.sending.take() {
            self.finished.push(joined(sending.await)?);
        }
        Ok(())
    }
}

impl S3Writer {
    pub(super) fn new(bucket: Arc<Bucket>, name: BlobName) -> Self {
        Self {
            digest: blake3::Hasher::new(),
            bucket,
            name,
            began: Instant::now(),
            pieces: Vec::new(),
            gathered: 0,
            length: 0,
            upload: None,
            lost: false,
            done: false,
        }
    }

    /// Begins the multipart upload, and notes it before there is anything in it.
    async fn begin(&self) -> Result<Upload, BlobError> {
        let (bucket, name) = (Arc::clone(&self.bucket), self.name);
        // It is not given up half-way: an upload that is not noted is one that nobody finds.
        let beginning = self.bucket.runtime.spawn(async move {
            let id = bucket
                .client
                .create_multipart(&bucket.keys.of(name))
                .await?;
            let noting = {
                let (bucket, id) = (Arc::clone(&bucket), id.clone());
                move || bucket.unfinished.note(name, &id)
            };
            let noted = bucket.runtime.spawn_blocking(noting).await;
            Ok((id, noted))
        });
        let (id, noted) = joined(beginning.await)?;
        if let Err(error) = crate::failure::joined(noted) {
            self.bucket.give_up(self.name, &id).await?;
            return Err(error);
        }
        Ok(Upload {
            id,
            finished: Vec::new(),
            sending: None,
        })
    }

    /// Sends what was gathered as the next part, once the one before it is there.
    async fn send_part(&mut self) -> Result<(), BlobError> {
        if self.upload.is_none() {
            self.upload = Some(self.begin().await?);
        }
        let Some(upload) = &mut self.upload else {
            return Err(S3Failure::Lost.into());
        };
        upload.settle().await?;
        let number = upload.finished.len();
        if number == MOST_PARTS {
            return Err(S3Failure::TooLarge.into());
        }
        let payload = PutPayload::from_iter(self.pieces.drain(..));
        self.gathered = 0;
        let (bucket, name, id) = (Arc::clone(&self.bucket), self.name, upload.id.clone());
        let sending = self.bucket.runtime.spawn(async move {
            let key = bucket.keys.of(name);
            bucket.client.put_part(&key, &id, number, payload).await
        });
        upload.sending = Some(Task::of(sending));
        Ok(())
    }

    async fn append(&mut self, mut bytes: Bytes) -> Result<(), BlobError> {
        while !bytes.is_empty() {
            let piece = bytes.split_to(bytes.len().min(PART - self.gathered));
            self.gathered += piece.len();
            self.length += u64::try_from(piece.len()).unwrap_or(0);
            self.pieces.push(piece);
            if self.gathered == PART {
                self.send_part().await?;
            }
        }
        Ok(())
    }

    /// All of it by one request.
    async fn put(&mut self) -> Result<(), BlobError> {
        let payload = PutPayload::from_iter(self.pieces.drain(..));
        let (bucket, name) = (Arc::clone(&self.bucket), self.name);
        let putting = self.bucket.runtime.spawn(async move {
            let key = bucket.keys.of(name);
            bucket.client.put(&key, payload).await
        });
        joined(Task::of(putting).await)?;
        Ok(())
    }

    /// Sends the rest, and makes one object of all parts.
    async fn complete(&mut self) -> Result<(), BlobError> {
        if self.gathered > 0 {
            self.send_part().await?;
        }
        let Some(upload) = &mut self.upload else {
            return Err(S3Failure::Lost.into());
        };
        upload.settle().await?;
        if self.began.elapsed() > LONGEST {
            return Err(S3Failure::TooLong.into());
        }
        let parts = std::mem::take(&mut upload.finished);
        complete(
            &self.bucket,
            self.name,
            upload.id.clone(),
            parts,
            self.length,
        )
        .await
    }
}

/// Makes one object of all parts, `length` bytes long, and forgets the upload.
pub(super) async fn complete(
    bucket: &Arc<Bucket>,
    name: BlobName,
    id: MultipartId,
    parts: Vec<PartId>,
    length: u64,
) -> Result<(), BlobError> {
    let here = Arc::clone(bucket);
    let completing = bucket.runtime.spawn(async move {
        let key = here.keys.of(name);
        match here.client.complete_multipart(&key, &id, parts).await {
            // The answer to the first try was lost, and this is the one to its repetition.
            Err(error) if is_no_upload(&error) => match here.client.head(&key).await {
                Ok(object) if object.size == length => {}
                _ => return Err(error),
            },
            outcome => drop(outcome?),
        }
        here.unfinished.forget(name);
        Ok(())
    });
    joined(Task::of(completing).await)
}

#[async_trait]
impl BlobWriter for S3Writer {
    async fn write(&mut self, bytes: Bytes) -> Result<(), BlobError> {
        if self.lost {
            return Err(S3Failure::Lost.into());
        }
        // Also when this call is given up half-way.
        self.lost = true;
        self.digest.update(&bytes);
        self.append(bytes).await?;
        self.lost = false;
        Ok(())
    }

    async fn commit(mut self: Box<Self>) -> Result<BlobDigest, BlobError> {
        if self.lost {
            return Err(S3Failure::Lost.into());
        }
        if self.upload.is_some() {
            self.complete().await?;
        } else {
            self.put().await?;
        }
        self.done = true;
        Ok(BlobDigest::Blake3(self.digest.finalize().into()))
    }
}

impl Drop for S3Writer {
    fn drop(&mut self) {
        if self.done {
            return;
        }
        let Some(upload) = self.upload.take() else {
            return;
        };
        let (bucket, name) = (Arc::clone(&self.bucket), self.name);
        self.bucket.runtime.spawn(async move {
            if let Some(sending) = upload.sending {
                sending.end().await;
            }
            // What stays is given up at the next start.
            let _ = bucket.give_up(name, &upload.id).await;
        });
    }
}
