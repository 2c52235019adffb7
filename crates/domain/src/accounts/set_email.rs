//! The owner names a mail address. It counts once they have proved it ([`super::verify_email`]).

use thiserror::Error;

use super::verification::Verification;
use super::{Account, Accounts, Email};
use crate::codes::CodePut;
use crate::ports::{StoreError, StoreExt, Tx};
use crate::sessions::{Actor, Session};
use crate::throttle::{Rate, Subject, Throttles, TooMany};

/// Why nothing is mailed.
#[derive(Debug, Error)]
pub enum SetEmailError {
    /// The login is too old for this.
    #[error("setting a mail address needs a login not older than 15 minutes: log in again")]
    StepUp,
    /// The account was deleted while its token was still alive.
    #[error("this account no longer exists")]
    Gone,
    /// A code was asked for a moment ago, or too many were.
    #[error(transparent)]
    TooMany(#[from] TooMany),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Accounts {
    /// Mails a code to `email`, which [`Accounts::verify_email`] takes. Until then nothing about the account changes. If
    /// another account has proved the address, the mail says that instead; the caller is told the same in both cases.
    ///
    /// # Errors
    /// [`SetEmailError`].
    pub async fn set_email(&self, actor: &Actor, email: Email) -> Result<(), SetEmailError> {
        let id = actor.account();
        let account: Account = self
            .env
            .store
            .ask(move |tx| tx.accounts().find(id)?.ok_or(SetEmailError::Gone))
            .await?;
        let draft = self.draft_email(actor, &account, &email)?;
        Ok(self.env.store.write(move |tx| draft.apply(tx)).await??)
    }

    /// What asks for the proof of an address, for a unit of work that may do more than it.
    pub(crate) fn draft_email(
        &self,
        actor: &Actor,
        account: &Account,
        email: &Email,
    ) -> Result<EmailDraft, SetEmailError> {
        let now = self.env.now();
        if now.since(actor.authenticated_at()) > Session::STEP_UP_WINDOW {
            return Err(SetEmailError::StepUp);
        }
        Ok(EmailDraft {
            verification: self.verification_of(account, email),
            throttles: self.ports.throttles.clone(),
        })
    }
}

/// A mail to an address that is to be proved.
pub(crate) struct EmailDraft {
    verification: Verification,
    throttles: Throttles,
}

impl EmailDraft {
    /// Sends it. What was counted is kept also when it was too often: then nothing else may have been done.
    pub(crate) fn apply(&self, tx: &mut dyn Tx) -> Result<Result<(), TooMany>, SetEmailError> {
        ask(tx, &self.throttles, &self.verification)
    }
}

/// Sends one of the two mails. What was counted is kept also when it was too often.
fn ask(
    tx: &mut dyn Tx,
    throttles: &Throttles,
    verification: &Verification,
) -> Result<Result<(), TooMany>, SetEmailError> {
    let code = &verification.code;
    let subject = Subject::Account(code.account);
    let counted = throttles.spend(tx, Rate::AddressProofs, &subject, code.created_at)?;
    if counted.is_err() {
        return Ok(counted);
    }
    if let CodePut::JustSent { retry_after } = verification.send(tx)? {
        return Ok(Err(TooMany { retry_after }));
    }
    Ok(Ok(()))
}

domain_error!(SetEmailError {
    StepUp: Unauthenticated, "insufficient-user-authentication";
    Gone: Unauthenticated, "account-gone";
} else { TooMany, Store });

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;
    use crate::Timestamp;
    use crate::codes::{CodePurpose, MailedCode};
    use crate::mail::{MailId, MailTemplate, SealedMail};
    use crate::testing::{MockTx, ToyDigester, account};
    use crate::throttle::Counter;

    const NOW: Timestamp = Timestamp::from_seconds(1_000);

    fn mail(byte: u8, template: MailTemplate) -> SealedMail {
        SealedMail {
            id: MailId::from_bytes([byte; 16]),
            template,
            payload: vec![byte],
            created_at: NOW,
            not_after: NOW,
        }
    }

    fn email() -> Email {
        Email::parse("new@mail.example").unwrap()
    }

    fn verification() -> Verification {
        Verification {
            code: MailedCode {
                account: account("alice").id,
                purpose: CodePurpose::VerifyEmail,
                salt: [0; 16],
                mac: [0; 32],
                target: Some(email()),
                tries_left: MailedCode::TRIES,
                created_at: NOW,
                expires_at: NOW,
            },
            mail: mail(1, MailTemplate::EmailVerification),
            in_use: mail(2, MailTemplate::AddressInUse),
        }
    }

    fn asked(tx: &mut MockTx) -> Result<(), TooMany> {
        let throttles = Throttles::new(Arc::new(ToyDigester), true);
        ask(tx, &throttles, &verification()).unwrap()
    }

    fn tx(counter: Counter) -> MockTx {
        let mut tx = MockTx::default();
        tx.throttles
            .expect_lock()
            .once()
            .returning(move |_, _| Ok(counter));
        tx.throttles.expect_update().returning(|_, _| Ok(()));
        tx
    }

    #[test]
    fn whoever_has_proved_the_address_hears_of_it_and_the_caller_does_not() {
        for (proved, template) in [
            (None, MailTemplate::EmailVerification),
            (Some(NOW), MailTemplate::AddressInUse),
        ] {
            let mut tx = tx(Counter::new(NOW));
            tx.accounts.expect_find_by_email().returning(move |_| {
                Ok(Some(Account {
                    email_verified_at: proved,
                    ..account("bob")
                }))
            });
            tx.codes.expect_put().once().returning(|_, _| Ok(true));
            tx.outbox.expect_has_waiting().returning(|_| Ok(false));
            tx.outbox
                .expect_insert()
                .withf(move |mail| mail.template == template)
                .once()
                .returning(|_| Ok(()));
            asked(&mut tx).unwrap();
        }
    }

    #[test]
    fn a_mailbox_is_not_filled_by_asking_again() {
        let mut tx = tx(Counter::new(NOW));
        tx.accounts.expect_find_by_email().returning(|_| Ok(None));
        tx.codes.expect_put().returning(|_, _| Ok(false));
        assert!(asked(&mut tx).is_err());
        let mut tx = self::tx(Counter {
            until: NOW + Duration::from_secs(60 * 60),
            ..Counter::new(NOW)
        });
        assert!(asked(&mut tx).is_err());
    }
}
