//! The owner makes a recovery key for the private key that the server keeps, or removes it.

use thiserror::Error;

use super::{
    CustodialKeyError, CustodialKeys, KeyOpener, Opener, Presented, RecoveryKey, Unlocked, live,
};
use crate::Timestamp;
use crate::accounts::{Account, AccountId, Password};
use crate::audit::{AuditEvent, AuditKind};
use crate::authentication::{Authentication, ConfirmPasswordError};
use crate::keys::KeyId;
use crate::mail::{self, MailMessage, SealedMail};
use crate::ports::{PasswordHash, SecretUse, StoreError, StoreExt, Tx};
use crate::sessions::{Actor, Session};

/// What the owner may know of their custodial key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyState {
    /// Its public half in the key ring.
    pub key: KeyId,
    /// When the account got it.
    pub created_at: Timestamp,
    /// Whether a recovery key opens it.
    pub has_recovery_key: bool,
}

/// A new recovery key.
#[derive(Debug, Clone)]
pub struct CreatedRecoveryKey {
    /// The custodial key that it opens.
    pub key: KeyId,
    /// The recovery key, which can be seen this once only.
    pub recovery_key: RecoveryKey,
}

/// Why there is no (new) recovery key.
#[derive(Debug, Error)]
pub enum RecoveryKeyError {
    /// The login is too old for this.
    #[error("a recovery key needs a login not older than 15 minutes: log in again")]
    StepUp,
    /// The account's password is another.
    #[error("the password is wrong")]
    WrongPassword,
    /// The server keeps no key for the account, or none that the password opens.
    #[error(
        "the server keeps no private key for this account: log in to the dialect 'channel' first"
    )]
    NoKey,
    /// No recovery key opens it.
    #[error("there is no recovery key")]
    NoRecoveryKey,
    /// The account was deleted while its token was still alive.
    #[error("this account no longer exists")]
    Gone,
    /// The password could not be checked, or too many wrong ones were given.
    #[error(transparent)]
    Confirm(ConfirmPasswordError),
    /// The custodial key cannot be opened.
    #[error(transparent)]
    Key(#[from] CustodialKeyError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

domain_error!(RecoveryKeyError {
    StepUp: Unauthenticated, "insufficient-user-authentication";
    WrongPassword: Forbidden, "wrong-password", "password";
    NoKey: Conflict, "no-custodial-key";
    NoRecoveryKey: NotFound, "no-recovery-key";
    Gone: Unauthenticated, "account-gone";
} else { Confirm, Key, Store });

/// What one unit of work stores.
struct Rows {
    /// The password that was shown.
    password: PasswordHash,
    opener: KeyOpener,
    notice: Option<SealedMail>,
    event: AuditEvent,
}

impl CustodialKeys {
    /// What the server keeps for the caller; None if it keeps no key.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn state(&self, actor: &Actor) -> Result<Option<KeyState>, StoreError> {
        let account = actor.account();
        self.env.store.read(move |tx| state(tx, account)).await
    }

    /// Makes a recovery key, which opens what the password opens, and puts it in the place of the one that there is. It
    /// stays good when the password changes, and goes with the custodial key. Needs a login within
    /// [`Session::STEP_UP_WINDOW`] and the account's password ([`Password::attempt`]). The owner gets a notice.
    ///
    /// # Errors
    /// [`RecoveryKeyError`]; then nothing has changed.
    pub async fn make_recovery_key(
        &self,
        actor: &Actor,
        authentication: &Authentication,
        password: Password,
    ) -> Result<CreatedRecoveryKey, RecoveryKeyError> {
        self.step_up(actor)?;
        let id = actor.account();
        let shown = authentication.confirm_password(actor, password.clone());
        let shown = shown.await?;
        let account: Account = self
            .env
            .store
            .ask(move |tx| tx.accounts().find(id)?.ok_or(RecoveryKeyError::Gone))
            .await?;
        let unlocked = self.try_open(id, &Presented::Password(password)).await?;
        let unlocked = unlocked.ok_or(RecoveryKeyError::NoKey)?;
        let recovery_key = RecoveryKey::of(&self.env.random());
        let rows = Rows {
            password: shown,
            opener: self.seal_for_recovery(id, &unlocked, &recovery_key),
            notice: self
                .ports
                .outbox
                .notice(&account, MailMessage::RecoveryKeyAdded),
            event: AuditEvent::by(actor, &self.env, AuditKind::RecoveryKeyAdded)
                .about(*unlocked.key.as_bytes()),
        };
        self.env.store.write(move |tx| add(tx, &rows)).await?;
        Ok(CreatedRecoveryKey {
            key: unlocked.key,
            recovery_key,
        })
    }

    /// Removes the recovery key. Needs a login within [`Session::STEP_UP_WINDOW`].
    ///
    /// # Errors
    /// [`RecoveryKeyError`].
    pub async fn remove_recovery_key(&self, actor: &Actor) -> Result<(), RecoveryKeyError> {
        self.step_up(actor)?;
        let event = AuditEvent::by(actor, &self.env, AuditKind::RecoveryKeyRemoved);
        self.env.store.write(move |tx| remove(tx, &event)).await
    }

    fn step_up(&self, actor: &Actor) -> Result<(), RecoveryKeyError> {
        if self.env.now().since(actor.authenticated_at()) > Session::STEP_UP_WINDOW {
            return Err(RecoveryKeyError::StepUp);
        }
        Ok(())
    }

    fn seal_for_recovery(
        &self,
        account: AccountId,
        unlocked: &Unlocked,
        recovery_key: &RecoveryKey,
    ) -> KeyOpener {
        let secret = recovery_key.expose().as_bytes();
        let key = self.ports.cipher.derive(SecretUse::RecoveryKey, secret);
        self.seal_opener(account, unlocked, Opener::RecoveryKey, &key, None)
    }
}

impl From<ConfirmPasswordError> for RecoveryKeyError {
    fn from(error: ConfirmPasswordError) -> Self {
        match error {
            ConfirmPasswordError::Wrong => Self::WrongPassword,
            error => Self::Confirm(error),
        }
    }
}

fn state(tx: &mut dyn Tx, account: AccountId) -> Result<Option<KeyState>, StoreError> {
    let Some((key, _)) = live(tx, account)? else {
        return Ok(None);
    };
    let opener = tx
        .custodial_keys()
        .find_opener(account, Opener::RecoveryKey)?;
    Ok(Some(KeyState {
        key: key.key,
        created_at: key.created_at,
        has_recovery_key: opener.is_some_and(|opener| opener.key == key.key),
    }))
}

fn add(tx: &mut dyn Tx, rows: &Rows) -> Result<(), RecoveryKeyError> {
    let Rows { opener, .. } = rows;
    // Changed while the key was opened: what was proved is no longer true.
    if tx.accounts().find_password(opener.account)?.as_ref() != Some(&rows.password) {
        return Err(RecoveryKeyError::WrongPassword);
    }
    let present = tx.custodial_keys().find(opener.account)?;
    if present.is_none_or(|present| present.key != opener.key) {
        return Err(RecoveryKeyError::NoKey);
    }
    tx.custodial_keys().put_opener(opener)?;
    tx.audit().append(&rows.event)?;
    Ok(mail::enqueue_if(tx, rows.notice.as_ref())?)
}

/// Removes the one of whose event this is.
fn remove(tx: &mut dyn Tx, event: &AuditEvent) -> Result<(), RecoveryKeyError> {
    let removed = tx
        .custodial_keys()
        .remove_opener(event.account, Opener::RecoveryKey)?;
    if !removed {
        return Err(RecoveryKeyError::NoRecoveryKey);
    }
    Ok(tx.audit().append(event)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::custodial_keys::CustodialKey;
    use crate::testing::{MockTx, account, audit_event};

    fn rows() -> Rows {
        let alice = account("alice").id;
        Rows {
            password: PasswordHash::new("shown".to_owned()),
            opener: KeyOpener {
                account: alice,
                key: KeyId::from_bytes([1; 16]),
                opener: Opener::RecoveryKey,
                parameters: None,
                sealed: vec![1],
            },
            notice: None,
            event: audit_event(alice, AuditKind::RecoveryKeyAdded),
        }
    }

    /// A unit of work in which the account has this password and this custodial key.
    fn tx(password: &'static str, key: u8) -> MockTx {
        let mut tx = MockTx::default();
        tx.accounts
            .expect_find_password()
            .returning(move |_| Ok(Some(PasswordHash::new(password.to_owned()))));
        tx.custodial_keys.expect_find().returning(move |account| {
            Ok(Some(CustodialKey {
                account,
                key: KeyId::from_bytes([key; 16]),
                sealed_private: vec![1],
                created_at: Timestamp::from_seconds(1),
            }))
        });
        tx
    }

    #[test]
    fn a_recovery_key_is_stored_and_noted() {
        let mut tx = tx("shown", 1);
        tx.custodial_keys
            .expect_put_opener()
            .withf(|opener| *opener == rows().opener)
            .once()
            .returning(|_| Ok(()));
        tx.audit.expect_append().once().returning(|_| Ok(()));
        add(&mut tx, &rows()).unwrap();
    }

    #[test]
    fn a_password_that_was_changed_meanwhile_makes_none() {
        let refused = add(&mut tx("another", 1), &rows());
        assert!(matches!(refused, Err(RecoveryKeyError::WrongPassword)));
    }

    #[test]
    fn a_key_that_was_replaced_meanwhile_gets_none() {
        let refused = add(&mut tx("shown", 2), &rows());
        assert!(matches!(refused, Err(RecoveryKeyError::NoKey)));
    }

    #[test]
    fn what_is_not_there_is_not_removed() {
        let mut tx = MockTx::default();
        tx.custodial_keys
            .expect_remove_opener()
            .returning(|_, _| Ok(false));
        let event = audit_event(account("alice").id, AuditKind::RecoveryKeyRemoved);
        let refused = remove(&mut tx, &event);
        assert!(matches!(refused, Err(RecoveryKeyError::NoRecoveryKey)));
    }
}
