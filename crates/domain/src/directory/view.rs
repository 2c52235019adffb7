//! Somebody looks at a user by their exact name.

use std::time::Duration;

use thiserror::Error;

use super::{Directory, Profile};
use crate::accounts::Username;
use crate::contacts::find_visible;
use crate::ports::{StoreError, StoreExt};
use crate::sessions::Actor;
use crate::{DomainError, ErrorKind};

/// Why nobody is shown.
#[derive(Debug, Error)]
pub enum ViewProfileError {
    /// Nobody has this name, or the caller may not know who.
    #[error("there is no user of this name")]
    UnknownUser,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Directory {
    /// The user of this name. Who does not want to be discovered is unknown to strangers, and everybody to those whom they
    /// block.
    ///
    /// # Errors
    /// [`ViewProfileError`].
    pub async fn view(
        &self,
        actor: &Actor,
        username: Username,
    ) -> Result<Profile, ViewProfileError> {
        let (account, now) = (actor.account(), self.env.now());
        let (found, there) = self
            .env
            .store
            .read(move |tx| {
                let found = find_visible(tx, account, &username)?;
                let found = found.ok_or(ViewProfileError::UnknownUser)?;
                let there = crate::presence::load(tx, std::slice::from_ref(&found), now)?;
                Ok::<_, ViewProfileError>((found, there))
            })
            .await?;
        let online = self.presence.of(&found, &there);
        Ok(Profile::new(found, online))
    }
}

impl DomainError for ViewProfileError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::UnknownUser => ErrorKind::NotFound,
            Self::Store(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::UnknownUser => "unknown-user",
            Self::Store(error) => error.code(),
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::UnknownUser => None,
            Self::Store(error) => error.retry_after(),
        }
    }
}
