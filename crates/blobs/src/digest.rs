//! The digest of a blob, computed as it is written.

use aws_lc_rs::digest::{Context, SHA256};
use bytes::Bytes;
use sealpost_domain::ports::{BlobError, Digest};
use tokio::runtime::Handle;

use crate::lane::Lane;

/// Fewer bytes are digested at once: handing them to another thread takes longer.
const WORTH_A_THREAD: usize = 64 * 1024;

/// SHA-256 (FIPS 180-4) of what passes. Digesting is the longest part of an upload: large pieces are digested on another
/// thread while the next ones are sealed and they themselves are written.
pub(crate) struct PassingDigest(Lane<Context>);

impl PassingDigest {
    /// Of nothing yet.
    pub(crate) fn new(runtime: Handle) -> Self {
        Self(Lane::new(
            runtime,
            Context::new(&SHA256),
            |digest, piece| {
                digest.update(piece);
                Ok(())
            },
        ))
    }

    /// Takes the next piece.
    pub(crate) async fn update(&self, piece: &Bytes) -> Result<(), BlobError> {
        if piece.len() < WORTH_A_THREAD && self.0.has_done(piece)? {
            return Ok(());
        }
        self.0.push(piece.clone()).await
    }

    /// The digest of all pieces. Nothing more can come.
    pub(crate) async fn finish(&self) -> Result<Digest, BlobError> {
        let digest = self.0.settle().await?.finish();
        digest
            .as_ref()
            .try_into()
            .map_err(|_| BlobError::Failed("SHA-256 has another length".into()))
    }
}
