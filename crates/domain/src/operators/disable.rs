//! The operator disables an account: nobody logs in to it, and whoever is logged in is no longer.

use super::view::find;
use super::{FindAccountError, Operator, Operators};
use crate::Timestamp;
use crate::accounts::{Account, Username};
use crate::audit::{AuditEvent, AuditEventId, AuditKind};
use crate::ports::{StoreExt, Tx};
use crate::sessions::{EndedSession, end};

impl Operators {
    /// Disables the account with this username and ends all its sessions: their tokens are dead on this instance at once
    /// and on every other within a second. An account that is disabled already stays so since when it was. Returns the account
    /// and how many sessions were ended.
    ///
    /// # Errors
    /// [`FindAccountError`].
    pub async fn disable(
        &self,
        _: Operator,
        username: Username,
    ) -> Result<(Account, usize), FindAccountError> {
        let (now, event) = (self.env.now(), self.env.new_id());
        let (account, ended) = self
            .env
            .store
            .write(move |tx| disable(tx, &username, event, now))
            .await?;
        self.sessions.note_ended(&ended);
        Ok((account, ended.len()))
    }
}

fn disable(
    tx: &mut dyn Tx,
    username: &Username,
    event: AuditEventId,
    now: Timestamp,
) -> Result<(Account, Vec<EndedSession>), FindAccountError> {
    let mut account = find(tx, username)?;
    if account.disabled_at.is_none() {
        account.disabled_at = Some(now);
        tx.accounts().set_disabled(account.id, Some(now))?;
        tx.audit()
            .append(&change(event, &account, AuditKind::Disabled, now))?;
    }
    let mut ended = Vec::new();
    // Also of an account that was disabled before: a login may have been half-way through then.
    for session in tx.sessions().list(account.id)? {
        ended.extend(end(tx, &session, now)?);
    }
    Ok((account, ended))
}

/// What the trail says of a change from the shell.
pub(super) const fn change(
    id: AuditEventId,
    account: &Account,
    kind: AuditKind,
    now: Timestamp,
) -> AuditEvent {
    AuditEvent {
        id,
        account: account.id,
        kind,
        at: now,
        session: None,
        dialect: None,
        subject: None,
    }
}

#[cfg(test)]
mod tests {
    use mockall::predicate::eq;

    use super::*;
    use crate::testing::{MockTx, account, session};

    const EVENT: AuditEventId = AuditEventId::from_bytes([3; 16]);
    const NOW: Timestamp = Timestamp::from_seconds(9);

    fn tx(disabled_at: Option<Timestamp>) -> MockTx {
        let mut tx = MockTx::default();
        tx.accounts.expect_find_by_username().returning(move |_| {
            Ok(Some(Account {
                disabled_at,
                ..account("alice")
            }))
        });
        tx.sessions
            .expect_list()
            .returning(|id| Ok(vec![session(id)]));
        tx.sessions.expect_end().once().returning(|_, _| Ok(true));
        tx.inbox.expect_collect().once().return_const(());
        tx
    }

    #[test]
    fn every_session_ends_and_the_trail_says_so() {
        let alice = account("alice");
        let mut tx = tx(None);
        tx.accounts
            .expect_set_disabled()
            .with(eq(alice.id), eq(Some(NOW)))
            .once()
            .returning(|_, _| Ok(true));
        tx.audit
            .expect_append()
            .withf(|event| event.kind == AuditKind::Disabled && event.dialect.is_none())
            .once()
            .returning(|_| Ok(()));
        let (disabled, ended) = disable(&mut tx, &alice.username, EVENT, NOW).unwrap();
        assert_eq!((disabled.disabled_at, ended.len()), (Some(NOW), 1));
    }

    #[test]
    fn a_second_time_ends_what_slipped_in_and_changes_nothing_else() {
        let since = Timestamp::from_seconds(1);
        let username = account("alice").username;
        let (disabled, ended) = disable(&mut tx(Some(since)), &username, EVENT, NOW).unwrap();
        assert_eq!((disabled.disabled_at, ended.len()), (Some(since), 1));
    }
}
