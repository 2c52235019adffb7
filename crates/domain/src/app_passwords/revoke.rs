//! The owner revokes a password of one program, and whatever it has opened is closed.

use thiserror::Error;

use super::{AppPasswordId, AppPasswords};
use crate::audit::{AuditEvent, AuditKind};
use crate::ports::{StoreError, StoreExt, Tx};
use crate::sessions::{Actor, EndedSession, end};

/// Why nothing was revoked.
#[derive(Debug, Error)]
pub enum RevokeAppPasswordError {
    /// The caller has no such app password.
    #[error("no such app password")]
    Unknown,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AppPasswords {
    /// Revokes one of the caller's app passwords and ends every session that it opened.
    ///
    /// # Errors
    /// [`RevokeAppPasswordError::Unknown`] also for those of others.
    pub async fn revoke(
        &self,
        actor: &Actor,
        id: AppPasswordId,
    ) -> Result<(), RevokeAppPasswordError> {
        let event =
            AuditEvent::by(actor, &self.env, AuditKind::AppPasswordRevoked).about(*id.as_bytes());
        let ended = self
            .env
            .store
            .write(move |tx| revoke(tx, id, &event))
            .await?;
        self.sessions.note_ended(&ended);
        Ok(())
    }
}

/// Revokes one of whose event this is.
fn revoke(
    tx: &mut dyn Tx,
    id: AppPasswordId,
    event: &AuditEvent,
) -> Result<Vec<EndedSession>, RevokeAppPasswordError> {
    // First: a login that is under way either finds it gone or has stored its session.
    if !tx.app_passwords().delete(event.account, id)? {
        return Err(RevokeAppPasswordError::Unknown);
    }
    tx.audit().append(event)?;
    let mut ended = Vec::new();
    for session in tx.sessions().list(event.account)? {
        if session.app_password == Some(id) {
            ended.extend(end(tx, &session, event.at)?);
        }
    }
    Ok(ended)
}

domain_error!(RevokeAppPasswordError {
    Unknown: NotFound, "unknown-app-password";
} else { Store });

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sessions::{Session, SessionId};
    use crate::testing::{MockTx, account, audit_event, session};

    const ID: AppPasswordId = AppPasswordId::from_bytes([3; 16]);

    fn opened(byte: u8, app_password: Option<AppPasswordId>) -> Session {
        Session {
            id: SessionId::from_bytes([byte; 16]),
            app_password,
            ..session(account("alice").id)
        }
    }

    #[test]
    fn what_it_opened_ends_and_nothing_else() {
        let mut tx = MockTx::default();
        tx.app_passwords
            .expect_delete()
            .once()
            .returning(|_, _| Ok(true));
        tx.audit.expect_append().once().returning(|_| Ok(()));
        tx.sessions.expect_list().returning(|_| {
            let another = AppPasswordId::from_bytes([4; 16]);
            Ok(vec![
                opened(1, Some(ID)),
                opened(2, None),
                opened(3, Some(another)),
            ])
        });
        tx.sessions.expect_end().once().returning(|_, _| Ok(true));
        tx.inbox.expect_collect().once().return_const(());
        let event = audit_event(account("alice").id, AuditKind::AppPasswordRevoked);
        let ended = revoke(&mut tx, ID, &event).unwrap();
        let ids: Vec<_> = ended.iter().map(|session| session.id).collect();
        assert_eq!(ids, [SessionId::from_bytes([1; 16])]);
    }

    #[test]
    fn one_of_somebody_else_is_unknown() {
        let mut tx = MockTx::default();
        tx.app_passwords.expect_delete().returning(|_, _| Ok(false));
        let event = audit_event(account("alice").id, AuditKind::AppPasswordRevoked);
        let refused = revoke(&mut tx, ID, &event);
        assert!(matches!(refused, Err(RevokeAppPasswordError::Unknown)));
    }
}
