//! The operator looks at all accounts.

use super::{Operator, Operators};
use crate::accounts::{Account, Username};
use crate::ports::{StoreError, StoreExt};

/// A stretch of the accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountPage {
    /// By username, folded.
    pub accounts: Vec<Account>,
    /// Where to read on; None at the end.
    pub next: Option<Username>,
}

impl Operators {
    /// The most accounts of one page.
    pub const MAX_PAGE: u32 = 200;

    /// The accounts whose usernames come after `after` (all, if None), by username, at most `limit`
    /// ([`Operators::MAX_PAGE`] at the most).
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn list(
        &self,
        _: Operator,
        after: Option<Username>,
        limit: u32,
    ) -> Result<AccountPage, StoreError> {
        let limit = limit.clamp(1, Self::MAX_PAGE);
        let mut accounts = self
            .env
            .store
            // One more than asked for tells whether there is a next page.
            .ask(move |tx| tx.accounts().page(after.clone(), limit + 1))
            .await?;
        let asked = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = accounts.len() > asked;
        accounts.truncate(asked);
        let last = accounts.last().filter(|_| more);
        let next = last.map(|account| account.username.clone());
        Ok(AccountPage { accounts, next })
    }
}
