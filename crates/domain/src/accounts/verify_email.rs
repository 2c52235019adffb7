//! The owner types in the code that came to a mail address, and so proves that it is theirs.

use thiserror::Error;

use super::{Account, Accounts};
use crate::Secret;
use crate::audit::{AuditEvent, AuditKind};
use crate::codes::{self, CodePurpose, CodeVerdict};
use crate::mail::{self, MailMessage, SealedMail};
use crate::ports::{Digester, StoreError, StoreExt, Tx};
use crate::sessions::Actor;

/// Why the address is not proved.
#[derive(Debug, Error)]
pub enum VerifyEmailError {
    /// It is not the code, or the code is not good any more, or somebody else has proved the address meanwhile: never
    /// says which.
    #[error("this code is wrong, used up or too old")]
    WrongCode,
    /// The account was deleted while its token was still alive.
    #[error("this account no longer exists")]
    Gone,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Accounts {
    /// Gives the account the address that the code was mailed to. An address that was proved before gets a notice, and
    /// recoveries that were mailed there are void.
    ///
    /// # Errors
    /// [`VerifyEmailError`].
    pub async fn verify_email(
        &self,
        actor: &Actor,
        code: Secret<String>,
    ) -> Result<Account, VerifyEmailError> {
        let id = actor.account();
        let old: Account = self
            .env
            .store
            .ask(move |tx| tx.accounts().find(id)?.ok_or(VerifyEmailError::Gone))
            .await?;
        let notice = self.ports.outbox.notice(&old, MailMessage::EmailChanged);
        let event = AuditEvent::by(actor, &self.env, AuditKind::EmailVerified);
        let digester = self.ports.digester.clone();
        let verified = self
            .env
            .store
            .write(move |tx| verify(tx, &*digester, code.expose(), &old, notice.as_ref(), &event))
            .await?;
        verified.ok_or(VerifyEmailError::WrongCode)
    }
}

/// None if the code is wrong; that has to be committed, since it cost a try.
fn verify(
    tx: &mut dyn Tx,
    digester: &dyn Digester,
    code: &str,
    old: &Account,
    notice: Option<&SealedMail>,
    event: &AuditEvent,
) -> Result<Option<Account>, StoreError> {
    let purpose = CodePurpose::VerifyEmail;
    let verdict = codes::check(tx, digester, old.id, purpose, code, event.at)?;
    let CodeVerdict::Right(Some(email)) = verdict else {
        return Ok(None);
    };
    if !tx.accounts().verify_email(old.id, &email, event.at)? {
        return Ok(None);
    }
    tx.audit().append(event)?;
    if old.email.as_ref() != Some(&email) {
        tx.recoveries().delete_all(old.id)?;
        mail::enqueue_if(tx, notice)?;
    }
    tx.accounts().find(old.id)
}

domain_error!(VerifyEmailError {
    WrongCode: Invalid, "wrong-code", "code";
    Gone: Unauthenticated, "account-gone";
} else { Store });

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::Environment;
    use crate::accounts::Email;
    use crate::testing::{
        CountingEntropy, FixedClock, MockTx, NoStore, ToyDigester, account, audit_event,
    };

    fn verified(tx: &mut MockTx, code: &str, old: &Account) -> Option<Account> {
        let event = audit_event(old.id, AuditKind::EmailVerified);
        verify(tx, &ToyDigester, code, old, None, &event).unwrap()
    }

    fn alice(email: &str) -> Account {
        Account {
            email: Some(Email::parse(email).unwrap()),
            ..account("alice")
        }
    }

    /// A unit of work with a code for new@b.example, and the code.
    fn tx() -> (MockTx, Secret<String>) {
        let new = alice("new@b.example");
        let env = Environment {
            store: Arc::new(NoStore),
            clock: Arc::new(FixedClock::at(new.created_at)),
            entropy: Arc::new(CountingEntropy::default()),
        };
        let purpose = CodePurpose::VerifyEmail;
        let drafted = codes::draft(&env, &ToyDigester, new.id, purpose, new.email);
        let mut tx = MockTx::default();
        tx.codes
            .expect_spend_try()
            .returning(move |_, _, _| Ok(Some(drafted.row.clone())));
        tx.codes.expect_delete().returning(|_, _| Ok(true));
        (tx, drafted.code)
    }

    #[test]
    fn recoveries_that_went_to_the_old_address_are_void() {
        for (old, voided) in [("old@b.example", 1), ("new@b.example", 0)] {
            let (mut tx, code) = tx();
            tx.accounts
                .expect_verify_email()
                .once()
                .returning(|_, _, _| Ok(true));
            tx.audit.expect_append().once().returning(|_| Ok(()));
            tx.recoveries
                .expect_delete_all()
                .times(voided)
                .returning(|_| Ok(1));
            tx.accounts
                .expect_find()
                .returning(|_| Ok(Some(alice("new@b.example"))));
            assert!(verified(&mut tx, code.expose(), &alice(old)).is_some());
        }
    }

    #[test]
    fn a_wrong_code_and_an_address_that_somebody_else_has_proved_change_nothing() {
        let old = alice("old@b.example");
        let (mut wrong, _) = tx();
        assert_eq!(verified(&mut wrong, "00000000", &old), None);
        let (mut taken, code) = tx();
        taken
            .accounts
            .expect_verify_email()
            .returning(|_, _, _| Ok(false));
        assert_eq!(verified(&mut taken, code.expose(), &old), None);
    }
}
