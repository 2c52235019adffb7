//! What whoever recovers an account proves beside the code: the second factor, and that they read the mail.

use super::complete::CompleteRecoveryError;
use super::{Recoveries, Recovery};
use crate::audit::AuditEvent;
use crate::factors::{self, FactorCode, FactorKind};
use crate::ports::{StoreExt, Tx};
use crate::throttle::{Guess, Subject};

impl Recoveries {
    /// Whether the second factor is right, where an authenticator is on. A code by mail is none here: the recovery has
    /// proved already that somebody reads the mail. Guesses are counted with those at the door. `recovered` is noted if it
    /// was a recovery code.
    pub(super) async fn check_factor(
        &self,
        code: Option<FactorCode>,
        recovered: AuditEvent,
    ) -> Result<(), CompleteRecoveryError> {
        let (account, now) = (recovered.account, recovered.at);
        let (ports, throttles) = (self.ports.factors.clone(), self.ports.throttles.clone());
        // What was counted is to be kept: a refusal is no error inside.
        self.env
            .store
            .write(move |tx| {
                if tx.factors().find_set(account)?.totp.is_none() {
                    return Ok(Ok(()));
                }
                let Some(code) = &code else {
                    return Ok(Err(CompleteRecoveryError::SecondFactorRequired));
                };
                let subject = Subject::Account(account);
                if let Err(error) = throttles.guess(tx, Guess::SecondFactor, &subject, now)? {
                    return Ok(Err(CompleteRecoveryError::TooMany(error)));
                }
                let checked = factors::check(tx, &ports, code, &recovered)?;
                match checked.map(|checked| checked.kind) {
                    Some(FactorKind::Totp | FactorKind::RecoveryCode) => {}
                    Some(FactorKind::EmailCode) | None => {
                        return Ok(Err(CompleteRecoveryError::WrongFactor));
                    }
                }
                throttles.forgive(tx, Guess::SecondFactor, &subject)?;
                Ok::<_, CompleteRecoveryError>(Ok(()))
            })
            .await?
    }
}

/// Whoever gave the code reads the mail that is sent to this address.
pub(super) fn prove_address(
    tx: &mut dyn Tx,
    taken: &Recovery,
    event: &AuditEvent,
) -> Result<(), CompleteRecoveryError> {
    let present = tx.accounts().find(event.account)?;
    let present = present.ok_or(CompleteRecoveryError::Invalid)?;
    let Some(email) = taken
        .email
        .as_ref()
        .filter(|_| present.email == taken.email)
    else {
        // Not this account's any more: it has been removed, or another one proved.
        return Err(CompleteRecoveryError::Invalid);
    };
    if present.email_verified_at.is_some() {
        return Ok(());
    }
    if !tx.accounts().verify_email(event.account, email, event.at)? {
        return Err(CompleteRecoveryError::Invalid);
    }
    Ok(tx.audit().append(event)?)
}
