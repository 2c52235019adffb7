//! Somebody who has given the code sets a new password.

use thiserror::Error;

use super::proofs::prove_address;
use super::{Recoveries, RecoveryId, RecoveryToken};
use crate::accounts::{Account, Password, PasswordError, close_doors};
use crate::audit::{AuditEvent, AuditKind};
use crate::custodial_keys::{
    self, CustodialKeyError, Known, PasswordEffect, Presented, RecoveryKey, Unlocked,
};
use crate::factors::{CheckFactorError, FactorCode};
use crate::mail::{self, MailMessage, SealedMail};
use crate::ports::{Digest, HashError, PasswordHash, SealError, StoreError, StoreExt, Tx};
use crate::sessions::{Dialect, EndedSession};
use crate::throttle::{Guess, Subject, Throttles, TooMany};
use crate::{Secret, Timestamp};

/// Asks for the new password to be set.
#[derive(Debug, Clone)]
pub struct CompleteRecovery {
    /// Which recovery.
    pub id: RecoveryId,
    /// What its code gave.
    pub token: RecoveryToken,
    /// The new password.
    pub new_password: Password,
    /// A code of the authenticator or a recovery code, where an authenticator is on.
    pub factor: Option<FactorCode>,
    /// What opens the account's custodial key without the old password, as it was typed.
    pub recovery_key: Option<Secret<String>>,
    /// Through which API.
    pub dialect: Dialect,
}

/// Why the password stays as it is.
#[derive(Debug, Error)]
pub enum CompleteRecoveryError {
    /// No recovery waits for this token, or none any more: never says which.
    #[error("this recovery is over or was never begun: ask for another")]
    Invalid,
    /// Everybody tries the new password first.
    #[error(transparent)]
    CommonPassword(PasswordError),
    /// The account has an authenticator, which is wanted here too.
    #[error("this account has an authenticator: send a code of it, or a recovery code, as 'otp'")]
    SecondFactorRequired,
    /// The code of the second factor is wrong.
    #[error("wrong code: try another")]
    WrongFactor,
    /// The recovery key opens no key that the server keeps for the account. The token stays good: without a recovery key
    /// the custodial key is lost.
    #[error(
        "this is not the recovery key: try again, or go on without it and lose what was encrypted"
    )]
    WrongRecoveryKey,
    /// Too many wrong codes.
    #[error(transparent)]
    TooMany(#[from] TooMany),
    /// The new password could not be hashed.
    #[error(transparent)]
    Hash(#[from] HashError),
    /// A stored secret does not open.
    #[error("the secret of an authenticator cannot be opened")]
    Sealed(#[from] SealError),
    /// The account cannot be given another custodial key.
    #[error(transparent)]
    Key(#[from] CustodialKeyError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CompletedRecovery {
    /// Whether the account has another custodial key now: what was encrypted for the old one stays closed.
    pub key_replaced: bool,
}

domain_error!(CompleteRecoveryError {
    Invalid: Invalid, "invalid-recovery-token", "token";
    CommonPassword: Invalid, "common-password", "new_password";
    SecondFactorRequired: Unauthenticated, "second-factor-required";
    WrongFactor: Unauthenticated, "wrong-second-factor";
    WrongRecoveryKey: Invalid, "wrong-recovery-key", "recovery_key";
    Sealed: Internal, "internal-error";
} else { TooMany, Hash, Key, Store });

impl From<CheckFactorError> for CompleteRecoveryError {
    fn from(error: CheckFactorError) -> Self {
        match error {
            CheckFactorError::Sealed(error) => Self::Sealed(error),
            CheckFactorError::Store(error) => Self::Store(error),
        }
    }
}

/// What one unit of work stores.
struct Reset {
    id: RecoveryId,
    token: Digest,
    old: PasswordHash,
    new: PasswordHash,
    key: PasswordEffect,
    notice: Option<SealedMail>,
    done: AuditEvent,
    proved: AuditEvent,
}

impl Recoveries {
    /// Sets a new password and ends everything else that opened the account ([`close_doors`]). Its second factors stay,
    /// and a code of the authenticator or a recovery code is wanted if an authenticator is on. A key that the server
    /// keeps for the account is sealed under the new password if its recovery key is given, and else replaced, since nobody
    /// can open it without the old password. The owner gets a notice, and the address that the code went to counts as
    /// proved.
    ///
    /// # Errors
    /// [`CompleteRecoveryError`]; then the password is as it was. The token stays good after a wrong code.
    pub async fn complete(
        &self,
        command: CompleteRecovery,
    ) -> Result<CompletedRecovery, CompleteRecoveryError> {
        let password = &command.new_password;
        if command.dialect.refuses_common_passwords()
            && self.ports.common_passwords.contains(password)
        {
            return Err(CompleteRecoveryError::CommonPassword(PasswordError::Common));
        }
        let (id, token) = (
            command.id,
            command.token.digest(&*self.ports.factors.digester),
        );
        let now = self.env.now();
        let (account, old) = self
            .env
            .store
            .read(move |tx| find(tx, id, &token, now))
            .await?;
        let event = |kind| AuditEvent::outside(account.id, Some(command.dialect), &self.env, kind);
        // First: a slip in it costs no code of the second factor.
        let unlocked = self.unlock(&account, command.recovery_key.as_ref()).await?;
        let known = unlocked.as_ref().map_or(Known::Nothing, Known::Unlocked);
        let recovered = event(AuditKind::RecoveryCodeUsed);
        self.check_factor(command.factor, recovered).await?;
        let password = command.new_password;
        let new = self.ports.hasher.hash(password.clone()).await?;
        // The code proves the address, so that the notice reaches its owner.
        let proved = self.proved(&account);
        let key = self
            .ports
            .custodial_keys
            .on_new_password(&proved, known, &password, Some(command.dialect))
            .await?;
        let reset = Reset {
            id,
            token,
            old,
            new,
            key,
            notice: self
                .ports
                .outbox
                .notice(&proved, MailMessage::PasswordReset),
            done: event(AuditKind::PasswordReset).about(*id.as_bytes()),
            proved: event(AuditKind::EmailVerified),
        };
        let throttles = self.ports.throttles.clone();
        let (completed, ended) = self
            .env
            .store
            .write(move |tx| reset_password(tx, &throttles, &reset))
            .await?;
        self.sessions.note_ended(&ended);
        Ok(completed)
    }

    /// What the recovery key opens; None if none was given.
    async fn unlock(
        &self,
        account: &Account,
        typed: Option<&Secret<String>>,
    ) -> Result<Option<Unlocked>, CompleteRecoveryError> {
        let Some(typed) = typed else {
            return Ok(None);
        };
        let wrong = CompleteRecoveryError::WrongRecoveryKey;
        let Ok(key) = RecoveryKey::parse(typed.expose()) else {
            return Err(wrong);
        };
        let keys = &self.ports.custodial_keys;
        let unlocked = keys
            .try_open(account.id, &Presented::RecoveryKey(key))
            .await?;
        unlocked.map(Some).ok_or(wrong)
    }

    /// The account as it is once the code has proved its address.
    fn proved(&self, account: &Account) -> Account {
        Account {
            email_verified_at: Some(self.env.now()),
            ..account.clone()
        }
    }
}

/// Whose recovery waits for this token, with the password hash of now.
fn find(
    tx: &mut dyn Tx,
    id: RecoveryId,
    token: &Digest,
    now: Timestamp,
) -> Result<(Account, PasswordHash), CompleteRecoveryError> {
    let waiting = tx
        .recoveries()
        .find(id)?
        .filter(|recovery| recovery.token.as_ref() == Some(token) && recovery.expires_at > now);
    let account = waiting.and_then(|recovery| recovery.account);
    let account = account.ok_or(CompleteRecoveryError::Invalid)?;
    let found = tx.accounts().find(account)?;
    let hash = tx.accounts().find_password(account)?;
    found.zip(hash).ok_or(CompleteRecoveryError::Invalid)
}

fn reset_password(
    tx: &mut dyn Tx,
    throttles: &Throttles,
    reset: &Reset,
) -> Result<(CompletedRecovery, Vec<EndedSession>), CompleteRecoveryError> {
    let (account, now) = (reset.done.account, reset.done.at);
    let taken = tx.recoveries().take(reset.id, &reset.token, now)?;
    let taken = taken.ok_or(CompleteRecoveryError::Invalid)?;
    // Changed while the new one was hashed.
    if !tx
        .accounts()
        .replace_password(account, &reset.old, &reset.new)?
    {
        return Err(CompleteRecoveryError::Invalid);
    }
    prove_address(tx, &taken, &reset.proved)?;
    throttles.forgive(tx, Guess::Password, &Subject::Account(account))?;
    tx.audit().append(&reset.done)?;
    mail::enqueue_if(tx, reset.notice.as_ref())?;
    let key_replaced = custodial_keys::apply(tx, &reset.key)?;
    let ended = close_doors(tx, account, None, now)?;
    Ok((CompletedRecovery { key_replaced }, ended))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::accounts::Email;
    use crate::recovery::Recovery;
    use crate::testing::{MockTx, ToyDigester, account, audit_event, session};

    fn email() -> Email {
        Email::parse("a@b.example").unwrap()
    }

    fn reset() -> Reset {
        let alice = account("alice").id;
        Reset {
            id: RecoveryId::from_bytes([1; 16]),
            token: [7; 32],
            old: PasswordHash::new("old".to_owned()),
            new: PasswordHash::new("new".to_owned()),
            key: PasswordEffect::Nothing,
            notice: None,
            done: audit_event(alice, AuditKind::PasswordReset),
            proved: audit_event(alice, AuditKind::EmailVerified),
        }
    }

    fn taken() -> Recovery {
        let Reset { id, done, .. } = reset();
        Recovery {
            id,
            account: Some(done.account),
            email: Some(email()),
            salt: [0; 16],
            mac: [0; 32],
            tries_left: 0,
            token: Some([7; 32]),
            created_at: done.at,
            expires_at: done.at,
        }
    }

    fn run(tx: &mut MockTx) -> Result<Vec<EndedSession>, CompleteRecoveryError> {
        let throttles = Throttles::new(Arc::new(ToyDigester), true);
        reset_password(tx, &throttles, &reset()).map(|(_, ended)| ended)
    }

    /// A unit of work in which the account has this address.
    fn tx(present: Option<Email>) -> MockTx {
        let mut tx = MockTx::default();
        tx.recoveries
            .expect_take()
            .withf(|id, token, _| (*id, *token) == (reset().id, reset().token))
            .once()
            .returning(|_, _, _| Ok(Some(taken())));
        tx.accounts
            .expect_replace_password()
            .withf(|_, old, new| *old == reset().old && *new == reset().new)
            .returning(|_, _, _| Ok(true));
        tx.accounts.expect_find().returning(move |_| {
            Ok(Some(Account {
                email: present.clone(),
                ..account("alice")
            }))
        });
        tx
    }

    /// Nothing is expected of the second factors: whatever touched them would fail the test.
    #[test]
    fn a_reset_ends_all_that_opened_the_account_and_touches_no_second_factor() {
        let mut tx = tx(Some(email()));
        tx.accounts
            .expect_verify_email()
            .once()
            .returning(|_, _, _| Ok(true));
        tx.throttles.expect_remove().once().returning(|_| Ok(()));
        tx.audit.expect_append().times(2).returning(|_| Ok(()));
        tx.app_passwords
            .expect_delete_all()
            .once()
            .returning(|_| Ok(1));
        tx.channels
            .expect_forget_tries()
            .once()
            .returning(|_| Ok(()));
        tx.recoveries
            .expect_delete_all()
            .once()
            .returning(|_| Ok(1));
        tx.codes.expect_delete_all().once().returning(|_| Ok(1));
        tx.tickets.expect_remove_all().once().returning(|_| Ok(()));
        let open = session(account("alice").id);
        tx.sessions
            .expect_list()
            .returning(move |_| Ok(vec![open.clone()]));
        tx.sessions.expect_end().once().returning(|_, _| Ok(true));
        tx.inbox.expect_collect().once().return_const(());
        assert_eq!(run(&mut tx).unwrap().len(), 1);
    }

    #[test]
    fn an_address_that_is_another_by_now_resets_nothing() {
        for present in [None, Some(Email::parse("other@b.example").unwrap())] {
            let refused = run(&mut tx(present));
            assert!(matches!(refused, Err(CompleteRecoveryError::Invalid)));
        }
    }

    #[test]
    fn a_token_is_good_once() {
        let mut tx = MockTx::default();
        tx.recoveries.expect_take().returning(|_, _, _| Ok(None));
        let refused = run(&mut tx);
        assert!(matches!(refused, Err(CompleteRecoveryError::Invalid)));
    }
}
