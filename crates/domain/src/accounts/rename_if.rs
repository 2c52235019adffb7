//! The owner takes another username, if the account is still as they have seen it.

use super::{Account, AccountId, AccountVersion, Accounts, RenameError, Username};
use crate::ports::{StoreExt, Tx};
use crate::sessions::Actor;

impl Accounts {
    /// [`Accounts::rename`], if the account is in one of the `expected` states; None: in whichever.
    ///
    /// # Errors
    /// [`RenameError`]; then the account has the name it had.
    pub async fn rename_if(
        &self,
        actor: &Actor,
        username: Username,
        expected: Option<Vec<AccountVersion>>,
    ) -> Result<Account, RenameError> {
        let Some(expected) = expected else {
            return self.rename(actor, username).await;
        };
        let id = actor.account();
        let account: Account = self
            .env
            .store
            .ask(move |tx| tx.accounts().find(id)?.ok_or(RenameError::Gone))
            .await?;
        let draft = self.draft_rename(actor, &account, username)?;
        self.env
            .store
            .write(move |tx| {
                check(tx, id, &expected)?;
                draft.apply(tx)
            })
            .await
    }
}

/// Refuses an account that the caller does not know as it is.
fn check(tx: &mut dyn Tx, id: AccountId, expected: &[AccountVersion]) -> Result<(), RenameError> {
    let account = tx.accounts().lock(id)?.ok_or(RenameError::Gone)?;
    if expected.contains(&account.version()) {
        Ok(())
    } else {
        Err(RenameError::Changed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timestamp;
    use crate::testing::{MockTx, account};

    #[test]
    fn an_account_that_is_not_as_expected_is_refused() {
        let alice = account("alice");
        let renamed = Account {
            renamed_at: Some(Timestamp::from_seconds(5)),
            ..alice.clone()
        };
        for (expected, right) in [
            (vec![], false),
            (vec![renamed.version()], false),
            (vec![renamed.version(), alice.version()], true),
        ] {
            let mut tx = MockTx::default();
            tx.accounts
                .expect_lock()
                .returning(|_| Ok(Some(account("alice"))));
            let checked = check(&mut tx, alice.id, &expected);
            assert_eq!(checked.is_ok(), right, "{expected:?}");
        }
    }
}
