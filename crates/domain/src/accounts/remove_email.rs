//! The owner wants no mail any more.

use thiserror::Error;

use super::{Account, Accounts};
use crate::audit::{AuditEvent, AuditKind};
use crate::mail::{self, MailMessage, SealedMail};
use crate::ports::{StoreError, StoreExt, Tx};
use crate::sessions::{Actor, Session};

/// Why the address stays.
#[derive(Debug, Error)]
pub enum RemoveEmailError {
    /// The login is too old for this.
    #[error("removing the mail address needs a login not older than 15 minutes: log in again")]
    StepUp,
    /// The second step of the account's logins is mailed there.
    #[error("login codes are mailed to this address: switch that second factor off first")]
    IsFactor,
    /// The account was deleted while its token was still alive.
    #[error("this account no longer exists")]
    Gone,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Accounts {
    /// Removes the account's mail address, proved or not, and voids every code and recovery that was mailed. An address
    /// that was proved gets a notice. Without one the account cannot be recovered.
    ///
    /// # Errors
    /// [`RemoveEmailError`].
    pub async fn remove_email(&self, actor: &Actor) -> Result<(), RemoveEmailError> {
        let (id, now) = (actor.account(), self.env.now());
        if now.since(actor.authenticated_at()) > Session::STEP_UP_WINDOW {
            return Err(RemoveEmailError::StepUp);
        }
        let account: Account = self
            .env
            .store
            .ask(move |tx| tx.accounts().find(id)?.ok_or(RemoveEmailError::Gone))
            .await?;
        let notice = self
            .ports
            .outbox
            .notice(&account, MailMessage::EmailChanged);
        let event = AuditEvent::by(actor, &self.env, AuditKind::EmailRemoved);
        self.env
            .store
            .write(move |tx| remove(tx, notice.as_ref(), &event))
            .await
    }
}

fn remove(
    tx: &mut dyn Tx,
    notice: Option<&SealedMail>,
    event: &AuditEvent,
) -> Result<(), RemoveEmailError> {
    if tx.factors().find_set(event.account)?.email_code.is_some() {
        return Err(RemoveEmailError::IsFactor);
    }
    if !tx.accounts().remove_email(event.account)? {
        return Err(RemoveEmailError::Gone);
    }
    tx.audit().append(event)?;
    tx.codes().delete_all(event.account)?;
    tx.recoveries().delete_all(event.account)?;
    Ok(mail::enqueue_if(tx, notice)?)
}

domain_error!(RemoveEmailError {
    StepUp: Unauthenticated, "insufficient-user-authentication";
    IsFactor: Conflict, "email-is-second-factor";
    Gone: Unauthenticated, "account-gone";
} else { Store });

#[cfg(test)]
mod tests {
    use super::*;
    use crate::factors::FactorSet;
    use crate::testing::{MockTx, account, audit_event};

    fn removed(tx: &mut MockTx) -> Result<(), RemoveEmailError> {
        let event = audit_event(account("alice").id, AuditKind::EmailRemoved);
        remove(tx, None, &event)
    }

    #[test]
    fn what_was_mailed_there_is_void() {
        let mut tx = MockTx::default();
        tx.factors
            .expect_find_set()
            .returning(|_| Ok(FactorSet::default()));
        tx.accounts
            .expect_remove_email()
            .once()
            .returning(|_| Ok(true));
        tx.audit.expect_append().once().returning(|_| Ok(()));
        tx.codes.expect_delete_all().once().returning(|_| Ok(1));
        tx.recoveries
            .expect_delete_all()
            .once()
            .returning(|_| Ok(1));
        removed(&mut tx).unwrap();
    }

    #[test]
    fn an_address_that_login_codes_go_to_stays() {
        let mut tx = MockTx::default();
        tx.factors.expect_find_set().returning(|_| {
            Ok(FactorSet {
                email_code: Some(account("alice").created_at),
                ..FactorSet::default()
            })
        });
        let refused = removed(&mut tx);
        assert!(matches!(refused, Err(RemoveEmailError::IsFactor)));
    }
}
