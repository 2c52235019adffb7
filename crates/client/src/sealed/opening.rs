//! A sealed file, opened as it comes.

use std::sync::Arc;

use bytes::BytesMut;
use sealpost_crypto::{ChunkedCipher, OsEntropy};
use sealpost_domain::Secret;
use sealpost_domain::files::{FileId, SealedLayout};
use sealpost_domain::ports::{FileCipher as _, FileCipherError};
use tokio::io::{AsyncWrite, AsyncWriteExt as _};

use crate::{ClientError, Download};

/// The ciphertext of a file on its way, and what opens it.
#[derive(Debug)]
pub(crate) struct Opening {
    id: FileId,
    key: Secret<[u8; 32]>,
    layout: SealedLayout,
    download: Download,
    /// What came and is not opened yet.
    sealed: BytesMut,
}

impl From<FileCipherError> for ClientError {
    fn from(_: FileCipherError) -> Self {
        Self::DamagedFile
    }
}

pub(super) fn cipher() -> ChunkedCipher {
    ChunkedCipher::new(Arc::new(OsEntropy))
}

impl Opening {
    /// The file has `size` bytes, in `sealed_size` of ciphertext.
    pub(crate) fn new(
        id: FileId,
        key: Secret<[u8; 32]>,
        (size, sealed_size): (u64, u64),
        download: Download,
    ) -> Result<Self, ClientError> {
        let layout = SealedLayout::of_sealed(sealed_size).filter(|layout| layout.size() == size);
        Ok(Self {
            id,
            key,
            layout: layout.ok_or(ClientError::DamagedFile)?,
            download,
            sealed: BytesMut::new(),
        })
    }

    /// Writes all of it to `writer`, each chunk once it is checked; returns how many bytes that was. After an error what was
    /// written is no file.
    pub(crate) async fn save(
        mut self,
        writer: &mut (impl AsyncWrite + Unpin),
    ) -> Result<u64, ClientError> {
        let header = self.take(SealedLayout::HEADER).await?;
        let header: &[u8; SealedLayout::HEADER] = header
            .as_ref()
            .try_into()
            .map_err(|_| ClientError::DamagedFile)?;
        let opener = cipher().open(&self.id, &self.key, header, self.layout)?;
        for index in 0..=self.layout.last_chunk() {
            let mut chunk = self.take(self.layout.sealed_chunk_size(index)).await?;
            opener.open_chunk(index, &mut chunk)?;
            writer.write_all(&chunk).await?;
        }
        if !self.sealed.is_empty() || self.download.chunk().await?.is_some() {
            return Err(ClientError::DamagedFile);
        }
        writer.flush().await?;
        Ok(self.layout.size())
    }

    async fn take(&mut self, length: usize) -> Result<BytesMut, ClientError> {
        while self.sealed.len() < length {
            let more = self.download.chunk().await?;
            self.sealed
                .extend_from_slice(&more.ok_or(ClientError::DamagedFile)?);
        }
        Ok(self.sealed.split_to(length))
    }
}
