//! Anybody with an account takes a file in a form that only its owner's key opens: a Fernet token.

use std::ops::Range;

use super::open::check_range;
use super::rendering::{RenderedStream, token_size};
use super::{FileId, Files, OpenFileError, OpenedFile, ReadFileError};
use crate::ports::{BlobDigest, ByteStream, StoreError, StoreExt};
use crate::sessions::Actor;

/// A file whose token may be read. Of what its owner calls it nothing is told.
#[derive(Debug)]
pub struct Rendering(OpenedFile);

impl Rendering {
    /// The file.
    #[must_use]
    pub const fn id(&self) -> FileId {
        self.0.file().id
    }

    /// The length of the token, in characters.
    #[must_use]
    pub const fn size(&self) -> u64 {
        token_size(self.0.file().size)
    }

    /// Of the sealed file: while it is the same, the token is.
    #[must_use]
    pub const fn digest(&self) -> BlobDigest {
        self.0.file().digest
    }
}

impl Files {
    /// Finds a file to be rendered, whoever's it is: a token is ciphertext, and its key is for the owner alone
    /// ([`Files::disclose_fernet_key`]). A file that the server cannot open is as if it was not there, but for its owner.
    ///
    /// # Errors
    /// [`OpenFileError`].
    pub async fn open_rendering(
        &self,
        actor: &Actor,
        id: FileId,
    ) -> Result<Rendering, OpenFileError> {
        let found: Result<_, StoreError> = self
            .env
            .store
            .ask(move |tx| tx.files().find_of_anybody(id))
            .await;
        let stored = found?.ok_or(OpenFileError::Unknown)?;
        match self.open_stored(&stored) {
            // Whoever has it not has no use for what to do about it.
            Err(OpenFileError::EndToEnd) if stored.owner != actor.account() => {
                Err(OpenFileError::Unknown)
            }
            opened => opened.map(Rendering),
        }
    }

    /// The characters of `range` of the token, which is rendered from its beginning whatever the range: each block of CBC
    /// needs the one before, and the last bytes are a MAC over all others. It ends with the range. Each chunk of the
    /// file is authenticated before it is rendered; one that does not open ends the stream with an error.
    ///
    /// # Errors
    /// [`OpenFileError`].
    pub async fn read_rendering(
        &self,
        rendering: &Rendering,
        range: Range<u64>,
    ) -> Result<ByteStream<ReadFileError>, OpenFileError> {
        check_range(&range, rendering.size())?;
        let Rendering(opened) = rendering;
        let file = opened.file();
        let content = self.read_content(opened, 0..file.size).await?;
        let renderer = self
            .ports
            .fernet
            .render(&file.id, opened.key(), file.created_at);
        Ok(Box::pin(RenderedStream::new(content, renderer, range)))
    }
}
