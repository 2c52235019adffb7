//! A blob that grows over several requests: whole parts go to the server, what is less stays in the staging folder.
//!
//! A part is sent when something comes after it, so that what a crash tore can be cut before. Its file stays until the
//! state that counts it is noted, for whoever must read or cut what came after the last note.

use std::fs::File;
use std::io::{self, Read, Seek as _, SeekFrom, Write as _};
use std::ops::Range;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use object_store::multipart::{MultipartStore as _, PartId};
use object_store::{ObjectStoreExt as _, PutPayload};
use sealpost_domain::ports::{BlobError, BlobName, BlobState, ByteStream, GrowingBlob};

use super::failure::{S3Failure, blob_error, is_no_upload, joined};
use super::reader::S3Reader;
use super::staging::{Held, Index};
use super::state::State;
use super::store::Bucket;
use super::task::Task;
use super::writer::{MOST_PARTS, PART, complete};
use crate::reader::FsReader;

pub(super) struct S3Growing {
    bucket: Arc<Bucket>,
    name: BlobName,
    held: Held,
    index: Index,
    /// The part that is not finished.
    tail: Arc<File>,
    tail_length: u64,
    /// How many parts were finished at the last sync: whoever syncs again has noted them.
    synced: usize,
    lost: bool,
}

/// Takes up the blob, whose row has noted `state`.
pub(super) async fn take_up(
    bucket: &Arc<Bucket>,
    name: BlobName,
    state: &State,
) -> Result<S3Growing, BlobError> {
    if state.instance != bucket.staging.instance() {
        // Elsewhere there may be chunks that nobody here has seen, and whose indices must not be sealed with other bytes.
        return match bucket.length_of(name).await {
            Ok(_whole) => Err(BlobError::Missing),
            Err(BlobError::Missing) => Err(BlobError::Busy),
            Err(error) => Err(error),
        };
    }
    let noted = state.parts;
    let taken = bucket.blocking(move |bucket| {
        let held = bucket.staging.hold(name)?;
        let index = held.index()?;
        held.remove_before(noted.min(index.parts.len()))?;
        let (tail, tail_length) = held.open_part(index.parts.len())?;
        held.sync()?;
        Ok((held, index, tail, tail_length))
    });
    let (held, index, tail, tail_length) = taken.await?;
    Ok(S3Growing {
        bucket: Arc::clone(bucket),
        name,
        held,
        index,
        tail: Arc::new(tail),
        tail_length,
        synced: noted,
        lost: false,
    })
}

impl S3Growing {
    fn finished(&self) -> u64 {
        long(self.index.parts.len()) * long(PART)
    }

    /// Marks it as lost until the end of what a caller may give up half-way.
    fn hold_breath(&mut self) -> Result<(), BlobError> {
        if std::mem::replace(&mut self.lost, true) {
            return Err(S3Failure::Lost.into());
        }
        Ok(())
    }

    /// Does `work` in the folder, on a thread that may wait. The folder is held until it is done.
    async fn local<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Held, &File) -> io::Result<T> + Send + 'static,
    ) -> Result<T, BlobError> {
        let (held, tail) = (self.held.clone(), Arc::clone(&self.tail));
        self.bucket.blocking(move |_| work(&held, &tail)).await
    }

    async fn append(&mut self, mut bytes: Bytes) -> Result<(), BlobError> {
        while !bytes.is_empty() {
            if self.tail_length == long(PART) {
                self.send_tail().await?;
            }
            let room = usize::try_from(long(PART) - self.tail_length).unwrap_or(PART);
            let piece = bytes.split_to(bytes.len().min(room));
            let length = long(piece.len());
            self.local(move |_, mut tail| tail.write_all(&piece))
                .await?;
            self.tail_length += length;
        }
        Ok(())
    }

    /// Sends the part that is full, and goes on with the next one.
    async fn send_tail(&mut self) -> Result<(), BlobError> {
        let number = self.index.parts.len();
        if number + 1 >= MOST_PARTS {
            return Err(S3Failure::TooLarge.into());
        }
        let part = self.put_tail().await?.map_err(blob_error)?;
        self.index.parts.push(part.content_id);
        let index = self.index.clone();
        let next = self.local(move |held, _| {
            let next = held.empty_part(number + 1)?;
            held.write_index(&index)?;
            Ok(next)
        });
        self.tail = Arc::new(next.await?);
        self.tail_length = 0;
        Ok(())
    }

    /// Sends what is in the tail as the next part.
    async fn put_tail(&mut self) -> Result<object_store::Result<PartId>, BlobError> {
        let upload = self.upload().await?;
        let number = self.index.parts.len();
        let bytes = self.local(move |held, tail| {
            tail.sync_all()?;
            held.read_part(number)
        });
        let payload = PutPayload::from(bytes.await?);
        let (bucket, name) = (Arc::clone(&self.bucket), self.name);
        let held = self.held.clone();
        let sending = self.bucket.runtime.spawn(async move {
            let key = bucket.keys.of(name);
            let sent = bucket.client.put_part(&key, &upload, number, payload).await;
            drop(held);
            sent
        });
        let sent = Task::of(sending).await;
        sent.map_err(|error| BlobError::Failed(error.into()))
    }

    /// The multipart upload, begun and noted if there is none.
    async fn upload(&mut self) -> Result<String, BlobError> {
        if let Some(upload) = &self.index.upload {
            return Ok(upload.clone());
        }
        let (bucket, name, held) = (Arc::clone(&self.bucket), self.name, self.held.clone());
        // Nobody gives this up half-way: an upload that is not noted is one that nobody finds.
        let beginning = self.bucket.runtime.spawn(async move {
            let id = bucket.client.create_multipart(&bucket.keys.of(name)).await;
            let id = id.map_err(blob_error)?;
            let index = Index {
                upload: Some(id.clone()),
                parts: Vec::new(),
            };
            let noting = bucket.blocking(move |_| held.write_index(&index));
            if let Err(error) = noting.await {
                bucket.give_up(name, &id).await?;
                return Err(error);
            }
            Ok(id)
        });
        let begun = beginning.await;
        let id = begun.map_err(|error| BlobError::Failed(error.into()))??;
        self.index.upload = Some(id.clone());
        Ok(id)
    }

    /// By one request what is less than a part; else the rest, and one object of all parts.
    async fn make_whole(&mut self) -> Result<(), BlobError> {
        let length = self.length();
        if self.index.upload.is_none() {
            let bytes = self.local(|held, _| held.read_part(0)).await?;
            let (bucket, name, held) = (Arc::clone(&self.bucket), self.name, self.held.clone());
            let putting = self.bucket.runtime.spawn(async move {
                let key = bucket.keys.of(name);
                let put = bucket.client.put(&key, PutPayload::from(bytes)).await;
                drop(held);
                put
            });
            joined(Task::of(putting).await)?;
            return Ok(());
        }
        let upload = self.upload().await?;
        let mut parts = self.index.parts.clone();
        if self.tail_length > 0 {
            match self.put_tail().await? {
                Ok(part) => parts.push(part.content_id),
                // A crash came after it was completed.
                Err(error) if is_no_upload(&error) => {
                    return match self.bucket.length_of(self.name).await? {
                        whole if whole == length => Ok(()),
                        _ => Err(blob_error(error)),
                    };
                }
                Err(error) => return Err(blob_error(error)),
            }
        }
        let parts = parts.into_iter().map(|content_id| PartId { content_id });
        complete(&self.bucket, self.name, upload, parts.collect(), length).await
    }

    /// Cuts below what is finished: those parts are sent again.
    async fn cut_parts(&mut self, keep: usize, rest: u64) -> Result<(), BlobError> {
        self.index.parts.truncate(keep);
        let index = self.index.clone();
        let cut = self.local(move |held, _| {
            let kept = held.file_of(keep)?;
            if kept.metadata()?.len() < rest {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            held.write_index(&index)?;
            held.remove_after(keep)?;
            let (tail, _) = held.open_part(keep)?;
            tail.set_len(rest)?;
            Ok(tail)
        });
        self.tail = Arc::new(cut.await?);
        self.tail_length = rest;
        self.synced = self.synced.min(keep);
        Ok(())
    }
}

#[async_trait]
impl GrowingBlob for S3Growing {
    fn length(&self) -> u64 {
        self.finished() + self.tail_length
    }

    async fn read(&mut self, range: Range<u64>) -> Result<ByteStream<BlobError>, BlobError> {
        if range.end > self.length() {
            return Err(BlobError::Truncated);
        }
        if range.is_empty() {
            return Ok(S3Reader::empty());
        }
        let (first, start) = place(range.start);
        let (last, _) = place(range.end - 1);
        let opened = self.local(move |held, _| {
            let mut all = held.file_of(first)?;
            all.seek(SeekFrom::Start(start))?;
            let mut all: Box<dyn Read + Send> = Box::new(all);
            for number in first + 1..=last {
                all = Box::new(all.chain(held.file_of(number)?));
            }
            Ok(all)
        });
        let length = range.end.saturating_sub(range.start);
        let reader = FsReader::new(opened.await?, length, self.bucket.runtime.clone());
        Ok(Box::pin(reader))
    }

    async fn truncate(&mut self, length: u64) -> Result<(), BlobError> {
        if length > self.length() {
            return Err(BlobError::Truncated);
        }
        self.hold_breath()?;
        if length >= self.finished() {
            let rest = length - self.finished();
            self.local(move |_, tail| tail.set_len(rest)).await?;
            self.tail_length = rest;
        } else {
            let (keep, rest) = place(length);
            self.cut_parts(keep, rest).await?;
        }
        self.lost = false;
        Ok(())
    }

    async fn write(&mut self, bytes: Bytes) -> Result<(), BlobError> {
        self.hold_breath()?;
        self.append(bytes).await?;
        self.lost = false;
        Ok(())
    }

    async fn sync(&mut self) -> Result<BlobState, BlobError> {
        self.hold_breath()?;
        let noted = self.synced;
        let synced = self.local(move |held, tail| {
            tail.sync_all()?;
            held.remove_before(noted)?;
            held.sync()
        });
        synced.await?;
        self.synced = self.index.parts.len();
        self.lost = false;
        let state = State {
            instance: self.bucket.staging.instance(),
            parts: self.index.parts.len(),
            upload: self.index.upload.clone(),
        };
        Ok(state.into())
    }

    async fn finish(mut self: Box<Self>) -> Result<(), BlobError> {
        self.hold_breath()?;
        self.make_whole().await?;
        let name = self.name;
        self.bucket
            .blocking(move |bucket| bucket.staging.remove(name))
            .await
    }
}

/// The number of the part that has this byte, and where in it that is.
fn place(at: u64) -> (usize, u64) {
    let number = usize::try_from(at / long(PART)).unwrap_or(usize::MAX);
    (number, at % long(PART))
}

/// Sizes of memory are sizes of files.
fn long(size: usize) -> u64 {
    u64::try_from(size).unwrap_or(u64::MAX)
}
