use super::StoreError;
use crate::Timestamp;
use crate::data_keys::{DataKey, DataKeyUse};

repository! {
/// The data keys of the deployment, and which ciphertexts were accepted under them.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
pub trait DataKeyRepository {
    /// Stores a key. False, and nothing changes, if there is one of this generation: of two instances that make the
    /// next one at once, the first decides.
    ///
    /// # Errors
    /// [`StoreError`].
    fn insert_new(&mut self, key: &DataKey) -> Result<bool, StoreError>;

    /// The keys, newest generation first, at most 16.
    ///
    /// # Errors
    /// [`StoreError`].
    fn list(&mut self) -> Result<Vec<DataKey>, StoreError>;

    /// Deletes the keys that retired at `before` or earlier, with the uses remembered for them. Returns how many.
    ///
    /// # Errors
    /// [`StoreError`].
    fn delete_retired(&mut self, before: Timestamp) -> Result<u64, StoreError>;

    /// Whether this use is remembered.
    ///
    /// # Errors
    /// [`StoreError`].
    fn is_used(&mut self, used: &DataKeyUse) -> Result<bool, StoreError>;

    /// Remembers a use. False, and nothing changes, if it is remembered already or there is no such key (any more): of
    /// two callers with one ciphertext, one wins.
    ///
    /// # Errors
    /// [`StoreError`].
    fn record_use(&mut self, used: &DataKeyUse) -> Result<bool, StoreError>;
}
}
