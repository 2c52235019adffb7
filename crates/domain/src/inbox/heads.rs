//! Whoever looks after lost hints asks how far the logs have come.

use super::{Inbox, Offset};
use crate::accounts::AccountId;
use crate::ports::{StoreError, StoreExt};

impl Inbox {
    /// How many logs are looked at with one question to the store.
    const HEADS_AT_ONCE: usize = 1_000;

    /// The last offset of each of these accounts' logs; accounts that do not exist are left out.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn heads(
        &self,
        accounts: &[AccountId],
    ) -> Result<Vec<(AccountId, Offset)>, StoreError> {
        let mut heads = Vec::with_capacity(accounts.len());
        for some in accounts.chunks(Self::HEADS_AT_ONCE) {
            let some = some.to_vec();
            let found: Vec<_> = self
                .env
                .store
                .ask(move |tx| tx.inbox().heads(&some))
                .await?;
            heads.extend(found);
        }
        Ok(heads)
    }
}
