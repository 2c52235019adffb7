//! The owner begins to take everything out.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use thiserror::Error;

use super::Exports;
use crate::accounts::AccountId;
use crate::audit::{AuditEvent, AuditKind};
use crate::ports::{StoreError, StoreExt, Tx};
use crate::sessions::{Actor, Session};

/// Why nothing is exported.
#[derive(Debug, Error)]
pub enum ExportError {
    /// The login is too old for this.
    #[error("an export needs a login not older than 15 minutes: log in again")]
    StepUp,
    /// Another export of the same account has not ended.
    #[error("an export of this account is under way: let it end first")]
    UnderWay,
    /// The account was deleted while its token was still alive.
    #[error("this account no longer exists")]
    Gone,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The right to export one account. To be kept until the last byte has gone, and dropped then.
#[derive(Debug)]
pub struct ExportTurn {
    account: AccountId,
    running: Arc<Mutex<HashSet<AccountId>>>,
}

impl Exports {
    /// Lets the caller export their account, once at a time on this instance, and notes it in the trail. Needs a login
    /// within [`Session::STEP_UP_WINDOW`].
    ///
    /// # Errors
    /// [`ExportError`].
    pub async fn begin(&self, actor: &Actor) -> Result<ExportTurn, ExportError> {
        if self.env.now().since(actor.authenticated_at()) > Session::STEP_UP_WINDOW {
            return Err(ExportError::StepUp);
        }
        let turn = ExportTurn::take(actor.account(), &self.running).ok_or(ExportError::UnderWay)?;
        let event = AuditEvent::by(actor, &self.env, AuditKind::Exported);
        self.env.store.write(move |tx| note(tx, &event)).await?;
        Ok(turn)
    }
}

impl ExportTurn {
    /// None if somebody has it.
    fn take(account: AccountId, running: &Arc<Mutex<HashSet<AccountId>>>) -> Option<Self> {
        let is_free = running
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(account);
        is_free.then(|| Self {
            account,
            running: Arc::clone(running),
        })
    }
}

impl Drop for ExportTurn {
    fn drop(&mut self) {
        self.running
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&self.account);
    }
}

/// Notes the export in the trail of an account that is there.
fn note(tx: &mut dyn Tx, event: &AuditEvent) -> Result<(), ExportError> {
    tx.accounts()
        .find(event.account)?
        .ok_or(ExportError::Gone)?;
    Ok(tx.audit().append(event)?)
}

domain_error!(ExportError {
    StepUp: Unauthenticated, "insufficient-user-authentication";
    UnderWay: Conflict, "export-under-way";
    Gone: Unauthenticated, "account-gone";
} else { Store });

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{MockTx, account, audit_event};

    #[test]
    fn one_turn_at_a_time_for_each_account() {
        let running = Arc::default();
        let (alice, bob) = (account("alice").id, account("bob").id);
        let turn = ExportTurn::take(alice, &running).unwrap();
        assert!(ExportTurn::take(alice, &running).is_none());
        assert!(ExportTurn::take(bob, &running).is_some());
        drop(turn);
        assert!(ExportTurn::take(alice, &running).is_some());
    }

    #[test]
    fn an_export_stands_in_the_trail_of_who_is_there() {
        let event = audit_event(account("alice").id, AuditKind::Exported);
        let mut tx = MockTx::default();
        tx.accounts
            .expect_find()
            .returning(|_| Ok(Some(account("alice"))));
        tx.audit
            .expect_append()
            .withf(move |noted| *noted == event)
            .once()
            .returning(|_| Ok(()));
        note(&mut tx, &event).unwrap();
        let mut tx = MockTx::default();
        tx.accounts.expect_find().returning(|_| Ok(None));
        assert!(matches!(note(&mut tx, &event), Err(ExportError::Gone)));
    }
}
