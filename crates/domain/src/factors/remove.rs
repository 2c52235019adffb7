//! A second factor is switched off by its owner.

use super::{FactorError, FactorKind, Factors};
use crate::accounts::AccountId;
use crate::audit::{AuditEvent, AuditKind};
use crate::mail::{self, MailFactor, MailMessage, SealedMail};
use crate::ports::{StoreExt, Tx};
use crate::sessions::Actor;

impl Factors {
    /// Switches the authenticator off, or forgets one that was never confirmed. Needs a fresh login.
    ///
    /// # Errors
    /// [`FactorError`].
    pub async fn remove_totp(&self, actor: &Actor) -> Result<(), FactorError> {
        self.remove(actor, FactorKind::Totp, MailFactor::Totp).await
    }

    /// Switches codes by mail off. Needs a fresh login.
    ///
    /// # Errors
    /// [`FactorError`].
    pub async fn remove_email_code(&self, actor: &Actor) -> Result<(), FactorError> {
        self.remove(actor, FactorKind::EmailCode, MailFactor::EmailCode)
            .await
    }

    async fn remove(
        &self,
        actor: &Actor,
        kind: FactorKind,
        factor: MailFactor,
    ) -> Result<(), FactorError> {
        let account = self.fresh(actor).await?;
        let event = AuditEvent::by(actor, &self.env, AuditKind::FactorRemoved);
        let notice = self
            .outbox
            .notice(&account, MailMessage::FactorRemoved { factor });
        self.env
            .store
            .write(move |tx| remove(tx, account.id, kind, &event, notice.as_ref()))
            .await
    }
}

/// Recovery codes go with the last factor: there is nothing left that they stand in for.
pub(super) fn remove(
    tx: &mut dyn Tx,
    account: AccountId,
    kind: FactorKind,
    event: &AuditEvent,
    notice: Option<&SealedMail>,
) -> Result<(), FactorError> {
    let before = tx.factors().find_set(account)?;
    if !tx.factors().remove(account, kind)? {
        return Err(FactorError::NotOn);
    }
    let after = tx.factors().find_set(account)?;
    if after == before {
        // It was never confirmed: nothing has changed for anybody.
        return Ok(());
    }
    if !after.is_on() {
        tx.factors().replace_recovery_codes(account, &[])?;
    }
    tx.audit().append(event)?;
    mail::enqueue_if(tx, notice)?;
    Ok(())
}
