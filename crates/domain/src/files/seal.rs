//! How a file's key, name and type rest: each sealed under the master key, bound to the file and its owner.

use super::{ContentType, File, FileId, FileName, SealedLayout, WrappedKey};
use crate::Secret;
use crate::accounts::AccountId;
use crate::messages::Protection;
use crate::ports::{Binding, FileKey, SealError, SealPurpose, Sealer, StoredFile};

const fn binding<'a>(column: &'static str, id: &'a FileId, owner: &'a AccountId) -> Binding<'a> {
    Binding {
        purpose: SealPurpose::File,
        table: "files",
        column,
        row: id.as_bytes(),
        owner: owner.as_bytes(),
    }
}

pub(crate) const fn key_binding<'a>(id: &'a FileId, owner: &'a AccountId) -> Binding<'a> {
    binding("sealed_key", id, owner)
}

pub(crate) const fn name_binding<'a>(id: &'a FileId, owner: &'a AccountId) -> Binding<'a> {
    binding("sealed_name", id, owner)
}

pub(crate) const fn type_binding<'a>(id: &'a FileId, owner: &'a AccountId) -> Binding<'a> {
    binding("sealed_type", id, owner)
}

/// Where the key of a grant rests.
pub(super) struct GrantRow([u8; 32], AccountId);

impl GrantRow {
    pub(super) fn new(file: FileId, grantee: AccountId) -> Self {
        let mut row = [0; 32];
        let both = file.as_bytes().iter().chain(grantee.as_bytes());
        for (slot, byte) in row.iter_mut().zip(both) {
            *slot = *byte;
        }
        Self(row, grantee)
    }

    /// Bound to the file and to who reads it.
    pub(super) const fn binding(&self) -> Binding<'_> {
        Binding {
            purpose: SealPurpose::File,
            table: "file_grants",
            column: "sealed_key",
            row: &self.0,
            owner: self.1.as_bytes(),
        }
    }
}

/// What was sealed as a file's key.
pub(super) fn to_key(opened: &[u8]) -> Result<FileKey, SealError> {
    opened
        .try_into()
        .map(Secret::new)
        .map_err(|_| SealError::Rejected)
}

/// The key of a file that the server can open.
pub(crate) fn open_key(stored: &StoredFile, sealer: &dyn Sealer) -> Result<FileKey, SealError> {
    unseal_key(&stored.id, &stored.owner, &stored.sealed_key, sealer)
}

/// The key of a file that may be yet to come.
pub(crate) fn unseal_key(
    id: &FileId,
    owner: &AccountId,
    sealed: &[u8],
    sealer: &dyn Sealer,
) -> Result<FileKey, SealError> {
    let opened = sealer.open(&key_binding(id, owner), sealed)?;
    to_key(&opened)
}

/// The file as its owner sees it, with the key that their client wrapped for itself.
pub(crate) fn open_owned(stored: &StoredFile, sealer: &dyn Sealer) -> Result<File, SealError> {
    let file = File {
        key_disclosed_at: stored.key_disclosed_at,
        ..open_labels(stored, sealer)?
    };
    if stored.protection == Protection::Server {
        return Ok(file);
    }
    let binding = key_binding(&stored.id, &stored.owner);
    let wrapped = open_text(&binding, &stored.sealed_key, sealer)?;
    Ok(File {
        wrapped_key: Some(WrappedKey::restore(wrapped)),
        ..file
    })
}

/// The file as everybody sees it who may read it.
pub(crate) fn open_labels(stored: &StoredFile, sealer: &dyn Sealer) -> Result<File, SealError> {
    let (id, owner) = (&stored.id, &stored.owner);
    let name = stored
        .sealed_name
        .as_ref()
        .map(|sealed| unseal_name(id, owner, sealed, sealer))
        .transpose()?;
    let content_type = unseal_type(id, owner, &stored.sealed_type, sealer)?;
    let layout = SealedLayout::of_plaintext(stored.size).ok_or(SealError::Rejected)?;
    Ok(File {
        id: *id,
        name,
        content_type,
        size: stored.size,
        sealed_size: layout.sealed_size(),
        digest: stored.digest,
        protection: stored.protection,
        wrapped_key: None,
        shared_by: None,
        key_disclosed_at: None,
        created_at: stored.created_at,
    })
}

pub(crate) fn unseal_name(
    id: &FileId,
    owner: &AccountId,
    sealed: &[u8],
    sealer: &dyn Sealer,
) -> Result<FileName, SealError> {
    open_text(&name_binding(id, owner), sealed, sealer).map(FileName::restore)
}

pub(crate) fn unseal_type(
    id: &FileId,
    owner: &AccountId,
    sealed: &[u8],
    sealer: &dyn Sealer,
) -> Result<ContentType, SealError> {
    open_text(&type_binding(id, owner), sealed, sealer).map(ContentType::restore)
}

pub(super) fn open_text(
    binding: &Binding<'_>,
    sealed: &[u8],
    sealer: &dyn Sealer,
) -> Result<String, SealError> {
    let opened = sealer.open(binding, sealed)?;
    // What was text when it was stored is text now, or it is not what was stored.
    std::str::from_utf8(&opened)
        .map(str::to_owned)
        .map_err(|_| SealError::Rejected)
}
