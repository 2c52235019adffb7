//! Reads a stretch of a blob, one piece ahead of whoever takes it.

use std::io::{self, Read};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use sealpost_domain::ports::BlobError;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use crate::failure::joined;

/// How many bytes are read at once: sixteen sealed chunks of a file.
const PIECE: u64 = 16 * 16_400;

/// A file, or several one after the other.
type Source = Box<dyn Read + Send>;

pub(crate) struct FsReader {
    runtime: Handle,
    /// What is being read. The file travels with it; None at the end and after a failure.
    reading: Option<JoinHandle<io::Result<(Source, Bytes)>>>,
    /// How many bytes come after what is being read.
    remaining: u64,
}

impl FsReader {
    /// The next `length` bytes of `file`.
    pub(crate) fn new(file: impl Read + Send + 'static, length: u64, runtime: Handle) -> Self {
        let mut reader = Self {
            runtime,
            reading: None,
            remaining: length,
        };
        reader.read_ahead(Box::new(file));
        reader
    }

    fn read_ahead(&mut self, mut file: Source) {
        let size = self.remaining.min(PIECE);
        self.remaining -= size;
        let size = usize::try_from(size).unwrap_or(0);
        if size > 0 {
            self.reading = Some(self.runtime.spawn_blocking(move || {
                let mut piece = vec![0; size];
                file.read_exact(&mut piece)?;
                Ok((file, piece.into()))
            }));
        }
    }
}

impl Stream for FsReader {
    type Item = Result<Bytes, BlobError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(reading) = &mut self.reading else {
            return Poll::Ready(None);
        };
        let outcome = joined(ready!(Pin::new(reading).poll(context)));
        self.reading = None;
        Poll::Ready(Some(outcome.map(|(file, piece)| {
            self.read_ahead(file);
            piece
        })))
    }
}
