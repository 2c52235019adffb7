//! Two are friends no longer.

use thiserror::Error;

use super::Profiles;
use crate::accounts::Username;
use crate::contacts::{self, find_visible};
use crate::ports::{StoreError, StoreExt};
use crate::sessions::Actor;

/// Why nothing ends.
#[derive(Debug, Error)]
pub enum UnfriendError {
    /// Nobody has this name, or the caller may not know who.
    #[error("there is no user of this name")]
    UnknownUser,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

domain_error!(UnfriendError {
    UnknownUser: NotFound, "unknown-user";
} else { Store });

impl Profiles {
    /// Ends whatever is between the caller and the user, for both ([`contacts::Contacts::end`]), and says who it is.
    /// That there was nothing is no failure.
    ///
    /// # Errors
    /// [`UnfriendError`].
    pub async fn unfriend(
        &self,
        actor: &Actor,
        username: Username,
    ) -> Result<Username, UnfriendError> {
        let (caller, now) = (actor.account(), self.env.now());
        self.env
            .store
            .write(move |tx| {
                let found = find_visible(tx, caller, &username)?;
                let found = found.ok_or(UnfriendError::UnknownUser)?;
                contacts::end(tx, caller, &username, now)?;
                Ok(found.username)
            })
            .await
    }
}
