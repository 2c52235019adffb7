//! The owner sets a new password without telling the present one, as the dialect `social` has it.

use super::change_password::{Change, replace};
use super::{Account, Accounts, ChangePasswordError, ChangedPassword, Password};
use crate::audit::{AuditEvent, AuditKind};
use crate::mail::MailMessage;
use crate::ports::{PasswordHash, StoreExt};
use crate::sessions::{Actor, Session, Sessions};

impl Accounts {
    /// Sets a new password on the word of a login within [`Session::STEP_UP_WINDOW`] alone, and ends everything else that
    /// opens the account, as [`Accounts::change_password`] does. A key that the server keeps for the account is replaced,
    /// since nobody can open it without the old password. The owner gets a notice.
    ///
    /// # Errors
    /// [`ChangePasswordError`]; then nothing has changed.
    pub async fn set_password(
        &self,
        actor: &Actor,
        sessions: &Sessions,
        new: Password,
    ) -> Result<ChangedPassword, ChangePasswordError> {
        let id = actor.account();
        if self.env.now().since(actor.authenticated_at()) > Session::STEP_UP_WINDOW {
            return Err(ChangePasswordError::StepUp);
        }
        self.check_new_password(&new, actor.dialect())
            .map_err(ChangePasswordError::CommonPassword)?;
        let (account, old): (Account, PasswordHash) = self
            .env
            .store
            .read(move |tx| {
                let found = tx
                    .accounts()
                    .find(id)?
                    .zip(tx.accounts().find_password(id)?);
                found.ok_or(ChangePasswordError::Gone)
            })
            .await?;
        let outbox = &self.ports.outbox;
        let change = Change {
            old,
            key: self.follow(actor, &account, None, &new).await?,
            new: self.ports.hasher.hash(new).await?,
            kept: actor.session(),
            notice: outbox.notice(&account, MailMessage::PasswordChanged),
            event: AuditEvent::by(actor, &self.env, AuditKind::PasswordChanged),
        };
        let (changed, ended) = self.env.store.write(move |tx| replace(tx, &change)).await?;
        sessions.note_ended(&ended);
        Ok(changed)
    }
}
