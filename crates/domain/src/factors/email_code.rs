//! Codes by mail are switched on as a second step.

use super::service::{put_first_recovery_codes, stored};
use super::{FactorError, Factors, RecoveryCodes};
use crate::audit::{AuditEvent, AuditKind};
use crate::mail::{self, MailFactor, MailMessage};
use crate::ports::StoreExt;
use crate::sessions::Actor;

impl Factors {
    /// From now on a login wants a code that is mailed to the account's verified address. With the first factor of an
    /// account come recovery codes. Needs a fresh login.
    ///
    /// # Errors
    /// [`FactorError`].
    pub async fn enable_email_code(
        &self,
        actor: &Actor,
    ) -> Result<Option<RecoveryCodes>, FactorError> {
        let account = self.fresh(actor).await?;
        let codes = RecoveryCodes::draw(&self.env);
        let macs = codes.macs(&*self.ports.digester, account.id);
        let event = AuditEvent::by(actor, &self.env, AuditKind::FactorAdded);
        let factor = MailFactor::EmailCode;
        let notice = self
            .outbox
            .notice(&account, MailMessage::FactorAdded { factor });
        let now = self.env.now();
        let were_stored = self
            .env
            .store
            .write(move |tx| {
                let present = tx.accounts().find(account.id)?.ok_or(FactorError::Gone)?;
                if present.email_verified_at.is_none() {
                    return Err(FactorError::EmailNotVerified);
                }
                let before = tx.factors().find_set(account.id)?;
                if !tx.factors().put_email_code(account.id, now)? {
                    return Err(FactorError::AlreadyOn);
                }
                tx.audit().append(&event)?;
                mail::enqueue_if(tx, notice.as_ref())?;
                Ok(put_first_recovery_codes(tx, account.id, before, &macs)?)
            })
            .await?;
        Ok(stored(codes, were_stored))
    }
}
