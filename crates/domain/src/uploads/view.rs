//! The owner asks how far an upload has come.

use super::resume::Taken;
use super::service::Found;
use super::{Upload, UploadError, Uploads};
use crate::files::FileId;
use crate::sessions::Actor;

impl Uploads {
    /// How far the caller's upload has come: every byte that is durable counts, also one that a crash kept from being noted.
    /// While another request adds to it, what has been noted so far.
    ///
    /// # Errors
    /// [`UploadError`].
    pub async fn view(&self, actor: &Actor, id: FileId) -> Result<Upload, UploadError> {
        let row = match self.find(actor.account(), id).await? {
            Found::Unfinished(row) => row,
            Found::Complete(file) => return Ok(Upload::complete(*file)),
        };
        let noted = row.clone();
        match self.take_up(*row).await {
            Ok(Taken::Open(sitting)) => self.show(&sitting.row, sitting.offset),
            Ok(Taken::Complete(upload)) => Ok(*upload),
            Err(UploadError::Locked) => self.show(&noted, noted.progress.offset),
            Err(error) => Err(error),
        }
    }
}
