//! Somebody has forgotten their password.

use std::net::IpAddr;
use std::time::Duration;

use thiserror::Error;

use super::{Recoveries, Recovery, RecoveryId};
use crate::Timestamp;
use crate::accounts::{Account, Email, mail_address};
use crate::audit::{AuditEvent, AuditKind};
use crate::authentication::Identifier;
use crate::codes::Alphabet;
use crate::mail::{self, Mail, MailMessage, Outbox, SealedMail};
use crate::ports::{StoreError, StoreExt, Tx};
use crate::sessions::Dialect;
use crate::throttle::{Rate, Subject, Throttles, TooMany};

/// What the mailed code looks like. The dialects' documents differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecoveryForm {
    /// How many letters and digits (5 bits each) it has.
    pub code_length: usize,
    /// How long it is good.
    pub lifetime: Duration,
}

impl RecoveryForm {
    /// Eight letters and digits, good for ten minutes.
    pub const NATIVE: Self = Self {
        code_length: 8,
        lifetime: Duration::from_secs(10 * 60),
    };
    /// Six, good for five minutes: document 001.
    pub const CHANNEL: Self = Self {
        code_length: 6,
        lifetime: Duration::from_secs(5 * 60),
    };
}

/// Asks for a recovery.
#[derive(Debug, Clone)]
pub struct StartRecovery {
    /// Whose password.
    pub identifier: Identifier,
    /// Through which API.
    pub dialect: Dialect,
    /// The code that this API wants.
    pub form: RecoveryForm,
    /// The network address that rates are counted by (for IPv6 its /64).
    pub address: IpAddr,
}

/// A recovery that waits for its code. It looks the same if there is no such account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StartedRecovery {
    /// Its id, which the next step wants.
    pub id: RecoveryId,
    /// When the code ends.
    pub expires_at: Timestamp,
}

/// Why the request is not even looked at. Whether anybody gets a mail is never told.
#[derive(Debug, Error)]
pub enum StartRecoveryError {
    /// Too many requests from one address, or for one name.
    #[error(transparent)]
    TooMany(#[from] TooMany),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

domain_error!(StartRecoveryError {} else { TooMany, Store });

/// How often the password of one account can be forgotten.
const RATES: [Rate; 3] = [
    Rate::RecoveriesAMinute,
    Rate::RecoveriesAnHour,
    Rate::RecoveriesADay,
];

/// What one unit of work stores.
struct Request {
    recovery: Recovery,
    mail: SealedMail,
    started: Option<AuditEvent>,
    /// As it was typed, folded.
    name: String,
    address: IpAddr,
}

impl Recoveries {
    /// Mails a code to the account's address, proved or not: whoever gives it back has proved the address. Without such
    /// an account, or one with an address, the same work is done and nothing is mailed; so too when the account has had
    /// its number of mails, so that a stranger cannot tell two names of one account by the rate that they share.
    ///
    /// # Errors
    /// [`StartRecoveryError`], alike for every name.
    pub async fn start(
        &self,
        command: StartRecovery,
    ) -> Result<StartedRecovery, StartRecoveryError> {
        let identifier = command.identifier.clone();
        let found = self.env.store.read(move |tx| find(tx, &identifier)).await?;
        let request = self.draft(&command, found);
        let started = StartedRecovery {
            id: request.recovery.id,
            expires_at: request.recovery.expires_at,
        };
        let throttles = self.ports.throttles.clone();
        self.env
            .store
            .write(move |tx| store(tx, &throttles, &request))
            .await??;
        Ok(started)
    }

    fn draft(&self, command: &StartRecovery, found: Option<(Account, Email)>) -> Request {
        let (id, salt, now) = (self.env.new_id(), self.env.random(), self.env.now());
        let code = Alphabet::Crockford.random(&self.env, command.form.code_length);
        let (account, email) = found.unzip();
        let recovery = Recovery {
            id,
            account: account.as_ref().map(|account| account.id),
            email: email.clone(),
            salt,
            mac: Recovery::mac(&*self.ports.factors.digester, id, &salt, &code),
            tries_left: Recovery::TRIES,
            token: None,
            created_at: now,
            expires_at: now + command.form.lifetime,
        };
        let message = match command.dialect {
            Dialect::Channel => MailMessage::ResetCode { code },
            _ => MailMessage::RecoveryCode { code },
        };
        Request {
            mail: self.draft_mail(account.as_ref(), email, message, recovery.expires_at),
            started: account.map(|account| {
                let (dialect, kind) = (Some(command.dialect), AuditKind::RecoveryStarted);
                AuditEvent::outside(account.id, dialect, &self.env, kind).about(*id.as_bytes())
            }),
            name: command.identifier.key().to_owned(),
            address: command.address,
            recovery,
        }
    }

    /// Made for nobody too, so that the work is the same.
    fn draft_mail(
        &self,
        account: Option<&Account>,
        email: Option<Email>,
        message: MailMessage,
        not_after: Timestamp,
    ) -> SealedMail {
        self.ports.outbox.seal(&Mail {
            to: email.unwrap_or_else(|| Email::restore(String::new(), String::new())),
            username: account
                .map_or("", |account| account.username.as_str())
                .to_owned(),
            message,
            not_after,
        })
    }
}

/// The account, if mail can reach its owner.
fn find(tx: &mut dyn Tx, identifier: &Identifier) -> Result<Option<(Account, Email)>, StoreError> {
    let account = match identifier {
        Identifier::Username(username) => tx.accounts().find_by_username(username)?,
        Identifier::Email(email) => tx.accounts().find_by_email(email)?,
        Identifier::Nobody(_) => None,
    };
    let Some(account) = account else {
        return Ok(None);
    };
    let email = mail_address(tx, &account)?;
    Ok(email.map(|email| (account, email)))
}

/// Stores the recovery and sends the mail. What was counted is kept also when it was too often.
fn store(
    tx: &mut dyn Tx,
    throttles: &Throttles,
    request: &Request,
) -> Result<Result<(), TooMany>, StoreError> {
    let now = request.recovery.created_at;
    let from = Subject::Address(request.address);
    if let Err(too_many) = throttles.spend(tx, Rate::CodeRequests, &from, now)? {
        return Ok(Err(too_many));
    }
    // By name, whether or not it is anybody's: this refusal is told.
    let name = Subject::Nobody(request.name.clone());
    if let Err(too_many) = spend(tx, throttles, &name, now)? {
        return Ok(Err(too_many));
    }
    // By account, which can be named in two ways: this one is not told. Nobody's is counted too, for the same work.
    let whose = match request.recovery.account {
        Some(account) => Subject::Account(account),
        None => Subject::Nobody(format!("\0{}", request.name)),
    };
    let within_rate = spend(tx, throttles, &whose, now)?.is_ok();
    let Some(started) = request.started.filter(|_| within_rate) else {
        tx.recoveries().insert(&Recovery {
            account: None,
            email: None,
            ..request.recovery.clone()
        })?;
        // A full outbox must not tell who is known.
        return match tx.outbox().has_waiting(Outbox::MAX_WAITING)? {
            true => Err(StoreError::OutboxFull),
            false => Ok(Ok(())),
        };
    };
    tx.recoveries().insert(&request.recovery)?;
    tx.audit().append(&started)?;
    mail::enqueue(tx, &request.mail)?;
    Ok(Ok(()))
}

fn spend(
    tx: &mut dyn Tx,
    throttles: &Throttles,
    subject: &Subject,
    now: Timestamp,
) -> Result<Result<(), TooMany>, StoreError> {
    for rate in RATES {
        let spent = throttles.spend(tx, rate, subject, now)?;
        if spent.is_err() {
            return Ok(spent);
        }
    }
    Ok(Ok(()))
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;
    use std::sync::Arc;

    use super::*;
    use crate::mail::{MailId, MailTemplate};
    use crate::testing::{MockTx, ToyDigester, account, audit_event};
    use crate::throttle::Counter;

    const NOW: Timestamp = Timestamp::from_seconds(1_000);

    fn request(known: bool) -> Request {
        let alice = account("alice").id;
        Request {
            recovery: Recovery {
                id: RecoveryId::from_bytes([1; 16]),
                account: known.then_some(alice),
                email: None,
                salt: [0; 16],
                mac: [0; 32],
                tries_left: Recovery::TRIES,
                token: None,
                created_at: NOW,
                expires_at: NOW,
            },
            mail: SealedMail {
                id: MailId::from_bytes([2; 16]),
                template: MailTemplate::RecoveryCode,
                payload: Vec::new(),
                created_at: NOW,
                not_after: NOW,
            },
            started: known.then(|| audit_event(alice, AuditKind::RecoveryStarted)),
            name: "alice".to_owned(),
            address: Ipv4Addr::LOCALHOST.into(),
        }
    }

    /// The seven counters that are asked say these; the last ones asked are those of the account.
    fn tx(counters: [Counter; 7]) -> MockTx {
        let mut tx = MockTx::default();
        let mut next = counters.into_iter();
        tx.throttles
            .expect_lock()
            .returning(move |_, _| Ok(next.next().unwrap()));
        tx.throttles.expect_update().returning(|_, _| Ok(()));
        tx.outbox.expect_has_waiting().returning(|_| Ok(false));
        tx
    }

    fn stored(tx: &mut MockTx, known: bool) -> Result<(), TooMany> {
        let throttles = Throttles::new(Arc::new(ToyDigester), true);
        store(tx, &throttles, &request(known)).unwrap()
    }

    fn full() -> Counter {
        Counter {
            until: NOW + Duration::from_secs(24 * 60 * 60),
            ..Counter::new(NOW)
        }
    }

    #[test]
    fn who_is_known_gets_a_mail() {
        let mut tx = tx([Counter::new(NOW); 7]);
        tx.recoveries
            .expect_insert()
            .withf(|recovery| recovery.account.is_some())
            .once()
            .returning(|_| Ok(()));
        tx.audit.expect_append().once().returning(|_| Ok(()));
        tx.outbox.expect_insert().once().returning(|_| Ok(()));
        stored(&mut tx, true).unwrap();
    }

    #[test]
    fn nobody_and_who_has_had_enough_mails_get_none_and_the_same_answer() {
        let enough = [
            Counter::new(NOW),
            Counter::new(NOW),
            Counter::new(NOW),
            Counter::new(NOW),
            full(),
            full(),
            full(),
        ];
        for (counters, known) in [([Counter::new(NOW); 7], false), (enough, true)] {
            let mut tx = tx(counters);
            tx.recoveries
                .expect_insert()
                .withf(|recovery| recovery.account.is_none())
                .once()
                .returning(|_| Ok(()));
            stored(&mut tx, known).unwrap();
        }
    }

    #[test]
    fn one_name_is_not_asked_for_more_often_whether_or_not_it_is_anybodys() {
        for known in [true, false] {
            let mut counters = [Counter::new(NOW); 7];
            counters[1] = full();
            stored(&mut tx(counters), known).unwrap_err();
        }
    }
}
