//! The one place where a federated login becomes a session.

use super::{Federation, FinishError};
use crate::accounts::Account;
use crate::audit::{AuditEvent, AuditKind};
use crate::ports::{Digest, StoreExt, Tx};
use crate::sessions::{Dialect, EndedSession, OpenedSession, Session, end};

impl Federation {
    /// Opens a session for the owner of `account`, who has proved who they are.
    pub(super) async fn admit(
        &self,
        account: Account,
        dialect: Dialect,
        client: Option<String>,
    ) -> Result<OpenedSession, FinishError> {
        let opened = self.sessions.draft(account, dialect, client)?;
        let digest = self.sessions.digest(&opened);
        let row = opened.session.clone();
        let event = AuditEvent {
            session: Some(row.id),
            ..AuditEvent::outside(row.account, Some(dialect), &self.env, AuditKind::LoggedIn)
        };
        let ended = self
            .env
            .store
            .write(move |tx| record(tx, &row, &digest, &event))
            .await?;
        self.sessions.note_ended(&ended);
        Ok(opened)
    }
}

/// Stores the session unless the account was disabled or deleted. The oldest session makes room if there are too many.
fn record(
    tx: &mut dyn Tx,
    session: &Session,
    refresh: &Digest,
    event: &AuditEvent,
) -> Result<Vec<EndedSession>, FinishError> {
    let account = tx.accounts().find(session.account)?;
    if account.is_none_or(|account| account.disabled_at.is_some()) {
        return Err(FinishError::AccountDisabled);
    }
    let mut ended = Vec::new();
    let others = tx.sessions().list(session.account)?;
    let allowed = usize::try_from(Session::MAX_PER_ACCOUNT).unwrap_or(usize::MAX);
    for oldest in others.iter().skip(allowed.saturating_sub(1)) {
        ended.extend(end(tx, oldest, session.created_at)?);
    }
    tx.sessions().insert(session, refresh)?;
    tx.audit().append(event)?;
    Ok(ended)
}
