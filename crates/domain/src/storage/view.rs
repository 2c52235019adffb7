//! The owner looks at their account, with what it stores.

use super::{Storage, StorageUse};
use crate::accounts::{Account, AccountId, ViewAccountError};
use crate::ports::{StoreError, StoreExt, Tx};
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
        let (id, storage) = (actor.account(), self.clone());
        self.env
            .store
            .read(move |tx| {
                let account = tx.accounts().find(id)?.ok_or(ViewAccountError::Gone)?;
                let storage = storage.usage(tx, id)?;
                Ok(OwnerView { account, storage })
            })
            .await
    }

    /// What an account stores and may store: a rule for a unit of work.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn usage(&self, tx: &mut dyn Tx, account: AccountId) -> Result<StorageUse, StoreError> {
        let row = tx.storage().find(account)?;
        Ok(StorageUse {
            used: row.used,
            quota: row.choice.limit(self.rules.quota),
        })
    }
}
