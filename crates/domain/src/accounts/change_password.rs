//! The owner sets a new password.

use thiserror::Error;

use super::{Account, AccountId, Accounts, Password, PasswordError, close_doors};
use crate::audit::{AuditEvent, AuditKind};
use crate::authentication::{Authentication, ConfirmPasswordError};
use crate::custodial_keys::{self, CustodialKeyError, Known, PasswordEffect};
use crate::mail::{self, MailMessage, SealedMail};
use crate::ports::{HashError, PasswordHash, StoreError, StoreExt, Tx};
use crate::sessions::{Actor, EndedSession, Session, SessionId, Sessions};

/// Asks for a new password.
#[derive(Debug, Clone)]
pub struct ChangePassword {
    /// The present one ([`Password::attempt`]); None from somebody who has none, since another provider vouches for them.
    pub current: Option<Password>,
    /// The new one.
    pub new: Password,
}

/// Why the password stays as it is.
#[derive(Debug, Error)]
pub enum ChangePasswordError {
    /// The login is too old for this.
    #[error("changing the password needs a login not older than 15 minutes: log in again")]
    StepUp,
    /// Everybody tries the new one first.
    #[error(transparent)]
    CommonPassword(PasswordError),
    /// There is a present password, and it was not given.
    #[error("this account has a password: send it as 'current_password'")]
    CurrentMissing,
    /// The present password is another.
    #[error("the current password is wrong")]
    WrongPassword,
    /// The account was deleted while its token was still alive.
    #[error("this account no longer exists")]
    Gone,
    /// The present password could not be checked, or too many wrong ones were given.
    #[error(transparent)]
    Confirm(ConfirmPasswordError),
    /// The new one could not be hashed.
    #[error(transparent)]
    Hash(#[from] HashError),
    /// The key that the server keeps for the account could not be sealed under the new password.
    #[error(transparent)]
    Key(#[from] CustodialKeyError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChangedPassword {
    /// Whether the account has another custodial key now: what was encrypted for the old one stays closed.
    pub key_replaced: bool,
}

/// What one unit of work stores.
pub(super) struct Change {
    pub(super) old: PasswordHash,
    pub(super) new: PasswordHash,
    pub(super) kept: SessionId,
    pub(super) key: PasswordEffect,
    pub(super) notice: Option<SealedMail>,
    pub(super) event: AuditEvent,
}

impl Accounts {
    /// Sets a new password and ends everything else that opens the account ([`close_doors`]): every other session of
    /// every dialect, app passwords, recoveries under way. The key that the server keeps for the account, if it has one,
    /// is sealed under the new password. Needs a login within [`Session::STEP_UP_WINDOW`] and the present password, if
    /// there is one. The owner gets a notice.
    ///
    /// # Errors
    /// [`ChangePasswordError`]; then nothing has changed.
    pub async fn change_password(
        &self,
        actor: &Actor,
        authentication: &Authentication,
        sessions: &Sessions,
        command: ChangePassword,
    ) -> Result<ChangedPassword, ChangePasswordError> {
        let id = actor.account();
        if self.env.now().since(actor.authenticated_at()) > Session::STEP_UP_WINDOW {
            return Err(ChangePasswordError::StepUp);
        }
        self.check_new_password(&command.new, actor.dialect())
            .map_err(ChangePasswordError::CommonPassword)?;
        let old = match command.current.clone() {
            Some(current) => authentication.confirm_password(actor, current).await?,
            None => self.env.store.read(move |tx| no_password(tx, id)).await?,
        };
        let new = self.ports.hasher.hash(command.new.clone()).await?;
        let account: Account = self
            .env
            .store
            .ask(move |tx| tx.accounts().find(id)?.ok_or(ChangePasswordError::Gone))
            .await?;
        let outbox = &self.ports.outbox;
        let ChangePassword {
            current,
            new: typed,
        } = &command;
        let key = self
            .follow(actor, &account, current.as_ref(), typed)
            .await?;
        let change = Change {
            old,
            new,
            key,
            kept: actor.session(),
            notice: outbox.notice(&account, MailMessage::PasswordChanged),
            event: AuditEvent::by(actor, &self.env, AuditKind::PasswordChanged),
        };
        let (changed, ended) = self.env.store.write(move |tx| replace(tx, &change)).await?;
        sessions.note_ended(&ended);
        Ok(changed)
    }

    /// What the key that the server keeps for the account has to do with a new password.
    pub(super) async fn follow(
        &self,
        actor: &Actor,
        account: &Account,
        old: Option<&Password>,
        new: &Password,
    ) -> Result<PasswordEffect, CustodialKeyError> {
        match &self.custodial_keys {
            Some(keys) => {
                let known = Known::from(old);
                keys.on_new_password(account, known, new, Some(actor.dialect()))
                    .await
            }
            None => Ok(PasswordEffect::Nothing),
        }
    }
}

/// What stands in place of the password that the account has not.
fn no_password(tx: &mut dyn Tx, account: AccountId) -> Result<PasswordHash, ChangePasswordError> {
    let hash = tx.accounts().find_password(account)?;
    let hash = hash.ok_or(ChangePasswordError::Gone)?;
    if hash.is_usable() {
        return Err(ChangePasswordError::CurrentMissing);
    }
    Ok(hash)
}

/// Replaces the password of whose event this is.
pub(super) fn replace(
    tx: &mut dyn Tx,
    change: &Change,
) -> Result<(ChangedPassword, Vec<EndedSession>), ChangePasswordError> {
    let Change { event, .. } = change;
    // Somebody else changed it while this one was checked: what was proved is no longer true.
    if !tx
        .accounts()
        .replace_password(event.account, &change.old, &change.new)?
    {
        return Err(ChangePasswordError::WrongPassword);
    }
    let key_replaced = custodial_keys::apply(tx, &change.key)?;
    tx.audit().append(event)?;
    mail::enqueue_if(tx, change.notice.as_ref())?;
    let ended = close_doors(tx, event.account, Some(change.kept), event.at)?;
    Ok((ChangedPassword { key_replaced }, ended))
}

impl From<ConfirmPasswordError> for ChangePasswordError {
    fn from(error: ConfirmPasswordError) -> Self {
        match error {
            ConfirmPasswordError::Wrong => Self::WrongPassword,
            error => Self::Confirm(error),
        }
    }
}

domain_error!(ChangePasswordError {
    StepUp: Unauthenticated, "insufficient-user-authentication";
    CommonPassword: Invalid, "common-password", "new_password";
    CurrentMissing: Invalid, "missing-field", "current_password";
    WrongPassword: Forbidden, "wrong-password", "current_password";
    Gone: Unauthenticated, "account-gone";
} else { Confirm, Hash, Key, Store });

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{MockTx, account, audit_event, session};

    fn change() -> Change {
        let alice = account("alice").id;
        Change {
            old: PasswordHash::new("old".to_owned()),
            new: PasswordHash::new("new".to_owned()),
            kept: session(alice).id,
            key: PasswordEffect::Nothing,
            notice: None,
            event: audit_event(alice, AuditKind::PasswordChanged),
        }
    }

    #[test]
    fn everything_else_that_opens_the_account_ends_with_the_old_password() {
        let alice = account("alice").id;
        let kept = session(alice);
        let other = Session {
            id: SessionId::from_bytes([5; 16]),
            ..session(alice)
        };
        let mut tx = MockTx::default();
        tx.accounts
            .expect_replace_password()
            .once()
            .returning(|_, _, _| Ok(true));
        let listed = vec![kept, other.clone()];
        tx.sessions
            .expect_list()
            .returning(move |_| Ok(listed.clone()));
        tx.sessions
            .expect_end()
            .withf(move |_, ended| ended.id == other.id)
            .once()
            .returning(|_, _| Ok(true));
        tx.inbox.expect_collect().once().return_const(());
        tx.app_passwords
            .expect_delete_all()
            .once()
            .returning(|_| Ok(1));
        tx.recoveries
            .expect_delete_all()
            .once()
            .returning(|_| Ok(1));
        tx.codes.expect_delete_all().once().returning(|_| Ok(1));
        tx.tickets.expect_remove_all().once().returning(|_| Ok(()));
        tx.audit
            .expect_append()
            .withf(|noted| *noted == change().event)
            .once()
            .returning(|_| Ok(()));
        tx.channels
            .expect_forget_tries()
            .once()
            .returning(|_| Ok(()));
        assert_eq!(replace(&mut tx, &change()).unwrap().1.len(), 1);
    }

    #[test]
    fn a_password_changed_meanwhile_stays() {
        let mut tx = MockTx::default();
        tx.accounts
            .expect_replace_password()
            .returning(|_, _, _| Ok(false));
        let refused = replace(&mut tx, &change());
        assert!(matches!(refused, Err(ChangePasswordError::WrongPassword)));
    }
}
