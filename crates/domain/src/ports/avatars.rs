use super::StoreError;
use crate::accounts::AccountId;
use crate::avatars::{Avatar, AvatarName};

repository! {
/// The pictures that accounts show of themselves. They go with their account.
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
pub trait AvatarRepository {
    /// Says what the account shows from now on, and deletes every uploaded picture of it that is another. False if there
    /// is no such account.
    ///
    /// # Errors
    /// [`StoreError`].
    fn choose(&mut self, account: AccountId, avatar: Avatar) -> Result<bool, StoreError>;

    /// Adds an uploaded picture.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] with `Id` if there is one of this name.
    fn insert(
        &mut self,
        account: AccountId,
        name: AvatarName,
        picture: &[u8],
    ) -> Result<(), StoreError>;

    /// The uploaded picture of this name.
    ///
    /// # Errors
    /// [`StoreError`].
    fn find(&mut self, name: AvatarName) -> Result<Option<Vec<u8>>, StoreError>;
}
}
