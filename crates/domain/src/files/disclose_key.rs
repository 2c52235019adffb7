//! The owner takes the key of a file, to open its ciphertext elsewhere.

use thiserror::Error;

use super::seal::open_key;
use super::{FileId, Files};
use crate::audit::{AuditEvent, AuditKind};
use crate::messages::Protection;
use crate::ports::{FileKey, SealError, StoreError, StoreExt, StoredFile, Tx};
use crate::sessions::Actor;

/// All that is needed to open a file's ciphertext.
#[derive(Debug, Clone)]
pub struct DisclosedKey {
    /// How it is sealed.
    pub algorithm: &'static str,
    /// The file's key.
    pub key: FileKey,
    /// What binds it to the file's id.
    pub context: Vec<u8>,
}

/// Why a key is not given.
#[derive(Debug, Error)]
pub enum DiscloseKeyError {
    /// There is no such file, or it is somebody else's: nobody can tell which.
    #[error("no such file")]
    Unknown,
    /// The server has no key to it.
    #[error(
        "this file is end-to-end encrypted, and the server has no key to it: what your client wrapped for itself is in the file's wrapped_key"
    )]
    EndToEnd,
    /// The stored key does not open.
    #[error("the key of a stored file cannot be opened")]
    Sealed(#[from] SealError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Files {
    /// The key of one of the caller's files. That it left the server stands in the audit trail before it leaves.
    ///
    /// # Errors
    /// [`DiscloseKeyError`].
    pub async fn disclose_key(
        &self,
        actor: &Actor,
        id: FileId,
    ) -> Result<DisclosedKey, DiscloseKeyError> {
        let event =
            AuditEvent::by(actor, &self.env, AuditKind::FileKeyDisclosed).about(*id.as_bytes());
        let noted = self
            .env
            .store
            .write(move |tx| find_and_note(tx, id, &event));
        let stored = noted.await?;
        Ok(DisclosedKey {
            algorithm: self.ports.cipher.algorithm(),
            key: open_key(&stored, &*self.ports.sealer)?,
            context: self.ports.cipher.context(&id),
        })
    }
}

pub(super) fn find_and_note(
    tx: &mut dyn Tx,
    id: FileId,
    event: &AuditEvent,
) -> Result<StoredFile, DiscloseKeyError> {
    let found = tx.files().find(event.account, id)?;
    let stored = found.ok_or(DiscloseKeyError::Unknown)?;
    if stored.protection == Protection::EndToEnd {
        return Err(DiscloseKeyError::EndToEnd);
    }
    tx.files().note_disclosure(id, event.at)?;
    tx.audit().append(event)?;
    Ok(stored)
}

domain_error!(DiscloseKeyError {
    Unknown: NotFound, "unknown-file";
    EndToEnd: Conflict, "end-to-end-encrypted";
    Sealed: Internal, "internal-error";
} else { Store });
