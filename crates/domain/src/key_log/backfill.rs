//! Accounts that had keys before there was a log get their first link.

use crate::accounts::AccountId;
use crate::ports::{StoreError, StoreExt, Tx};

use super::{KeyLog, LinkOperation, record};

/// How many accounts in one unit of work.
const AT_ONCE: u32 = 100;

impl KeyLog {
    /// Records a `genesis` for accounts behind `after` (None: from the first) that have had keys and have no chain: what their
    /// keys are now, on the server's word. Says which account was the last, to go on behind it; None when there is no more to do.
    /// May be broken off and begun anew at any time.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn begin_chains(
        &self,
        after: Option<AccountId>,
    ) -> Result<Option<AccountId>, StoreError> {
        let now = self.env.now();
        self.env
            .store
            .write(move |tx| {
                let accounts = tx.key_log().list_without_chain(after, AT_ONCE)?;
                for account in &accounts {
                    begin(tx, *account, now)?;
                }
                Ok(accounts.last().copied())
            })
            .await
    }
}

fn begin(tx: &mut dyn Tx, account: AccountId, now: crate::Timestamp) -> Result<(), StoreError> {
    // Locks the account: one whose owner has just begun a chain by themselves has one.
    let next = tx.key_log().next_link(account)?;
    if next.is_some_and(|next| next.seq == 1) {
        record(tx, account, LinkOperation::Genesis, now)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timestamp;
    use crate::ports::NextLink;
    use crate::testing::{MockTx, account};

    #[test]
    fn who_has_begun_a_chain_meanwhile_begins_no_second_one() {
        let mut tx = MockTx::default();
        tx.key_log.expect_next_link().once().returning(|_| {
            Ok(Some(NextLink {
                seq: 2,
                username: "alice".to_owned(),
            }))
        });
        begin(&mut tx, account("alice").id, Timestamp::from_seconds(1)).unwrap();
    }
}
