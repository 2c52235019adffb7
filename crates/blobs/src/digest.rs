//! The digest of a blob, computed as it is written.

use std::io;

use aws_lc_rs::digest::{Context, SHA256};
use bytes::Bytes;
use sealpost_domain::ports::{BlobError, Digest};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use crate::failure::joined;

/// Fewer bytes are digested at once: handing them to another thread takes longer.
const WORTH_A_THREAD: usize = 64 * 1024;

/// SHA-256 (FIPS 180-4) of what passes. Digesting is the longest part of an upload: large pieces are digested on another
/// thread while the next ones are sealed and this one is written.
pub(crate) struct PassingDigest {
    runtime: Handle,
    state: State,
}

enum State {
    Idle(Context),
    Digesting(JoinHandle<Context>),
    Lost,
}

impl PassingDigest {
    /// Of nothing yet.
    pub(crate) fn new(runtime: Handle) -> Self {
        Self {
            runtime,
            state: State::Idle(Context::new(&SHA256)),
        }
    }

    /// Takes the next piece, once the one before it is digested.
    pub(crate) async fn update(&mut self, piece: Bytes) -> Result<(), BlobError> {
        let mut digest = self.settle().await?;
        self.state = if piece.len() < WORTH_A_THREAD {
            digest.update(&piece);
            State::Idle(digest)
        } else {
            State::Digesting(self.runtime.spawn_blocking(move || {
                digest.update(&piece);
                digest
            }))
        };
        Ok(())
    }

    /// The digest of all pieces.
    pub(crate) async fn finish(&mut self) -> Result<Digest, BlobError> {
        let digest = self.settle().await?.finish();
        digest
            .as_ref()
            .try_into()
            .map_err(|_| BlobError::Failed("SHA-256 has another length".into()))
    }

    async fn settle(&mut self) -> Result<Context, BlobError> {
        match std::mem::replace(&mut self.state, State::Lost) {
            State::Idle(digest) => Ok(digest),
            State::Digesting(digesting) => joined(digesting.await.map(io::Result::Ok)),
            State::Lost => Err(BlobError::Failed("an earlier piece was lost".into())),
        }
    }
}
