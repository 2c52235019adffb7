//! The owner takes the key of a file's Fernet token.

use super::disclose_key::find_and_note;
use super::seal::open_key;
use super::{DiscloseKeyError, FileId, Files};
use crate::audit::{AuditEvent, AuditKind};
use crate::ports::{FernetKey, StoreExt};
use crate::sessions::Actor;

impl Files {
    /// What opens the token ([`Files::open_rendering`]) of one of the caller's files. It is derived from the file's key and
    /// opens nothing else. That it left the server stands in the audit trail before it leaves.
    ///
    /// # Errors
    /// [`DiscloseKeyError`].
    pub async fn disclose_fernet_key(
        &self,
        actor: &Actor,
        id: FileId,
    ) -> Result<FernetKey, DiscloseKeyError> {
        let event =
            AuditEvent::by(actor, &self.env, AuditKind::FileKeyDisclosed).about(*id.as_bytes());
        let noted = self
            .env
            .store
            .write(move |tx| find_and_note(tx, id, &event));
        let stored = noted.await?;
        let key = open_key(&stored, &*self.ports.sealer)?;
        Ok(self.ports.fernet.key(&id, &key))
    }
}
