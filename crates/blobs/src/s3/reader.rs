//! Reads a stretch of an object, in pieces of bounded size, and notices when it ends early.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use sealpost_domain::ports::{BlobError, ByteStream};

use super::failure::blob_error;

/// The most that is handed out at once.
const PIECE: usize = 1024 * 1024;

/// What the server sends, as it sends it.
type Answer = Pin<Box<dyn Stream<Item = object_store::Result<Bytes>> + Send>>;

pub(super) struct S3Reader {
    answer: Option<Answer>,
    /// What has come and was not handed out.
    piece: Bytes,
    /// How many bytes have not been handed out.
    remaining: u64,
}

impl S3Reader {
    /// The `length` bytes of an answer.
    pub(super) fn of(answer: Answer, length: u64) -> ByteStream<BlobError> {
        Box::pin(Self {
            answer: Some(answer),
            piece: Bytes::new(),
            remaining: length,
        })
    }

    /// No bytes.
    pub(super) fn empty() -> ByteStream<BlobError> {
        Box::pin(Self {
            answer: None,
            piece: Bytes::new(),
            remaining: 0,
        })
    }

    fn next(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, BlobError>>> {
        while self.piece.is_empty() {
            let Some(answer) = &mut self.answer else {
                return Poll::Ready(None);
            };
            self.piece = match ready!(answer.as_mut().poll_next(context)) {
                Some(Ok(piece)) => piece,
                Some(Err(error)) => return Poll::Ready(Some(Err(blob_error(error)))),
                None if self.remaining > 0 => {
                    return Poll::Ready(Some(Err(BlobError::Truncated)));
                }
                None => return Poll::Ready(None),
            };
        }
        let most = usize::try_from(self.remaining).map_or(PIECE, |left| left.min(PIECE));
        let piece = self.piece.split_to(self.piece.len().min(most));
        if piece.is_empty() {
            // More than was asked for.
            return Poll::Ready(None);
        }
        self.remaining -= u64::try_from(piece.len()).unwrap_or(0);
        Poll::Ready(Some(Ok(piece)))
    }
}

impl Stream for S3Reader {
    type Item = Result<Bytes, BlobError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = ready!(self.next(context));
        if !matches!(next, Some(Ok(_))) {
            self.answer = None;
            self.piece = Bytes::new();
        }
        Poll::Ready(next)
    }
}
