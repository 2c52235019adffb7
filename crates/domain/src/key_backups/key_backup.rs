use std::fmt;

use thiserror::Error;

use crate::Timestamp;
use crate::accounts::AccountId;
use crate::ports::{Binding, SealError, SealPurpose, Sealer, StoredKeyBackup};

define_id! {
    /// Names one generation of a key backup.
    KeyBackupId
}

/// Which generation of a key backup it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyBackupStamp {
    /// Its id. Content under one id never changes.
    pub id: KeyBackupId,
    /// How many there have been in the account, this one included: 1 for the first.
    pub generation: u32,
    /// When it came.
    pub created_at: Timestamp,
}

/// One generation of a key backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyBackup {
    /// Which.
    pub stamp: KeyBackupStamp,
    /// What the client stored.
    pub content: KeyBackupContent,
}

/// 1 to [`KeyBackupContent::MAX_BYTES`] bytes that mean something to their owner's clients alone.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyBackupContent(Vec<u8>);

/// There is nothing to keep, or too much.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a key backup has 1 to {} bytes", KeyBackupContent::MAX_BYTES)]
pub struct InvalidKeyBackup;

impl KeyBackupContent {
    /// The largest key backup.
    pub const MAX_BYTES: usize = 256 * 1024;

    /// Takes the bytes as they came.
    ///
    /// # Errors
    /// [`InvalidKeyBackup`] if there is none of them, or more than [`KeyBackupContent::MAX_BYTES`].
    pub fn new(bytes: Vec<u8>) -> Result<Self, InvalidKeyBackup> {
        if bytes.is_empty() || bytes.len() > Self::MAX_BYTES {
            return Err(InvalidKeyBackup);
        }
        Ok(Self(bytes))
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Shows the length only: the server does not know how well the client encrypted.
impl fmt::Debug for KeyBackupContent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyBackupContent({} bytes)", self.0.len())
    }
}

const fn binding<'a>(id: &'a KeyBackupId, owner: &'a AccountId) -> Binding<'a> {
    Binding {
        purpose: SealPurpose::KeyBackup,
        table: "key_backups",
        column: "sealed_content",
        row: id.as_bytes(),
        owner: owner.as_bytes(),
    }
}

/// The content as it rests.
pub(super) fn seal(
    id: &KeyBackupId,
    owner: &AccountId,
    content: &KeyBackupContent,
    sealer: &dyn Sealer,
) -> Vec<u8> {
    sealer.seal(&binding(id, owner), content.as_bytes())
}

/// The generation with its content.
pub(super) fn open(
    owner: &AccountId,
    stored: &StoredKeyBackup,
    sealer: &dyn Sealer,
) -> Result<KeyBackup, SealError> {
    let opened = sealer.open(&binding(&stored.stamp.id, owner), &stored.sealed_content)?;
    Ok(KeyBackup {
        stamp: stored.stamp,
        content: KeyBackupContent(opened.to_vec()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_is_bounded_and_not_shown() {
        assert_eq!(KeyBackupContent::new(Vec::new()), Err(InvalidKeyBackup));
        let most = KeyBackupContent::MAX_BYTES;
        assert_eq!(
            KeyBackupContent::new(vec![7; most + 1]),
            Err(InvalidKeyBackup)
        );
        let content = KeyBackupContent::new(vec![7; most]).unwrap();
        assert_eq!(format!("{content:?}"), "KeyBackupContent(262144 bytes)");
    }
}
