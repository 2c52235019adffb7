//! The unit of work that lets somebody in: the only one that does.

use super::{AuthenticationPorts, LoginError, Ticket};
use crate::accounts::{Account, Email};
use crate::app_passwords::AppPasswordId;
use crate::audit::{AuditEvent, AuditEventId, AuditKind};
use crate::data_keys::DataKeyUse;
use crate::factors::{self, CheckedFactor, FactorCode, FactorKind};
use crate::ports::{Digest, PasswordHash, StoredTicket, TokenDigests, Tx};
use crate::sessions::{Dialect, EndedSession, Session, end};
use crate::throttle::{Guess, Subject, TooMany};

/// How somebody has proved who they are, so far.
pub(super) enum Proof {
    /// With the password whose hash was checked; with its new hash, if the old one was too weak.
    Password {
        checked: PasswordHash,
        rehashed: Option<PasswordHash>,
    },
    /// With an app password, which stands for both proofs.
    AppPassword(AppPasswordId),
    /// Another provider vouches for them.
    Vouched,
    /// With a ticket, which stands for one of the above.
    Ticket(Digest),
}

/// Somebody at the door.
pub(super) struct Entry {
    /// The session they will have.
    pub(super) session: Session,
    /// What is stored of its tokens.
    pub(super) tokens: TokenDigests,
    pub(super) proof: Proof,
    /// The guess that was counted and noted for this password.
    pub(super) guess: Option<(AuditEventId, Subject)>,
    /// The second proof, if they brought one.
    pub(super) factor: Option<FactorCode>,
    /// The ciphertext that is to be used up.
    pub(super) used: Option<DataKeyUse>,
    /// The ticket they get if the second proof is missing.
    pub(super) ticket: Ticket,
    /// What stands in the audit trail if they get in.
    pub(super) event: AuditEvent,
    /// What stands there beside it if the second proof was a recovery code.
    pub(super) recovered: AuditEvent,
    /// What stands there if that also proves their mail address.
    pub(super) proved: AuditEvent,
}

/// What became of them. Not an error even where the caller makes one of it: what was counted must be kept.
pub(super) enum Entered {
    In(Vec<EndedSession>),
    FactorWanted(Vec<FactorKind>),
    WrongFactor,
    TooMany(TooMany),
}

/// Lets them in if everything still holds: the password may have been changed, or the account deleted or disabled,
/// while the hash was computed.
///
/// # Errors
/// [`LoginError`]; then nothing has changed.
pub(super) fn enter(
    tx: &mut dyn Tx,
    ports: &AuthenticationPorts,
    entry: &Entry,
) -> Result<Entered, LoginError> {
    let account = entry.session.account;
    // Locked: disabling it ends the sessions there are, and none may begin beside that.
    let found = tx.accounts().lock(account)?;
    let found = found.ok_or(LoginError::WrongCredentials)?;
    check_proof(tx, entry)?;
    if found.disabled_at.is_some() {
        return Err(LoginError::Disabled);
    }
    if let Some((_, subject)) = &entry.guess {
        ports.throttles.forgive(tx, Guess::Password, subject)?;
    }
    let set = tx.factors().find_set(account)?;
    if set.is_on() && !matches!(entry.proof, Proof::AppPassword(_)) {
        match &entry.factor {
            Some(code) => {
                let address = match check_factor(tx, ports, entry, code)? {
                    Ok(checked) => checked.address,
                    Err(refused) => return Ok(refused),
                };
                if let Some(address) = address {
                    note_address(tx, entry, &found, &address)?;
                }
            }
            None if entry.session.dialect == Dialect::Native => {
                issue_ticket(tx, ports, entry)?;
                return Ok(Entered::FactorWanted(set.kinds()));
            }
            // This API has no way to ask for more, and nobody is to learn that the password was right.
            None => return Err(LoginError::WrongCredentials),
        }
    }
    if let Proof::Ticket(digest) = &entry.proof
        && !tx.tickets().remove(digest)?
    {
        // Somebody else came in with it just now.
        return Err(LoginError::InvalidTicket);
    }
    let ended = make_room(tx, &entry.session)?;
    tx.sessions().insert(&entry.session, &entry.tokens)?;
    note(tx, entry, AuditKind::LoggedIn)?;
    Ok(Entered::In(ended))
}

fn check_proof(tx: &mut dyn Tx, entry: &Entry) -> Result<(), LoginError> {
    let account = entry.session.account;
    let stands = match &entry.proof {
        Proof::Vouched | Proof::Ticket(_) => true,
        Proof::AppPassword(id) => tx.app_passwords().note_use(*id, entry.session.created_at)?,
        Proof::Password { checked, rehashed } => match rehashed {
            Some(new) => tx.accounts().replace_password(account, checked, new)?,
            None => tx.accounts().find_password(account)?.as_ref() == Some(checked),
        },
    };
    let unused = match &entry.used {
        Some(used) => tx.data_keys().record_use(used)?,
        None => true,
    };
    if stands && unused {
        Ok(())
    } else {
        Err(LoginError::WrongCredentials)
    }
}

/// The factor, if the code is right. The guess is counted before, and noted if it is wrong.
fn check_factor(
    tx: &mut dyn Tx,
    ports: &AuthenticationPorts,
    entry: &Entry,
    code: &FactorCode,
) -> Result<Result<CheckedFactor, Entered>, LoginError> {
    let (account, now) = (entry.session.account, entry.session.created_at);
    let (throttles, subject) = (&ports.throttles, Subject::Account(account));
    if let Err(too_many) = throttles.guess(tx, Guess::SecondFactor, &subject, now)? {
        return Ok(Err(Entered::TooMany(too_many)));
    }
    if let Some(checked) = factors::check(tx, &ports.factors, code, &entry.recovered)? {
        throttles.forgive(tx, Guess::SecondFactor, &subject)?;
        return Ok(Ok(checked));
    }
    note(tx, entry, AuditKind::SecondFactorFailed)?;
    Ok(Err(Entered::WrongFactor))
}

/// Whoever types in a code that was mailed to their address has proved the address, if it was not proved before.
fn note_address(
    tx: &mut dyn Tx,
    entry: &Entry,
    found: &Account,
    address: &Email,
) -> Result<(), LoginError> {
    if found.email.as_ref() != Some(address) || found.email_verified_at.is_some() {
        return Ok(());
    }
    if tx
        .accounts()
        .verify_email(found.id, address, entry.session.created_at)?
    {
        tx.audit().append(&entry.proved)?;
    }
    Ok(())
}

fn issue_ticket(
    tx: &mut dyn Tx,
    ports: &AuthenticationPorts,
    entry: &Entry,
) -> Result<(), LoginError> {
    let digester = &*ports.factors.digester;
    let checked = match &entry.proof {
        Proof::Password { checked, rehashed } => {
            let standing = rehashed.as_ref().unwrap_or(checked);
            Some(digester.digest(standing.as_str().as_bytes()))
        }
        Proof::Vouched | Proof::Ticket(_) | Proof::AppPassword(_) => None,
    };
    let ticket = StoredTicket {
        account: entry.session.account,
        dialect: entry.session.dialect,
        checked,
        expires_at: entry.session.created_at + Ticket::LIFETIME,
    };
    let digest = entry.ticket.digest(digester);
    tx.tickets().insert(&digest, &ticket, Ticket::TRIES)?;
    note(tx, entry, AuditKind::PasswordAccepted)
}

/// Says in the audit trail what became of the attempt: one event for each.
fn note(tx: &mut dyn Tx, entry: &Entry, kind: AuditKind) -> Result<(), LoginError> {
    let session = (kind == AuditKind::LoggedIn).then_some(entry.session.id);
    match &entry.guess {
        Some((noted, _)) => tx.audit().settle(*noted, kind, session)?,
        None => tx.audit().append(&AuditEvent {
            kind,
            session,
            ..entry.event
        })?,
    }
    Ok(())
}

/// The oldest sessions end if there are too many, and the one before in a dialect that has one at a time.
fn make_room(tx: &mut dyn Tx, session: &Session) -> Result<Vec<EndedSession>, LoginError> {
    let mut ended = Vec::new();
    let others = tx.sessions().list(session.account)?;
    let (others, replaced): (Vec<_>, Vec<_>) = others
        .into_iter()
        .partition(|other| other.dialect != session.dialect || !session.dialect.has_one_session());
    for one in &replaced {
        ended.extend(end(tx, one, session.created_at)?);
    }
    let allowed = usize::try_from(Session::MAX_PER_ACCOUNT).unwrap_or(usize::MAX);
    for oldest in others.iter().skip(allowed.saturating_sub(1)) {
        ended.extend(end(tx, oldest, session.created_at)?);
    }
    Ok(ended)
}
