//! Somebody reads what a link that they have opened leads to.

use thiserror::Error;

use super::{DownloadToken, FileLinks, LinkId};
use crate::files::{FileCiphertext, OpenFileError, OpenedFile};
use crate::messages::Protection;
use crate::ports::{LinkedFile, SealError, StoreError, StoreExt};

/// Why nothing is read.
#[derive(Debug, Error)]
pub enum OpenDownloadError {
    /// The token is unknown, over, of another link, or its link or file is gone: nobody can tell which.
    #[error("this download token is not good, or not any more: open the link again")]
    Unknown,
    /// The file cannot be read.
    #[error(transparent)]
    Open(#[from] OpenFileError),
    /// The stored key does not open.
    #[error("the key of a linked file cannot be opened")]
    Sealed(#[from] SealError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl FileLinks {
    /// Opens the file for who shows the token, to be read ([`crate::files::Files::read_content`]).
    ///
    /// # Errors
    /// [`OpenDownloadError`].
    pub async fn open_content(
        &self,
        id: LinkId,
        token: &DownloadToken,
    ) -> Result<OpenedFile, OpenDownloadError> {
        let found = self.find_download(id, token).await?;
        if found.file.protection == Protection::EndToEnd {
            return Err(OpenFileError::EndToEnd.into());
        }
        let sealed = found.sealed_key.ok_or(SealError::Rejected)?;
        let key = self.open_for_download(&id, token, &sealed)?;
        Ok(self.files.open_with(&found.file, key)?)
    }

    /// Finds the file's sealed bytes for who shows the token ([`crate::files::Files::read_ciphertext`]).
    ///
    /// # Errors
    /// [`OpenDownloadError`].
    pub async fn open_ciphertext(
        &self,
        id: LinkId,
        token: &DownloadToken,
    ) -> Result<FileCiphertext, OpenDownloadError> {
        let found = self.find_download(id, token).await?;
        Ok(self.files.ciphertext_of(&found.file)?)
    }

    async fn find_download(
        &self,
        id: LinkId,
        token: &DownloadToken,
    ) -> Result<LinkedFile, OpenDownloadError> {
        let (digest, now) = (token.digest(&*self.ports.digester), self.env.now());
        let found = self.env.store.read(move |tx| {
            let found = tx.file_links().find_download(id, &digest, now)?;
            found.ok_or(OpenDownloadError::Unknown)
        });
        found.await
    }
}

domain_error!(OpenDownloadError {
    Unknown: Unauthenticated, "invalid-download-token";
    Sealed: Internal, "internal-error";
} else { Open, Store });
