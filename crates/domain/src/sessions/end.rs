//! Sessions are listed and ended by their owner.

use std::time::Duration;

use thiserror::Error;

use super::{Actor, EndedSession, Session, SessionId, Sessions};
use crate::accounts::AccountId;
use crate::audit::{AuditEvent, AuditKind};
use crate::inbox::{EventKind, NewEvent};
use crate::ports::{StoreError, StoreExt, Tx};
use crate::{DomainError, ErrorKind, Timestamp};

/// Longer than any access token of any dialect lives, with room for clocks that differ.
const LONGEST_ACCESS: Duration = Duration::from_secs(60 * 60 + 60);

/// Why a session was not ended, or the list not shown.
#[derive(Debug, Error)]
pub enum EndSessionError {
    /// The caller has no such session.
    #[error("no such session")]
    Unknown,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Sessions {
    /// The caller's sessions, newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn list(&self, actor: &Actor) -> Result<Vec<Session>, StoreError> {
        let account = actor.account();
        self.env
            .store
            .ask(move |tx| tx.sessions().list(account))
            .await
    }

    /// Ends one of the caller's sessions: its tokens are dead on this instance at once and on every other within a
    /// second. With the last one the account is no longer there for others to see.
    ///
    /// # Errors
    /// [`EndSessionError::Unknown`] also for sessions of others.
    pub async fn end(&self, actor: &Actor, id: SessionId) -> Result<(), EndSessionError> {
        let event = AuditEvent::by(actor, &self.env, AuditKind::SessionEnded).about(*id.as_bytes());
        let ended = self
            .env
            .store
            .write(move |tx| end_one(tx, id, &event))
            .await?;
        self.revocations.add(&ended);
        Ok(())
    }

    /// Notes on this instance that these sessions have ended; the store knows it already.
    pub(crate) fn note_ended(&self, ended: &[EndedSession]) {
        for note in ended {
            self.revocations.add(note);
        }
    }

    /// Whether this instance knows at the moment which sessions have ended. If not, it vouches for no token, and should not go
    /// on serving those who showed theirs before.
    #[must_use]
    pub fn can_vouch(&self) -> bool {
        self.revocations.is_fresh(self.env.now())
    }

    /// Whether this instance has learnt, since this was last called, that a session has ended.
    #[must_use]
    pub fn have_ended(&self) -> bool {
        self.revocations.have_grown()
    }

    /// Whether this instance knows that the session has ended.
    #[must_use]
    pub fn has_ended(&self, id: SessionId) -> bool {
        self.revocations.standing(id, self.env.now()) == super::revocations::Standing::Ended
    }
}

/// Ends a session of whose event this is.
fn end_one(
    tx: &mut dyn Tx,
    id: SessionId,
    event: &AuditEvent,
) -> Result<EndedSession, EndSessionError> {
    let session = tx
        .sessions()
        .find(id)?
        .filter(|session| session.account == event.account);
    let session = session.ok_or(EndSessionError::Unknown)?;
    let ended = end(tx, &session, event.at)?.ok_or(EndSessionError::Unknown)?;
    tx.audit().append(event)?;
    tx.presence().end_without_session(event.account, event.at)?;
    Ok(ended)
}

/// Ends `session` and tells its account's devices. None if it had ended meanwhile.
pub(crate) fn end(
    tx: &mut dyn Tx,
    session: &Session,
    now: Timestamp,
) -> Result<Option<EndedSession>, StoreError> {
    let ended = note_end(session, now);
    if !tx.sessions().end(session.account, &ended)? {
        return Ok(None);
    }
    let event = NewEvent {
        kind: EventKind::SessionRevoked,
        subject: *session.id.as_bytes(),
        created_at: now,
    };
    tx.inbox().collect(&[session.account], event);
    Ok(Some(ended))
}

/// Ends every session of the account but `kept`, of every dialect.
pub(crate) fn end_all_but(
    tx: &mut dyn Tx,
    account: AccountId,
    kept: Option<SessionId>,
    now: Timestamp,
) -> Result<Vec<EndedSession>, StoreError> {
    let mut ended = Vec::new();
    for session in tx.sessions().list(account)? {
        if Some(session.id) != kept {
            ended.extend(end(tx, &session, now)?);
        }
    }
    Ok(ended)
}

/// The note that `session` ends now.
pub(crate) fn note_end(session: &Session, now: Timestamp) -> EndedSession {
    EndedSession {
        id: session.id,
        ended_at: now,
        forget_at: now + LONGEST_ACCESS,
    }
}

impl DomainError for EndSessionError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Unknown => ErrorKind::NotFound,
            Self::Store(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "unknown-session",
            Self::Store(error) => error.code(),
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Unknown => None,
            Self::Store(error) => error.retry_after(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{MockTx, account, audit_event, session};

    #[test]
    fn a_session_of_somebody_else_is_unknown() {
        let mut tx = MockTx::default();
        tx.sessions
            .expect_find()
            .returning(|_| Ok(Some(session(account("bob").id))));
        let bobs = session(account("bob").id);
        let event = audit_event(account("alice").id, AuditKind::SessionEnded);
        let refused = end_one(&mut tx, bobs.id, &event);
        assert!(matches!(refused, Err(EndSessionError::Unknown)));
    }

    #[test]
    fn the_end_of_a_session_stands_in_the_trail() {
        let alices = session(account("alice").id);
        let event = audit_event(alices.account, AuditKind::SessionEnded);
        let mut tx = MockTx::default();
        let found = alices.clone();
        tx.sessions
            .expect_find()
            .returning(move |_| Ok(Some(found.clone())));
        tx.sessions.expect_end().once().returning(|_, _| Ok(true));
        tx.inbox.expect_collect().once().return_const(());
        tx.presence
            .expect_end_without_session()
            .returning(|_, _| Ok(false));
        tx.audit
            .expect_append()
            .withf(move |noted| *noted == event)
            .once()
            .returning(|_| Ok(()));
        end_one(&mut tx, alices.id, &event).unwrap();
    }

    #[test]
    fn presence_ends_with_the_last_session() {
        let alices = session(account("alice").id);
        let (owner, found) = (alices.account, alices.clone());
        let event = audit_event(owner, AuditKind::SessionEnded);
        let mut tx = MockTx::default();
        tx.sessions
            .expect_find()
            .returning(move |_| Ok(Some(found.clone())));
        tx.sessions.expect_end().once().returning(|_, _| Ok(true));
        tx.inbox.expect_collect().return_const(());
        tx.audit.expect_append().returning(|_| Ok(()));
        tx.presence
            .expect_end_without_session()
            .withf(move |account, _| *account == owner)
            .once()
            .returning(|_, _| Ok(true));
        end_one(&mut tx, alices.id, &event).unwrap();
    }

    #[test]
    fn the_note_outlives_every_token() {
        let session = session(account("alice").id);
        let ended = note_end(&session, session.created_at);
        assert!(ended.forget_at > session.created_at + Session::ACCESS_LIFETIME);
    }
}
