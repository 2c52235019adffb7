//! The plaintext of a file, opened chunk by chunk as it is read.

use std::future::poll_fn;
use std::ops::Range;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes, BytesMut};
use futures_core::Stream;
use thiserror::Error;

use super::SealedLayout;
use crate::ports::{BlobError, ByteStream, FileCipherError, FileOpener};

/// Why the reading of a file ended early.
#[derive(Debug, Error)]
pub enum ReadFileError {
    /// A chunk does not open.
    #[error(transparent)]
    Damaged(#[from] FileCipherError),
    /// The blob store failed, or the blob is shorter than it was.
    #[error(transparent)]
    Blob(#[from] BlobError),
}

/// Opens the chunks of a range one after the other.
pub(super) struct ContentStream {
    blob: ByteStream<BlobError>,
    opener: Box<dyn FileOpener>,
    layout: SealedLayout,
    /// Sealed bytes that are not a whole chunk yet.
    sealed: BytesMut,
    /// The chunk that comes next.
    index: u64,
    /// How many bytes of it come before the range.
    skip: usize,
    /// How many bytes of the range have not come yet.
    remaining: u64,
    /// No chunk has been opened yet: even an empty range opens one.
    fresh: bool,
    failed: bool,
    /// What was opened before anybody asked.
    first: Option<Bytes>,
}

impl ContentStream {
    /// `blob` brings the sealed chunks that hold `range`, from the first byte of the first.
    pub(super) fn new(
        blob: ByteStream<BlobError>,
        opener: Box<dyn FileOpener>,
        layout: SealedLayout,
        range: Range<u64>,
    ) -> Self {
        Self {
            blob,
            opener,
            layout,
            sealed: BytesMut::new(),
            index: layout.chunk_of(range.start),
            skip: layout.offset_in_chunk(range.start),
            remaining: range.end.saturating_sub(range.start),
            fresh: true,
            failed: false,
            first: None,
        }
    }

    /// Opens the first chunk now, so that whoever reads hears before they begin if it cannot be.
    pub(super) async fn begin(mut self) -> Result<Self, ReadFileError> {
        self.first = poll_fn(|context| self.poll_chunk(context))
            .await
            .transpose()?;
        Ok(self)
    }

    /// What the next chunk has of the range.
    fn open_next(&mut self, size: usize) -> Result<Bytes, ReadFileError> {
        let mut chunk = self.sealed.split_to(size);
        self.opener.open_chunk(self.index, &mut chunk)?;
        self.index += 1;
        self.fresh = false;
        chunk.advance(std::mem::take(&mut self.skip).min(chunk.len()));
        chunk.truncate(usize::try_from(self.remaining).unwrap_or(usize::MAX));
        self.remaining -= u64::try_from(chunk.len()).unwrap_or(self.remaining);
        Ok(chunk.freeze())
    }

    fn poll_chunk(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, ReadFileError>>> {
        if self.failed || (self.remaining == 0 && !self.fresh) {
            return Poll::Ready(None);
        }
        let size = self.layout.sealed_chunk_size(self.index);
        while self.sealed.len() < size {
            match ready!(self.blob.as_mut().poll_next(context)) {
                Some(Ok(piece)) => self.sealed.extend_from_slice(&piece),
                Some(Err(error)) => return Poll::Ready(Some(Err(error.into()))),
                None => return Poll::Ready(Some(Err(BlobError::Truncated.into()))),
            }
        }
        Poll::Ready(Some(self.open_next(size)))
    }
}

impl Stream for ContentStream {
    type Item = Result<Bytes, ReadFileError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(first) = self.first.take() {
            return Poll::Ready(Some(Ok(first)));
        }
        let next = ready!(self.poll_chunk(context));
        self.failed = matches!(next, Some(Err(_)));
        Poll::Ready(next)
    }
}
