//! The owner sets a new password.

use std::time::Duration;

use thiserror::Error;

use super::{Accounts, Password};
use crate::audit::{AuditEvent, AuditKind};
use crate::ports::{HashError, PasswordHash, StoreError, StoreExt, Tx, Verification};
use crate::sessions::{Actor, EndedSession, Session, SessionId, Sessions, end};
use crate::{DomainError, ErrorKind};

/// Asks for a new password.
#[derive(Debug, Clone)]
pub struct ChangePassword {
    /// The present one ([`Password::attempt`]).
    pub current: Password,
    /// The new one.
    pub new: Password,
}

/// Why the password stays as it is.
#[derive(Debug, Error)]
pub enum ChangePasswordError {
    /// The login is too old for this.
    #[error("changing the password needs a login not older than 15 minutes: log in again")]
    StepUp,
    /// The present password is another.
    #[error("the current password is wrong")]
    WrongPassword,
    /// A password could not be hashed.
    #[error(transparent)]
    Hash(#[from] HashError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Accounts {
    /// Sets a new password and ends every other session of the account. Needs a login within
    /// [`Session::STEP_UP_WINDOW`] and the present password.
    ///
    /// # Errors
    /// [`ChangePasswordError`]; then nothing has changed.
    pub async fn change_password(
        &self,
        actor: &Actor,
        sessions: &Sessions,
        command: ChangePassword,
    ) -> Result<(), ChangePasswordError> {
        let (id, now) = (actor.account(), self.env.now());
        if now.since(actor.authenticated_at()) > Session::STEP_UP_WINDOW {
            return Err(ChangePasswordError::StepUp);
        }
        let old = self
            .env
            .store
            .read(move |tx| tx.accounts().find_password(id))
            .await?;
        let verdict = self.hasher.verify(command.current, old.clone()).await?;
        let Some(old) = old.filter(|_| verdict != Verification::Wrong) else {
            return Err(ChangePasswordError::WrongPassword);
        };
        let new = self.hasher.hash(command.new).await?;
        let (kept, event) = (
            actor.session(),
            AuditEvent::by(actor, &self.env, AuditKind::PasswordChanged),
        );
        let ended = self
            .env
            .store
            .write(move |tx| replace(tx, kept, &old, &new, &event))
            .await?;
        sessions.note_ended(&ended);
        Ok(())
    }
}

/// Replaces the password of whose event this is.
fn replace(
    tx: &mut dyn Tx,
    kept: SessionId,
    old: &PasswordHash,
    new: &PasswordHash,
    event: &AuditEvent,
) -> Result<Vec<EndedSession>, ChangePasswordError> {
    let (account, now) = (event.account, event.at);
    // Somebody else changed it while this one was checked: what was proved is no longer true.
    if !tx.accounts().replace_password(account, old, new)? {
        return Err(ChangePasswordError::WrongPassword);
    }
    tx.audit().append(event)?;
    let mut ended = Vec::new();
    for session in tx.sessions().list(account)? {
        if session.id != kept {
            ended.extend(end(tx, &session, now)?);
        }
    }
    Ok(ended)
}

impl DomainError for ChangePasswordError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::StepUp => ErrorKind::Unauthenticated,
            Self::WrongPassword => ErrorKind::Forbidden,
            Self::Hash(error) => error.kind(),
            Self::Store(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::StepUp => "insufficient-user-authentication",
            Self::WrongPassword => "wrong-password",
            Self::Hash(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        matches!(self, Self::WrongPassword).then_some("current_password")
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Hash(error) => error.retry_after(),
            Self::Store(error) => error.retry_after(),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{MockTx, account, audit_event, session};

    fn hash(text: &str) -> PasswordHash {
        PasswordHash::new(text.to_owned())
    }

    #[test]
    fn every_other_session_ends_with_the_old_password() {
        let alice = account("alice").id;
        let kept = session(alice);
        let other = Session {
            id: SessionId::from_bytes([5; 16]),
            ..session(alice)
        };
        let mut tx = MockTx::default();
        tx.accounts
            .expect_replace_password()
            .once()
            .returning(|_, _, _| Ok(true));
        let listed = vec![kept.clone(), other.clone()];
        tx.sessions
            .expect_list()
            .returning(move |_| Ok(listed.clone()));
        tx.sessions
            .expect_end()
            .withf(move |_, ended| ended.id == other.id)
            .once()
            .returning(|_, _| Ok(true));
        tx.inbox.expect_collect().once().return_const(());
        let event = audit_event(alice, AuditKind::PasswordChanged);
        tx.audit
            .expect_append()
            .withf(move |noted| *noted == event)
            .once()
            .returning(|_| Ok(()));
        let ended = replace(&mut tx, kept.id, &hash("old"), &hash("new"), &event).unwrap();
        assert_eq!(ended.len(), 1);
    }

    #[test]
    fn a_password_changed_meanwhile_stays() {
        let mut tx = MockTx::default();
        tx.accounts
            .expect_replace_password()
            .returning(|_, _, _| Ok(false));
        let alice = session(account("alice").id);
        let event = audit_event(alice.account, AuditKind::PasswordChanged);
        let refused = replace(&mut tx, alice.id, &hash("old"), &hash("new"), &event);
        assert!(matches!(refused, Err(ChangePasswordError::WrongPassword)));
    }
}
