//! Anybody who is logged in looks at somebody's keys.

use std::time::Duration;

use thiserror::Error;

use super::{Keys, PublicKey};
use crate::accounts::Username;
use crate::contacts::find_reader;
use crate::ports::{StoreError, StoreExt};
use crate::sessions::Actor;
use crate::{DomainError, ErrorKind};

/// Why no keys are shown.
#[derive(Debug, Error)]
pub enum ListKeysError {
    /// Nobody has this name, or the caller may not know who.
    #[error("there is no user of this name")]
    UnknownUser,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Keys {
    /// The good keys of the caller, newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn list_own(&self, actor: &Actor) -> Result<Vec<PublicKey>, StoreError> {
        let account = actor.account();
        self.env.store.ask(move |tx| tx.keys().list(account)).await
    }

    /// The good keys of the user of this name, newest first. The same for everybody who may know of the user.
    ///
    /// # Errors
    /// [`ListKeysError`].
    pub async fn list_of(
        &self,
        actor: &Actor,
        username: Username,
    ) -> Result<Vec<PublicKey>, ListKeysError> {
        let viewer = actor.account();
        self.env
            .store
            .read(move |tx| {
                let owner = find_reader(tx, viewer, &username)?;
                let owner = owner.ok_or(ListKeysError::UnknownUser)?;
                Ok(tx.keys().list(owner)?)
            })
            .await
    }
}

impl DomainError for ListKeysError {
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
