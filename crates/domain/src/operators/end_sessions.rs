//! The operator ends sessions of others.

use std::time::Duration;

use thiserror::Error;

use super::view::find;
use super::{FindAccountError, Operator, Operators};
use crate::accounts::Username;
use crate::audit::{AuditEvent, AuditKind};
use crate::ports::{StoreError, StoreExt, Tx};
use crate::sessions::{EndedSession, Session, SessionId, end};
use crate::{DomainError, ErrorKind};

/// Why no session was ended.
#[derive(Debug, Error)]
pub enum EndByOperatorError {
    /// There is no such session, or it has ended.
    #[error("there is no such session, or it has ended")]
    Unknown,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Operators {
    /// Ends the session with this id, whoever's it is: its tokens are dead on this instance at once and on every other
    /// within a second.
    ///
    /// # Errors
    /// [`EndByOperatorError`].
    pub async fn end_session(&self, _: Operator, id: SessionId) -> Result<(), EndByOperatorError> {
        let session = self
            .env
            .store
            .read(move |tx| {
                let found = tx.sessions().find(id)?;
                found.ok_or(EndByOperatorError::Unknown)
            })
            .await?;
        let ended = self.end_all(vec![session]).await?;
        if ended == 0 {
            return Err(EndByOperatorError::Unknown);
        }
        Ok(())
    }

    /// Ends all sessions that the account with this username has. Returns how many.
    ///
    /// # Errors
    /// [`FindAccountError`].
    pub async fn end_sessions(
        &self,
        _: Operator,
        username: Username,
    ) -> Result<usize, FindAccountError> {
        let sessions = self
            .env
            .store
            .read(move |tx| {
                let account = find(tx, &username)?;
                Ok::<_, FindAccountError>(tx.sessions().list(account.id)?)
            })
            .await?;
        Ok(self.end_all(sessions).await?)
    }

    async fn end_all(&self, sessions: Vec<Session>) -> Result<usize, StoreError> {
        let event = |session: &Session| {
            AuditEvent::outside(session.account, None, &self.env, AuditKind::SessionEnded)
                .about(*session.id.as_bytes())
        };
        let sessions: Vec<_> = sessions
            .into_iter()
            .map(|session| (event(&session), session))
            .collect();
        let ended = self
            .env
            .store
            .write(move |tx| end_noted(tx, &sessions))
            .await?;
        self.sessions.note_ended(&ended);
        Ok(ended.len())
    }
}

/// Ends the sessions that have not ended meanwhile, each with its line in the trail.
fn end_noted(
    tx: &mut dyn Tx,
    sessions: &[(AuditEvent, Session)],
) -> Result<Vec<EndedSession>, StoreError> {
    let mut all = Vec::new();
    for (event, session) in sessions {
        if let Some(ended) = end(tx, session, event.at)? {
            tx.audit().append(event)?;
            all.push(ended);
        }
    }
    Ok(all)
}

impl DomainError for EndByOperatorError {
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
    fn a_session_that_has_ended_meanwhile_leaves_no_line() {
        let of = |name| {
            let owner = account(name).id;
            (audit_event(owner, AuditKind::SessionEnded), session(owner))
        };
        let (alices, bobs) = (of("alice"), of("bob"));
        let gone = alices.1.id;
        let mut tx = MockTx::default();
        tx.sessions
            .expect_end()
            .times(2)
            .returning(move |_, ended| Ok(ended.id != gone));
        tx.inbox.expect_collect().once().return_const(());
        let bob = bobs.0.account;
        tx.audit
            .expect_append()
            .withf(move |event| event.account == bob)
            .once()
            .returning(|_| Ok(()));
        assert_eq!(end_noted(&mut tx, &[alices, bobs]).unwrap().len(), 1);
    }
}
