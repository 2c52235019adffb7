//! The operator looks at one account.

use std::time::Duration;

use thiserror::Error;

use super::{Operator, Operators};
use crate::accounts::{Account, Username};
use crate::factors::FactorSet;
use crate::ports::{StoreError, StoreExt, Tx};
use crate::sessions::Session;
use crate::{DomainError, ErrorKind};

/// An account and what goes with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountOverview {
    /// The account.
    pub account: Account,
    /// Its sessions that have not expired, newest first.
    pub sessions: Vec<Session>,
    /// The second factors it has switched on.
    pub factors: FactorSet,
}

/// Why nothing can be said of an account, or done to it.
#[derive(Debug, Error)]
pub enum FindAccountError {
    /// Nobody has this username.
    #[error("nobody here has this username")]
    Unknown,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Operators {
    /// The account with this username, its sessions and second factors.
    ///
    /// # Errors
    /// [`FindAccountError`].
    pub async fn view(
        &self,
        _: Operator,
        username: Username,
    ) -> Result<AccountOverview, FindAccountError> {
        let now = self.env.now();
        let mut overview = self
            .env
            .store
            .read(move |tx| {
                let account = find(tx, &username)?;
                let sessions = tx.sessions().list(account.id)?;
                let factors = tx.factors().find_set(account.id)?;
                Ok::<_, FindAccountError>(AccountOverview {
                    account,
                    sessions,
                    factors,
                })
            })
            .await?;
        overview.sessions.retain(|session| session.expires_at > now);
        Ok(overview)
    }
}

/// The account with this username.
pub(super) fn find(tx: &mut dyn Tx, username: &Username) -> Result<Account, FindAccountError> {
    let found = tx.accounts().find_by_username(username)?;
    found.ok_or(FindAccountError::Unknown)
}

impl DomainError for FindAccountError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Unknown => ErrorKind::NotFound,
            Self::Store(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "unknown-user",
            Self::Store(error) => error.code(),
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Unknown => None,
            Self::Store(error) => error.retry_after(),
        }
    }
}
