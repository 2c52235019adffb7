//! The owner looks at their account.

use std::time::Duration;

use thiserror::Error;

use super::{Account, AccountVersion, Accounts};
use crate::ports::{StoreError, StoreExt};
use crate::sessions::Actor;
use crate::{DomainError, ErrorKind};

/// Why the account cannot be shown.
#[derive(Debug, Error)]
pub enum ViewAccountError {
    /// The account was deleted while its token was still alive.
    #[error("this account no longer exists")]
    Gone,
    /// The account is not what the caller expects.
    #[error("the account was changed meanwhile: read it again")]
    Changed,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Accounts {
    /// The account of the caller.
    ///
    /// # Errors
    /// [`ViewAccountError`], but never [`ViewAccountError::Changed`].
    pub async fn view(&self, actor: &Actor) -> Result<Account, ViewAccountError> {
        let id = actor.account();
        self.env
            .store
            .ask(move |tx| tx.accounts().find(id)?.ok_or(ViewAccountError::Gone))
            .await
    }

    /// The same, if it is in one of the `expected` states; None: in whichever.
    ///
    /// # Errors
    /// [`ViewAccountError`].
    pub async fn view_if(
        &self,
        actor: &Actor,
        expected: Option<Vec<AccountVersion>>,
    ) -> Result<Account, ViewAccountError> {
        let account = self.view(actor).await?;
        match expected {
            Some(expected) if !expected.contains(&account.version()) => {
                Err(ViewAccountError::Changed)
            }
            _ => Ok(account),
        }
    }
}

impl DomainError for ViewAccountError {
    fn kind(&self) -> ErrorKind {
        match self {
            // The proof no longer proves anything: log in again.
            Self::Gone => ErrorKind::Unauthenticated,
            Self::Changed => ErrorKind::PreconditionFailed,
            Self::Store(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Gone => "account-gone",
            Self::Changed => "precondition-failed",
            Self::Store(error) => error.code(),
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Gone | Self::Changed => None,
            Self::Store(error) => error.retry_after(),
        }
    }
}
