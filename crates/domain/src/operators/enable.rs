//! The operator enables an account again.

use super::disable::change;
use super::view::find;
use super::{FindAccountError, Operator, Operators};
use crate::Timestamp;
use crate::accounts::{Account, Username};
use crate::audit::{AuditEventId, AuditKind};
use crate::ports::{StoreExt, Tx};

impl Operators {
    /// Lets people log in to the account with this username again. One that is not disabled stays as it is.
    ///
    /// # Errors
    /// [`FindAccountError`].
    pub async fn enable(
        &self,
        _: Operator,
        username: Username,
    ) -> Result<Account, FindAccountError> {
        let (now, event) = (self.env.now(), self.env.new_id());
        self.env
            .store
            .write(move |tx| enable(tx, &username, event, now))
            .await
    }
}

fn enable(
    tx: &mut dyn Tx,
    username: &Username,
    event: AuditEventId,
    now: Timestamp,
) -> Result<Account, FindAccountError> {
    let mut account = find(tx, username)?;
    if account.disabled_at.take().is_some() {
        tx.accounts().set_disabled(account.id, None)?;
        tx.audit()
            .append(&change(event, &account, AuditKind::Enabled, now))?;
    }
    Ok(account)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{MockTx, account};

    const EVENT: AuditEventId = AuditEventId::from_bytes([3; 16]);
    const NOW: Timestamp = Timestamp::from_seconds(9);

    #[test]
    fn only_a_disabled_account_changes() {
        for disabled_at in [None, Some(NOW)] {
            let changes = usize::from(disabled_at.is_some());
            let mut tx = MockTx::default();
            tx.accounts.expect_find_by_username().returning(move |_| {
                Ok(Some(Account {
                    disabled_at,
                    ..account("alice")
                }))
            });
            tx.accounts
                .expect_set_disabled()
                .withf(|_, since| since.is_none())
                .times(changes)
                .returning(|_, _| Ok(true));
            tx.audit
                .expect_append()
                .withf(|event| event.kind == AuditKind::Enabled)
                .times(changes)
                .returning(|_| Ok(()));
            let enabled = enable(&mut tx, &account("alice").username, EVENT, NOW).unwrap();
            assert_eq!(enabled.disabled_at, None);
        }
    }
}
