use async_trait::async_trait;
use thiserror::Error;

use super::StoreError;
use crate::Timestamp;
use crate::master_keys::{MasterKeyId, Rewrap, SealedColumn, SealedValue};

/// Since when a master key has sealed, and until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotedMasterKey {
    /// Which.
    pub id: MasterKeyId,
    /// When it first sealed.
    pub sealed_from: Timestamp,
    /// When another took its place; None while none has.
    pub sealed_until: Option<Timestamp>,
}

/// A row's key, and the beginning of what is sealed in it.
pub type SealedHead = (Vec<u8>, Vec<u8>);

repository! {
/// What rests under which master key, and how far sealing it anew has come.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
pub trait MasterKeyRepository {
    /// The keys that have ever sealed, the latest first, at most 100.
    ///
    /// # Errors
    /// [`StoreError`].
    fn list(&mut self) -> Result<Vec<NotedMasterKey>, StoreError>;

    /// Notes that `key` seals from `now` on and that the others do no more. False, and nothing changes, if it was noted
    /// before.
    ///
    /// # Errors
    /// [`StoreError`].
    fn note_sealing(&mut self, key: MasterKeyId, now: Timestamp) -> Result<bool, StoreError>;

    /// Forgets a key.
    ///
    /// # Errors
    /// [`StoreError`].
    fn forget(&mut self, key: MasterKeyId) -> Result<(), StoreError>;

    /// Everything is to be sealed anew under `key`, from the first column on. What was under way for another key is over.
    ///
    /// # Errors
    /// [`StoreError`].
    fn begin(&mut self, key: MasterKeyId, now: Timestamp) -> Result<(), StoreError>;

    /// How far sealing everything anew has come; None if it was never begun.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find_rewrap(&mut self) -> Result<Option<Rewrap>, StoreError>;

    /// Replaces what is known of it, if that still is `was`: of two who want to go on from one place, one does.
    ///
    /// # Errors
    /// [`StoreError`].
    fn advance(&mut self, was: &Rewrap, is: &Rewrap) -> Result<bool, StoreError>;

    /// The first `limit` (at most 500) values of a column behind the key `after` (empty: from the first on), in the order
    /// of their keys. Rows without a value are left out.
    ///
    /// # Errors
    /// [`StoreError`].
    fn page(
        &mut self,
        column: SealedColumn,
        after: &[u8],
        limit: u32,
    ) -> Result<Vec<SealedValue>, StoreError>;

    /// The same of at most 5,000, with their keys and their first six bytes alone: as much as names the master key.
    ///
    /// # Errors
    /// [`StoreError`].
    fn heads(
        &mut self,
        column: SealedColumn,
        after: &[u8],
        limit: u32,
    ) -> Result<Vec<SealedHead>, StoreError>;

    /// Puts `sealed` where this value is, if it is still there unchanged. False if it is not.
    ///
    /// # Errors
    /// [`StoreError`].
    fn replace(
        &mut self,
        column: SealedColumn,
        value: &SealedValue,
        sealed: &[u8],
    ) -> Result<bool, StoreError>;
}
}

/// Why the keyring was not changed or read.
#[derive(Debug, Error)]
pub enum KeyringFailure {
    /// The keys did not come from a file.
    #[error(
        "the master key comes from SEALPOST_MASTER_KEY: put it into a file (mode 0600) and name that with \
         SEALPOST_MASTER_KEY_FILE"
    )]
    NoFile,
    /// The key is not in the file.
    #[error("there is no such key in the key file")]
    Unknown,
    /// The file cannot be read or written, or holds something else. The text is for the operator and holds no key.
    #[error("{0}")]
    File(String),
}

domain_error!(KeyringFailure {
    NoFile: Conflict, "master-key-in-environment";
    Unknown: NotFound, "unknown-master-key";
    File: Unavailable, "key-file-unusable";
});

/// The master keys of this process and the file they are kept in. The last key seals, every one opens.
#[async_trait]
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
pub trait MasterKeyring: Send + Sync {
    /// The keys, in the file's order: the last one seals.
    fn keys(&self) -> Vec<MasterKeyId>;

    /// The key that a record names, by its first six bytes; None if it is no record of a known format.
    fn key_of(&self, head: &[u8]) -> Option<MasterKeyId>;

    /// Takes over what is in the file now. A key that is no longer in it goes on opening until the process ends.
    ///
    /// # Errors
    /// [`KeyringFailure::File`]; what was known before stays in use. Without a file there is nothing to do.
    async fn reread(&self) -> Result<(), KeyringFailure>;

    /// Makes a new key that opens and does not seal yet. When this returns, it is on the disk.
    ///
    /// # Errors
    /// [`KeyringFailure`].
    async fn add(&self) -> Result<MasterKeyId, KeyringFailure>;

    /// Lets a key of the file seal. When this returns, that is on the disk.
    ///
    /// # Errors
    /// [`KeyringFailure`].
    async fn promote(&self, key: MasterKeyId) -> Result<(), KeyringFailure>;

    /// Removes a key, from the file and from this process. The key that seals stays ([`KeyringFailure::Unknown`]).
    ///
    /// # Errors
    /// [`KeyringFailure`].
    async fn remove(&self, key: MasterKeyId) -> Result<(), KeyringFailure>;
}
