use super::StoreError;
use crate::Timestamp;

repository! {
/// The installation's own secrets, sealed under the master key, by name.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
pub trait InstallationRepository {
    /// The sealed secret of this name; None if it was never stored.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find(&mut self, name: &str) -> Result<Option<Vec<u8>>, StoreError>;

    /// Stores `sealed` under `name` unless a value is there already, and returns the value that is there now: of two
    /// instances that start at once, both get the first one's.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find_or_insert(
        &mut self,
        name: &str,
        sealed: &[u8],
        now: Timestamp,
    ) -> Result<Vec<u8>, StoreError>;

    /// Puts `sealed` in the place of the value of this name. False if there is none.
    ///
    /// # Errors
    /// [`StoreError`].
    fn replace(&mut self, name: &str, sealed: &[u8], now: Timestamp) -> Result<bool, StoreError>;
}
}
