use super::StoreError;
use crate::accounts::AccountId;
use crate::custodial_keys::{CustodialKey, KeyOpener, Opener};
use crate::keys::KeyId;

repository! {
/// The private keys that the server keeps for accounts, and what opens them.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
pub trait CustodialKeyRepository {
    /// The account's key; None if it has none.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find(&mut self, account: AccountId) -> Result<Option<CustodialKey>, StoreError>;

    /// Gives an account its key: the first one, or one in the place of `replaced`, whose openers all go. False, and nothing
    /// changes, if the account has another key than that: of two at once, one wins.
    ///
    /// # Errors
    /// [`StoreError`].
    fn put(&mut self, key: &CustodialKey, replaced: Option<KeyId>) -> Result<bool, StoreError>;

    /// Stores an opener, in the place of the one of the same kind (and of the same app password).
    ///
    /// # Errors
    /// [`StoreError::Conflict`] or another failure if there is no such account or app password.
    fn put_opener(&mut self, opener: &KeyOpener) -> Result<(), StoreError>;

    /// The account's opener of this kind; None if there is none. That of an app password goes with it.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find_opener(
        &mut self,
        account: AccountId,
        opener: Opener,
    ) -> Result<Option<KeyOpener>, StoreError>;

    /// Deletes the account's opener of this kind; false if there is none.
    ///
    /// # Errors
    /// [`StoreError`].
    fn remove_opener(&mut self, account: AccountId, opener: Opener) -> Result<bool, StoreError>;
}
}
