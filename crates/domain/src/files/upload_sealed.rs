//! Somebody stores a file that their client has sealed: its bytes pass untouched.

use std::future::poll_fn;

use super::upload::{BATCH, SealedFile, end, new_batch};
use super::{BrokenBody, File, FileId, Files, NewFile, SealedLayout, UploadFileError, WrappedKey};
use crate::messages::Protection;
use crate::ports::{BlobName, ByteStream, StoreExt};
use crate::sessions::Actor;
use crate::storage::Reservation;
use crate::uploads::Checking;

/// What is said about a sealed file before its bytes come.
#[derive(Debug, Clone)]
pub struct NewSealedFile {
    /// The id that it is sealed for, out of [`Files::reserve_id`].
    pub id: FileId,
    /// Its key, as its owner's client wrapped it for itself.
    pub wrapped_key: WrappedKey,
    /// What it is; the length is that of the sealed bytes.
    pub file: NewFile,
}

impl Files {
    /// Stores what `body` brings as it is, if a file can be sealed to so many bytes: the server can open none of it. Otherwise
    /// as [`Files::upload`].
    ///
    /// # Errors
    /// [`UploadFileError`].
    pub async fn upload_sealed(
        &self,
        actor: &Actor,
        new: NewSealedFile,
        body: ByteStream<BrokenBody>,
    ) -> Result<File, UploadFileError> {
        let length = new.file.length;
        self.check_sealed_size(length.unwrap_or(0))?;
        let layout =
            length.map(|length| SealedLayout::of_sealed(length).ok_or(UploadFileError::NotSealed));
        let size = layout.transpose()?.map(SealedLayout::size);
        let (owner, id, now) = (actor.account(), new.id, self.env.now());
        // Before any byte is stored; it is taken with the row.
        let good = self.env.store.read(move |tx| {
            let good = tx.file_ids().is_good(owner, id, now)?;
            good.then_some(()).ok_or(UploadFileError::UnreservedId)
        });
        good.await?;
        let mut room = self.storage.reserve(owner, size).await?;
        let stored = self.store_sealed(actor, &new, &mut room, body).await;
        end(room, &stored).await;
        stored
    }

    async fn store_sealed(
        &self,
        actor: &Actor,
        new: &NewSealedFile,
        room: &mut Reservation,
        body: ByteStream<BrokenBody>,
    ) -> Result<File, UploadFileError> {
        let blob = BlobName::from_bytes(self.env.random());
        let sealed = self
            .keep_sealed(blob, (&new.file, &mut *room), body)
            .await?;
        let key = new.wrapped_key.as_str().as_bytes();
        let stored = self.to_row(
            (actor.account(), new.id),
            (Protection::EndToEnd, key),
            blob,
            &new.file,
            &sealed,
        );
        self.keep(stored, room.claim()).await
    }

    /// No file that is sealed may be longer than the longest plaintext, sealed.
    pub(super) fn check_sealed_size(&self, sealed: u64) -> Result<(), UploadFileError> {
        let limit = self.max_size.unwrap_or(SealedLayout::MAX_PLAINTEXT);
        let longest = SealedLayout::of_plaintext(limit.min(SealedLayout::MAX_PLAINTEXT));
        if longest.is_some_and(|longest| sealed > longest.sealed_size()) {
            return Err(UploadFileError::TooLarge { limit });
        }
        Ok(())
    }

    async fn keep_sealed(
        &self,
        blob: BlobName,
        (new, room): (&NewFile, &mut Reservation),
        mut body: ByteStream<BrokenBody>,
    ) -> Result<SealedFile, UploadFileError> {
        let mut checking = Checking::begin(&new.checksums, &*self.ports.checksums);
        let mut writer = self.ports.blobs.create(blob).await?;
        let mut batch = new_batch();
        let mut size: u64 = 0;
        while let Some(piece) = poll_fn(|context| body.as_mut().poll_next(context)).await {
            let piece = piece?;
            size = size.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
            self.check_sealed_size(size)?;
            checking.update(&piece);
            batch.extend_from_slice(&piece);
            if batch.len() >= BATCH {
                room.cover(SealedLayout::plaintext_within(size)).await?;
                let full = std::mem::replace(&mut batch, new_batch());
                writer.write(full.into()).await?;
            }
        }
        checking.finish()?;
        let layout = SealedLayout::of_sealed(size).ok_or(UploadFileError::NotSealed)?;
        writer.write(batch.into()).await?;
        let digest = writer.commit().await?;
        Ok(SealedFile { layout, digest })
    }
}
