//! The operator switches off all second factors of somebody who has lost them.

use super::{FactorKind, Factors};
use crate::accounts::Account;
use crate::audit::{AuditEvent, AuditKind};
use crate::mail::{self, MailFactor, MailMessage, SealedMail};
use crate::ports::{StoreError, StoreExt, Tx};

/// What the owner is told if a factor was on: somebody else may have talked the operator into it.
struct Notices {
    totp: Option<SealedMail>,
    email_code: Option<SealedMail>,
}

impl Factors {
    /// Switches off every second factor of an account, recovery codes included, and tells its owner by mail. Says whether
    /// one was on.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn reset(&self, account: &Account) -> Result<bool, StoreError> {
        let event = AuditEvent::outside(account.id, None, &self.env, AuditKind::FactorsReset);
        let notice = |factor| {
            self.outbox
                .notice(account, MailMessage::FactorRemoved { factor })
        };
        let notices = Notices {
            totp: notice(MailFactor::Totp),
            email_code: notice(MailFactor::EmailCode),
        };
        self.env
            .store
            .write(move |tx| reset(tx, &event, &notices))
            .await
    }
}

fn reset(tx: &mut dyn Tx, event: &AuditEvent, notices: &Notices) -> Result<bool, StoreError> {
    let (account, before) = (event.account, tx.factors().find_set(event.account)?);
    for kind in [FactorKind::Totp, FactorKind::EmailCode] {
        tx.factors().remove(account, kind)?;
    }
    tx.factors().replace_recovery_codes(account, &[])?;
    tx.tickets().remove_all(account)?;
    if before.is_on() {
        tx.audit().append(event)?;
    }
    if before.totp.is_some() {
        mail::enqueue_if(tx, notices.totp.as_ref())?;
    }
    if before.email_code.is_some() {
        mail::enqueue_if(tx, notices.email_code.as_ref())?;
    }
    Ok(before.is_on())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timestamp;
    use crate::factors::FactorSet;
    use crate::mail::{MailId, MailTemplate};
    use crate::testing::{MockTx, account, audit_event};

    const NOW: Timestamp = Timestamp::from_seconds(1);

    fn notice(byte: u8) -> Option<SealedMail> {
        Some(SealedMail {
            id: MailId::from_bytes([byte; 16]),
            template: MailTemplate::FactorRemoved,
            payload: vec![byte],
            created_at: NOW,
            not_after: NOW,
        })
    }

    /// Resets the factors of somebody who has these; which notices went out.
    fn run(before: FactorSet) -> (bool, Vec<u8>) {
        let mut tx = MockTx::default();
        tx.factors.expect_find_set().returning(move |_| Ok(before));
        tx.factors
            .expect_remove()
            .times(2)
            .returning(|_, _| Ok(true));
        tx.factors
            .expect_replace_recovery_codes()
            .withf(|_, codes| codes.is_empty())
            .once()
            .returning(|_, _| Ok(()));
        tx.tickets.expect_remove_all().once().returning(|_| Ok(()));
        tx.audit
            .expect_append()
            .times(usize::from(before.is_on()))
            .returning(|_| Ok(()));
        let (sender, sent) = std::sync::mpsc::channel();
        tx.outbox.expect_has_waiting().returning(|_| Ok(false));
        tx.outbox.expect_insert().returning(move |mail| {
            sender.send(mail.payload[0]).unwrap();
            Ok(())
        });
        let event = audit_event(account("alice").id, AuditKind::FactorsReset);
        let notices = Notices {
            totp: notice(1),
            email_code: notice(2),
        };
        let was_on = reset(&mut tx, &event, &notices).unwrap();
        (was_on, sent.try_iter().collect())
    }

    #[test]
    fn the_owner_hears_of_each_factor_that_was_on() {
        let (none, on) = (FactorSet::default(), Some(NOW));
        let totp = FactorSet { totp: on, ..none };
        let both = FactorSet {
            email_code: on,
            ..totp
        };
        assert_eq!(run(none), (false, vec![]));
        assert_eq!(run(totp), (true, vec![1]));
        assert_eq!(run(both), (true, vec![1, 2]));
    }
}
