//! Somebody looks at a picture.

use super::{Avatar, AvatarName, Avatars};
use crate::accounts::Username;
use crate::ports::{StoreError, StoreExt};
use crate::sessions::Actor;

impl Avatars {
    /// What this user shows: [`Avatar::Default`] also for a name that nobody has, so that this tells nobody who there is.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn of_user(&self, _: &Actor, username: Username) -> Result<Avatar, StoreError> {
        self.of_anybody(username).await
    }

    /// The same for somebody who is not logged in.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn of_anybody(&self, username: Username) -> Result<Avatar, StoreError> {
        let found: Result<_, StoreError> = self
            .env
            .store
            .ask(move |tx| tx.accounts().find_by_username(&username))
            .await;
        Ok(found?.map_or(Avatar::Default, |account| account.avatar))
    }

    /// The PNG of an uploaded picture that somebody shows; None if nobody does (any more). For everybody who knows the
    /// name.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn picture(&self, name: AvatarName) -> Result<Option<Vec<u8>>, StoreError> {
        self.env.store.ask(move |tx| tx.avatars().find(name)).await
    }
}
