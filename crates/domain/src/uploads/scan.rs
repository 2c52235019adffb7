//! Goes through sealed bytes that no row accounts for: every chunk that opens in its place counts, up to the first that
//! does not.

use std::future::poll_fn;

use bytes::BytesMut;

use crate::files::SealedLayout;
use crate::ports::{BlobError, ByteStream, ChunkSealer, ResumableDigest};

/// How far the sealed bytes of an upload are accounted for.
pub(super) struct Account {
    /// How many bytes: the header, if it is there, and chunks.
    pub(super) sealed: u64,
    /// How many chunks. Of what a client has sealed nobody counts them.
    pub(super) chunks: u64,
    /// The digest of these bytes.
    pub(super) digest: Box<dyn ResumableDigest>,
}

impl Account {
    /// What a row says: whole chunks behind the header, or nothing; any number of bytes that a client has sealed.
    pub(super) fn of_row(sealed: u64, digest: Box<dyn ResumableDigest>) -> Self {
        let full = u64::try_from(SealedLayout::SEALED_CHUNK).unwrap_or(u64::MAX);
        let header = u64::try_from(SealedLayout::HEADER).unwrap_or(u64::MAX);
        Self {
            sealed,
            chunks: sealed.saturating_sub(header) / full,
            digest,
        }
    }

    /// Whether every chunk of the file is accounted for.
    pub(super) const fn is_whole(&self, layout: SealedLayout) -> bool {
        self.sealed == layout.sealed_size()
    }

    /// Takes what `blob` brings, which begins where this account ends.
    pub(super) async fn extend(
        &mut self,
        mut blob: ByteStream<BlobError>,
        sealer: &dyn ChunkSealer,
        layout: SealedLayout,
    ) -> Result<(), BlobError> {
        let mut buffer = BytesMut::new();
        while let Some(expected) = self.next_size(layout) {
            while buffer.len() < expected {
                match poll_fn(|context| blob.as_mut().poll_next(context)).await {
                    Some(piece) => buffer.extend_from_slice(&piece?),
                    // A torn end.
                    None => return Ok(()),
                }
            }
            let part = buffer.split_to(expected);
            let right = if self.sealed == 0 {
                part.as_ref() == sealer.header()
            } else {
                sealer.is_sealed_at(self.chunks, &part)
            };
            if !right {
                return Ok(());
            }
            self.chunks += u64::from(self.sealed > 0);
            self.count(&part);
        }
        Ok(())
    }

    /// Takes all that `blob` brings, as [`Account::extend`] where nobody here can tell what is right.
    pub(super) async fn extend_unread(
        &mut self,
        mut blob: ByteStream<BlobError>,
    ) -> Result<(), BlobError> {
        while let Some(piece) = poll_fn(|context| blob.as_mut().poll_next(context)).await {
            self.count(&piece?);
        }
        Ok(())
    }

    /// Adds bytes to the count and the digest.
    pub(super) fn count(&mut self, bytes: &[u8]) {
        self.digest.update(bytes);
        self.sealed += u64::try_from(bytes.len()).unwrap_or(0);
    }

    /// How many bytes come next; None at the end.
    fn next_size(&self, layout: SealedLayout) -> Option<usize> {
        if self.is_whole(layout) {
            None
        } else if self.sealed == 0 {
            Some(SealedLayout::HEADER)
        } else {
            Some(layout.sealed_chunk_size(self.chunks))
        }
    }
}
