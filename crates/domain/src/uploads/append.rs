//! The next part of an upload comes.

use std::future::poll_fn;

use zeroize::Zeroizing;

use super::resume::Taken;
use super::service::Found;
use super::sitting::Sitting;
use super::{Checking, ExpectedChecksum, Upload, UploadError, Uploads};
use crate::files::{BrokenBody, FileId};
use crate::ports::ByteStream;
use crate::sessions::Actor;

/// What is said about a part before it comes.
#[derive(Debug, Clone)]
pub struct UploadPart {
    /// Where it begins.
    pub offset: u64,
    /// How many bytes it has, if that is known.
    pub length: Option<u64>,
    /// What its bytes come to. Nothing of a part is kept that comes to something else.
    pub checksums: Vec<ExpectedChecksum>,
}

impl Uploads {
    /// The longest part that may come with a checksum, in bytes: it waits in memory until it is checked, since a chunk
    /// that is sealed stays as it is.
    pub const MAX_CHECKED: u64 = 4 * 1024 * 1024;

    /// Adds what `body` brings. When it returns, that is durable, and so is what came before a failure, unless it is said
    /// otherwise. With the last byte the upload becomes a file.
    ///
    /// # Errors
    /// [`UploadError`].
    pub async fn append(
        &self,
        actor: &Actor,
        id: FileId,
        part: &UploadPart,
        body: ByteStream<BrokenBody>,
    ) -> Result<Upload, UploadError> {
        let taken = match self.find(actor.account(), id).await? {
            Found::Unfinished(row) => self.take_up(*row).await?,
            Found::Complete(file) => Taken::complete(Upload::complete(*file)),
        };
        match taken {
            Taken::Open(sitting) => {
                part.check_place(sitting.offset, sitting.row.length)?;
                self.add(*sitting, part, body).await
            }
            Taken::Complete(upload) => {
                part.check_place(upload.offset, upload.length)?;
                Ok(*upload)
            }
        }
    }

    async fn add(
        &self,
        mut sitting: Sitting,
        part: &UploadPart,
        body: ByteStream<BrokenBody>,
    ) -> Result<Upload, UploadError> {
        let came = if part.checksums.is_empty() {
            self.take_as_it_comes(&mut sitting, body).await
        } else {
            let checked = self.check(part, body).await?;
            sitting.push(&checked).await
        };
        match came {
            Ok(()) if sitting.is_complete() => return self.complete(sitting).await,
            Ok(()) | Err(UploadError::Broken(_) | UploadError::TooMuch { .. }) => {
                self.checkpoint(&mut sitting).await?;
            }
            Err(_) => {}
        }
        came?;
        self.show(&sitting.row, sitting.offset)
    }

    async fn take_as_it_comes(
        &self,
        sitting: &mut Sitting,
        mut body: ByteStream<BrokenBody>,
    ) -> Result<(), UploadError> {
        while let Some(piece) = poll_fn(|context| body.as_mut().poll_next(context)).await {
            sitting.push(&piece?).await?;
            if sitting.is_checkpoint_due() && !sitting.is_complete() {
                self.checkpoint(sitting).await?;
            }
        }
        Ok(())
    }

    /// All of the part, once it is known to be what the client sent.
    async fn check(
        &self,
        part: &UploadPart,
        mut body: ByteStream<BrokenBody>,
    ) -> Result<Zeroizing<Vec<u8>>, UploadError> {
        let mut checking = Checking::begin(&part.checksums, &*self.ports.checksums);
        let mut held = Zeroizing::new(Vec::new());
        while let Some(piece) = poll_fn(|context| body.as_mut().poll_next(context)).await {
            let piece = piece?;
            let length = u64::try_from(held.len().saturating_add(piece.len()));
            if length.unwrap_or(u64::MAX) > Self::MAX_CHECKED {
                return Err(too_long_to_check());
            }
            checking.update(&piece);
            held.extend_from_slice(&piece);
        }
        checking.finish()?;
        Ok(held)
    }
}

impl UploadPart {
    fn check_place(&self, offset: u64, length: u64) -> Result<(), UploadError> {
        if self.offset != offset {
            return Err(UploadError::WrongOffset { offset });
        }
        let declared = self.length.unwrap_or(0);
        if declared > length.saturating_sub(offset) {
            return Err(UploadError::TooMuch { length });
        }
        if !self.checksums.is_empty() && declared > Uploads::MAX_CHECKED {
            return Err(too_long_to_check());
        }
        Ok(())
    }
}

const fn too_long_to_check() -> UploadError {
    UploadError::TooLongToCheck {
        limit: Uploads::MAX_CHECKED,
    }
}
