//! The owner looks at their account, with what it stores.

use super::{Storage, StorageUse};
use crate::accounts::{Account, ViewAccountError};
use crate::ports::StoreExt;
use crate::sessions::Actor;

/// An account as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnerView {
    /// The account.
    pub account: Account,
    /// What it stores.
    pub storage: StorageUse,
}

impl Storage {
    /// The account of the caller and what it stores.
    ///
    /// # Errors
    /// [`ViewAccountError`], but never [`ViewAccountError::Changed`].
    pub async fn view_owner(&self, actor: &Actor) -> Result<OwnerView, ViewAccountError> {
        let (id, quota) = (actor.account(), self.rules.quota);
        self.env
            .store
            .ask(move |tx| {
                let found = tx.storage().find_with_account(id)?;
                let (account, row) = found.ok_or(ViewAccountError::Gone)?;
                let storage = StorageUse {
                    used: row.used,
                    quota: row.choice.limit(quota),
                };
                Ok(OwnerView { account, storage })
            })
            .await
    }
}
