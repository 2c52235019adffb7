//! Whoever may read a file takes its sealed bytes; its key is not touched.

use std::fmt;
use std::ops::Range;

use super::open::check_range;
use super::seal::open_labels;
use super::{File, FileId, Files, OpenFileError};
use crate::ports::{BlobError, BlobName, ByteStream, SealError, StoredFile};
use crate::sessions::Actor;

/// A file whose sealed bytes may be read.
pub struct FileCiphertext {
    file: File,
    blob: BlobName,
}

impl FileCiphertext {
    /// What it is.
    #[must_use]
    pub const fn file(&self) -> &File {
        &self.file
    }
}

impl fmt::Debug for FileCiphertext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FileCiphertext").field(&self.file).finish()
    }
}

impl Files {
    /// Finds a file whose sealed bytes the caller may read: whoever may read a file may.
    ///
    /// # Errors
    /// [`OpenFileError`].
    pub async fn find_ciphertext(
        &self,
        actor: &Actor,
        id: FileId,
    ) -> Result<FileCiphertext, OpenFileError> {
        let found = self.find_readable(actor, id).await?;
        let readable = found.ok_or(OpenFileError::Unknown)?;
        Ok(self.ciphertext_of(&readable.stored)?)
    }

    /// The same for a row that somebody may read: that is settled by whoever found it.
    pub(crate) fn ciphertext_of(&self, stored: &StoredFile) -> Result<FileCiphertext, SealError> {
        Ok(FileCiphertext {
            file: open_labels(stored, &*self.ports.sealer)?,
            blob: stored.blob,
        })
    }

    /// The sealed bytes of `range`, as they rest. The server looks at none of them: whoever opens them checks them.
    ///
    /// # Errors
    /// [`OpenFileError`].
    pub async fn read_ciphertext(
        &self,
        ciphertext: &FileCiphertext,
        range: Range<u64>,
    ) -> Result<ByteStream<BlobError>, OpenFileError> {
        check_range(&range, ciphertext.file.sealed_size)?;
        Ok(self.ports.blobs.read(ciphertext.blob, range).await?)
    }
}
