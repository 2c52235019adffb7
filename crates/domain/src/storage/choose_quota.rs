//! The operator looks at what an account may store, or says it.

use super::{QuotaChoice, Storage, StorageUse};
use crate::Timestamp;
use crate::accounts::{Account, Username};
use crate::audit::{AuditEvent, AuditEventId, AuditKind};
use crate::operators::{FindAccountError, Operator};
use crate::ports::{StoreExt, Tx};

/// What an account stores and may store, as the operator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChosenQuota {
    /// The account.
    pub account: Account,
    /// What the operator has chosen for it.
    pub choice: QuotaChoice,
    /// What comes of that.
    pub storage: StorageUse,
}

impl Storage {
    /// What the account with this username may store; `choice` is first made its own, if there is one. What it stores already
    /// stays, also if that is more.
    ///
    /// # Errors
    /// [`FindAccountError`].
    pub async fn choose_quota(
        &self,
        _: Operator,
        username: Username,
        choice: Option<QuotaChoice>,
    ) -> Result<ChosenQuota, FindAccountError> {
        let default = self.rules.quota;
        let (event, now) = (self.env.new_id(), self.env.now());
        self.env
            .store
            .write(move |tx| choose(tx, (event, now), &username, choice, default))
            .await
    }
}

fn choose(
    tx: &mut dyn Tx,
    (event, now): (AuditEventId, Timestamp),
    username: &Username,
    choice: Option<QuotaChoice>,
    default: Option<u64>,
) -> Result<ChosenQuota, FindAccountError> {
    let found = tx.accounts().find_by_username(username)?;
    let account = found.ok_or(FindAccountError::Unknown)?;
    if let Some(choice) = choice {
        tx.storage().set_quota(account.id, choice)?;
        tx.audit().append(&AuditEvent {
            id: event,
            account: account.id,
            kind: AuditKind::QuotaChosen,
            at: now,
            session: None,
            dialect: None,
            subject: None,
        })?;
    }
    let row = tx.storage().find(account.id)?;
    Ok(ChosenQuota {
        account,
        choice: row.choice,
        storage: StorageUse {
            used: row.used,
            quota: row.choice.limit(default),
        },
    })
}

#[cfg(test)]
mod tests {
    use mockall::predicate::eq;

    use super::super::AccountStorage;
    use super::*;
    use crate::testing::{MockTx, account};

    const EVENT: (AuditEventId, Timestamp) = (
        AuditEventId::from_bytes([7; 16]),
        Timestamp::from_seconds(1),
    );

    #[test]
    fn who_only_looks_changes_nothing() {
        let alice = account("alice");
        let found = alice.clone();
        let mut tx = MockTx::default();
        tx.accounts
            .expect_find_by_username()
            .returning(move |_| Ok(Some(found.clone())));
        tx.storage.expect_find().returning(|_| {
            Ok(AccountStorage {
                used: 7,
                choice: QuotaChoice::Default,
            })
        });
        let seen = choose(&mut tx, EVENT, &alice.username, None, Some(10)).unwrap();
        let storage = StorageUse {
            used: 7,
            quota: Some(10),
        };
        assert_eq!((seen.choice, seen.storage), (QuotaChoice::Default, storage));
        tx.storage
            .expect_set_quota()
            .with(eq(alice.id), eq(QuotaChoice::Unlimited))
            .once()
            .returning(|_, _| Ok(()));
        tx.audit
            .expect_append()
            .withf(move |event| event.account == alice.id && event.kind == AuditKind::QuotaChosen)
            .once()
            .returning(|_| Ok(()));
        let unlimited = Some(QuotaChoice::Unlimited);
        choose(&mut tx, EVENT, &alice.username, unlimited, None).unwrap();
    }

    #[test]
    fn nobodys_quota_is_not_chosen() {
        let mut tx = MockTx::default();
        tx.accounts
            .expect_find_by_username()
            .returning(|_| Ok(None));
        let refused = choose(
            &mut tx,
            EVENT,
            &account("alice").username,
            Some(QuotaChoice::Default),
            None,
        );
        assert!(matches!(refused, Err(FindAccountError::Unknown)));
    }
}
