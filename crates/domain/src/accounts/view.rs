//! The owner looks at their account.

use std::time::Duration;

use thiserror::Error;

use super::{Account, Accounts};
use crate::ports::{StoreError, StoreExt};
use crate::sessions::Actor;
use crate::{DomainError, ErrorKind};

/// Why the account cannot be shown.
#[derive(Debug, Error)]
pub enum ViewAccountError {
    /// The account was deleted while its token was still alive.
    #[error("this account no longer exists")]
    Gone,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Accounts {
    /// The account of the caller.
    ///
    /// # Errors
    /// [`ViewAccountError`].
    pub async fn view(&self, actor: &Actor) -> Result<Account, ViewAccountError> {
        let id = actor.account();
        self.env
            .store
            .read(move |tx| tx.accounts().find(id)?.ok_or(ViewAccountError::Gone))
            .await
    }
}

impl DomainError for ViewAccountError {
    fn kind(&self) -> ErrorKind {
        match self {
            // The proof no longer proves anything: log in again.
            Self::Gone => ErrorKind::Unauthenticated,
            Self::Store(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Gone => "account-gone",
            Self::Store(error) => error.code(),
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Gone => None,
            Self::Store(error) => error.retry_after(),
        }
    }
}
