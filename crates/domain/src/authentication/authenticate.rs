//! Somebody logs in with a password, and perhaps a second factor.
//!
//! Two units of work with the slow hash between them. The first counts the guess and notes it as failed; the second
//! takes both back if the password was right. So parallel guesses cannot outrun the count, and an unknown name costs
//! the work of a known one.

use super::attempt::subject;
use super::enter::{Entered, Entry, Proof, enter};
use super::{Admission, Attempt, Authentication, Identifier, LoginError, PendingLogin, Ticket};
use crate::Timestamp;
use crate::accounts::{Account, AccountId, Password};
use crate::app_passwords::{self, AppPasswordId};
use crate::audit::{AuditEvent, AuditEventId, AuditKind};
use crate::factors::FactorCode;
use crate::ports::{Digester, PasswordHash, StoreError, StoreExt, Tx, Verification};
use crate::sessions::{Actor, Dialect, OpenedSession};
use crate::throttle::{Guess, Rate, Subject, Throttles, TooMany};

/// What the first unit of work needs.
struct Beginning {
    identifier: Identifier,
    address: Subject,
    known: Option<Actor>,
    noted: AuditEventId,
    dialect: Dialect,
    now: Timestamp,
}

/// What the first unit of work found.
enum Begun {
    /// A guess at a password, which is counted.
    Guess {
        subject: Subject,
        found: Option<(Account, PasswordHash)>,
    },
    /// An app password, which nobody guesses.
    AppPassword(Account, AppPasswordId),
}

impl Authentication {
    /// Decides a login. An account without a second factor is let in by its password. With one on, the native API gets
    /// a ticket to come back with ([`Authentication::complete`]), unless the code is in the attempt; other APIs have to
    /// bring it in the attempt, or be given an app password that was made for them.
    ///
    /// # Errors
    /// [`LoginError`]; then no session exists, and a ciphertext was not used up.
    pub async fn authenticate(&self, attempt: Attempt) -> Result<Admission, LoginError> {
        let Attempt {
            identifier,
            password,
            factor,
            dialect,
            origin,
            used,
        } = attempt;
        let beginning = Beginning {
            identifier,
            address: Subject::Address(origin.address),
            known: origin.known,
            noted: self.env.new_id(),
            dialect,
            now: self.env.now(),
        };
        let noted = beginning.noted;
        let (throttles, typed) = (self.ports.throttles.clone(), password.clone());
        let digester = self.ports.factors.digester.clone();
        let begun = self
            .env
            .store
            .write(move |tx| begin(tx, (&throttles, &*digester), &beginning, &typed));
        let (account, proof, guess) = match begun.await?? {
            Begun::AppPassword(account, id) => (account, Proof::AppPassword(id), None),
            Begun::Guess { subject, found } => {
                let (account, proof) = self.check(password, found).await?;
                (account, proof, Some((noted, subject)))
            }
        };
        let app_password = match &proof {
            Proof::AppPassword(id) => Some(*id),
            _ => None,
        };
        let opened = self
            .sessions
            .draft(account, dialect, origin.client, app_password)?;
        let entry = self.entry(&opened, proof, guess, factor);
        self.enter(Entry { used, ..entry }, opened).await
    }

    /// The slow part. Unknown accounts take as long.
    async fn check(
        &self,
        password: Password,
        found: Option<(Account, PasswordHash)>,
    ) -> Result<(Account, Proof), LoginError> {
        let hasher = &self.ports.hasher;
        let (account, hash) = found.unzip();
        let verdict = hasher.verify(password.clone(), hash.clone()).await?;
        let (Some(account), Some(checked)) = (account, hash) else {
            return Err(LoginError::WrongCredentials);
        };
        let rehashed = match verdict {
            Verification::Wrong => return Err(LoginError::WrongCredentials),
            Verification::Right => None,
            Verification::RightButOutdated => Some(hasher.hash(password).await?),
        };
        Ok((account, Proof::Password { checked, rehashed }))
    }

    /// All that the unit of work needs which lets somebody in.
    pub(super) fn entry(
        &self,
        opened: &OpenedSession,
        proof: Proof,
        guess: Option<(AuditEventId, Subject)>,
        factor: Option<FactorCode>,
    ) -> Entry {
        let (account, dialect) = (opened.account.id, opened.session.dialect);
        let event = |kind| AuditEvent::outside(account, Some(dialect), &self.env, kind);
        Entry {
            session: opened.session.clone(),
            tokens: self.sessions.digests(opened),
            proof,
            guess,
            factor,
            used: None,
            ticket: Ticket::draw(&self.env),
            recovered: AuditEvent {
                session: Some(opened.session.id),
                ..event(AuditKind::RecoveryCodeUsed)
            },
            event: event(AuditKind::LoggedIn),
            proved: event(AuditKind::EmailVerified),
        }
    }

    /// Lets somebody in, or asks for the second factor.
    pub(super) async fn enter(
        &self,
        entry: Entry,
        opened: OpenedSession,
    ) -> Result<Admission, LoginError> {
        let ports = self.ports.clone();
        let ticket = entry.ticket.clone();
        let expires_at = entry.session.created_at + Ticket::LIFETIME;
        let entered = self
            .env
            .store
            .write(move |tx| enter(tx, &ports, &entry))
            .await?;
        match entered {
            Entered::In(ended) => {
                self.sessions.note_ended(&ended);
                self.ports.presence.arrive(&opened.session);
                Ok(Admission::Opened(Box::new(opened)))
            }
            Entered::FactorWanted(factors) => Ok(Admission::SecondFactor(PendingLogin {
                ticket,
                factors,
                expires_at,
            })),
            Entered::WrongFactor => Err(LoginError::WrongFactor),
            Entered::TooMany(too_many) => Err(too_many.into()),
        }
    }
}

fn begin(
    tx: &mut dyn Tx,
    (throttles, digester): (&Throttles, &dyn Digester),
    beginning: &Beginning,
    typed: &Password,
) -> Result<Result<Begun, TooMany>, StoreError> {
    let now = beginning.now;
    if let Err(too_many) = throttles.spend(tx, Rate::Logins, &beginning.address, now)? {
        return Ok(Err(too_many));
    }
    let found = find(tx, &beginning.identifier)?;
    if let Some((account, _)) = &found
        && let Some(id) =
            app_passwords::find_match(tx, digester, account.id, beginning.dialect, typed.expose())?
    {
        return Ok(Ok(Begun::AppPassword(account.clone(), id)));
    }
    let account = found.as_ref().map(|(account, _)| account.id);
    let subject = subject(account, &beginning.identifier, beginning.known.as_ref());
    if let Err(too_many) = throttles.guess(tx, Guess::Password, &subject, now)? {
        return Ok(Err(too_many));
    }
    if let Some(account) = account {
        tx.audit().append(&failed(account, beginning))?;
    }
    Ok(Ok(Begun::Guess { subject, found }))
}

/// What stands in the trail until the password turns out right.
const fn failed(account: AccountId, beginning: &Beginning) -> AuditEvent {
    AuditEvent {
        id: beginning.noted,
        account,
        kind: AuditKind::LoginFailed,
        at: beginning.now,
        session: None,
        dialect: Some(beginning.dialect),
        subject: None,
    }
}

fn find(
    tx: &mut dyn Tx,
    identifier: &Identifier,
) -> Result<Option<(Account, PasswordHash)>, StoreError> {
    let account = match identifier {
        Identifier::Username(username) => tx.accounts().find_by_username(username)?,
        Identifier::Email(email) => tx.accounts().find_by_email(email)?,
        Identifier::Nobody(_) => None,
    };
    let Some(account) = account else {
        return Ok(None);
    };
    let hash = tx.accounts().find_password(account.id)?;
    Ok(hash.map(|hash| (account, hash)))
}
