//! A refresh token is exchanged for new tokens; one that was spent long ago betrays a thief and ends the session.

use std::time::Duration;

use thiserror::Error;

use super::access::judge;
use super::end::{end, note_end};
use super::{Dialect, OpenedSession, RefreshToken, Session, Sessions};
use crate::accounts::Account;
use crate::audit::{AuditEvent, AuditEventId, AuditKind};
use crate::ports::{Digest, StoreError, StoreExt, TokenError, Tx};
use crate::{DomainError, ErrorKind, Timestamp};

/// How long a spent token still gives its successor: an answer may have been lost on the way.
const GRACE: Duration = Duration::from_secs(10);

/// Why there are no new tokens.
#[derive(Debug, Error)]
pub enum RefreshError {
    /// Unknown, expired, of a session that has ended, or of an account that was disabled.
    #[error("this refresh token is not good any more: log in again")]
    Invalid,
    /// Spent before: two parties hold it, so the session was ended.
    #[error(
        "this refresh token was used before; the session has been ended for safety: log in again"
    )]
    Reused,
    /// No token could be made.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What the store says of the exchange. Not an error even where the caller gets one: ending the session must commit.
#[derive(Debug)]
enum Exchange {
    Refused,
    Reused(Session),
    /// With the moment at which the token was spent: now, or when it was first exchanged.
    Done(Session, Account, Timestamp),
}

impl Sessions {
    /// Exchanges a refresh token for its successor and a new access token. A repeat within ten seconds gets the same
    /// successor; a later one ends the session.
    ///
    /// # Errors
    /// [`RefreshError`].
    pub async fn refresh(&self, token: &RefreshToken) -> Result<OpenedSession, RefreshError> {
        let now = self.env.now();
        let successor = token.successor(&*self.ports.digester);
        let spent = token.digest(&*self.ports.digester);
        let next = successor.digest(&*self.ports.digester);
        let (session, account, _) = self.exchange(spent, next, now).await?;
        Ok(OpenedSession {
            access_token: self.issue_access(&session, &account, &successor, now)?,
            refresh_token: successor,
            opaque_token: None,
            session,
            account,
        })
    }

    /// The same for a refresh token of `dialect` that is a JWT with an id ([`Dialect::has_identified_tokens`]). A repeat
    /// gets the very same tokens: they are dated back to the first exchange.
    ///
    /// # Errors
    /// [`RefreshError`].
    pub async fn refresh_identified(
        &self,
        token: &str,
        dialect: Dialect,
    ) -> Result<OpenedSession, RefreshError> {
        let now = self.env.now();
        let verified = self.ports.signer.verify_refresh(token);
        let claims = verified.map_err(|_| RefreshError::Invalid)?;
        judge(&claims, &self.issuer, dialect, now).map_err(|_| RefreshError::Invalid)?;
        let id = claims.token_id.ok_or(RefreshError::Invalid)?;
        let digester = &*self.ports.digester;
        let next = RefreshToken::next_id(&id, digester);
        let digests = [id, next].map(|id| RefreshToken::digest_of_id(&id, digester));
        let [spent, successor] = digests;
        let (session, account, at) = self.exchange(spent, successor, now).await?;
        let refresh_token = self.issue_refresh(&session, &account, next, at)?;
        Ok(OpenedSession {
            access_token: self.issue_access(&session, &account, &refresh_token, at)?,
            refresh_token,
            opaque_token: None,
            session,
            account,
        })
    }

    /// Exchanges the token of one digest for that of the other; whose it is, and when it was exchanged first.
    async fn exchange(
        &self,
        spent: Digest,
        next: Digest,
        now: Timestamp,
    ) -> Result<(Session, Account, Timestamp), RefreshError> {
        let audit = self.env.new_id();
        let exchange = self
            .env
            .store
            .write(move |tx| exchange(tx, &spent, &next, now, audit))
            .await?;
        match exchange {
            Exchange::Refused => Err(RefreshError::Invalid),
            Exchange::Reused(session) => {
                self.revocations.add(&note_end(&session, now));
                Err(RefreshError::Reused)
            }
            Exchange::Done(session, account, at) => Ok((session, account, at)),
        }
    }
}

fn exchange(
    tx: &mut dyn Tx,
    spent: &Digest,
    next: &Digest,
    now: Timestamp,
    audit: AuditEventId,
) -> Result<Exchange, StoreError> {
    let Some(stored) = tx.sessions().find_refresh(spent)? else {
        return Ok(Exchange::Refused);
    };
    let session = stored.session;
    if session.expires_at <= now {
        return Ok(Exchange::Refused);
    }
    let fresh = stored.spent_at.is_none() && tx.sessions().spend_refresh(spent, next, now)?;
    let spent_at = match stored.spent_at {
        None if fresh => now,
        // Lost the race for a fresh token: somebody spent it just now, which is within the grace.
        None => tx
            .sessions()
            .find_refresh(spent)?
            .and_then(|stored| stored.spent_at)
            .unwrap_or(now),
        Some(at) => at,
    };
    let repeat = !fresh && now.since(spent_at) <= GRACE && successor_unused(tx, next)?;
    if !fresh && !repeat {
        if end(tx, &session, now)?.is_some() {
            tx.audit().append(&reused(audit, &session, now))?;
        }
        return Ok(Exchange::Reused(session));
    }
    match tx.accounts().find(session.account)? {
        // Disabling ends all sessions; one whose login was half-way through then dies here.
        Some(account) if account.disabled_at.is_none() => {
            Ok(Exchange::Done(session, account, spent_at))
        }
        _ => Ok(Exchange::Refused),
    }
}

/// What the trail says of the session that ends for it.
const fn reused(id: AuditEventId, session: &Session, now: Timestamp) -> AuditEvent {
    AuditEvent {
        id,
        account: session.account,
        kind: AuditKind::RefreshTokenReused,
        at: now,
        session: Some(session.id),
        dialect: Some(session.dialect),
        subject: Some(*session.id.as_bytes()),
    }
}

/// Whoever has used the successor got the answer; a repeat of its predecessor is then somebody else's.
fn successor_unused(tx: &mut dyn Tx, next: &Digest) -> Result<bool, StoreError> {
    Ok(tx
        .sessions()
        .find_refresh(next)?
        .is_some_and(|stored| stored.spent_at.is_none()))
}

impl DomainError for RefreshError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Invalid | Self::Reused => ErrorKind::Unauthenticated,
            Self::Token(_) => ErrorKind::Internal,
            Self::Store(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Invalid => "invalid-refresh-token",
            Self::Reused => "refresh-token-reused",
            Self::Token(_) => "internal-error",
            Self::Store(error) => error.code(),
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Store(error) => error.retry_after(),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use mockall::predicate::eq;

    use super::*;
    use crate::ports::StoredRefreshToken;
    use crate::testing::{MockTx, account, session};

    const EVENT: AuditEventId = AuditEventId::from_bytes([3; 16]);
    const OLD: Digest = [1; 32];
    const NEW: Digest = [2; 32];

    fn now() -> Timestamp {
        session(account("alice").id).created_at + Duration::from_secs(100)
    }

    fn stored(spent_ago: Option<u64>) -> Option<StoredRefreshToken> {
        Some(StoredRefreshToken {
            session: session(account("alice").id),
            spent_at: spent_ago.map(|seconds| now() - Duration::from_secs(seconds)),
        })
    }

    fn tx(old: Option<StoredRefreshToken>, new: Option<StoredRefreshToken>) -> MockTx {
        let mut tx = MockTx::default();
        tx.sessions
            .expect_find_refresh()
            .with(eq(OLD))
            .returning(move |_| Ok(old.clone()));
        tx.sessions
            .expect_find_refresh()
            .with(eq(NEW))
            .returning(move |_| Ok(new.clone()));
        tx.accounts
            .expect_find()
            .returning(|_| Ok(Some(account("alice"))));
        tx
    }

    #[test]
    fn a_fresh_token_is_spent_once() {
        let mut tx = tx(stored(None), None);
        tx.sessions
            .expect_spend_refresh()
            .with(eq(OLD), eq(NEW), eq(now()))
            .once()
            .returning(|_, _, _| Ok(true));
        assert!(matches!(
            exchange(&mut tx, &OLD, &NEW, now(), EVENT).unwrap(),
            Exchange::Done(..)
        ));
    }

    #[test]
    fn a_repeat_within_the_grace_gets_the_same_successor() {
        for ago in [0, 10] {
            let mut tx = tx(stored(Some(ago)), stored(None));
            assert!(matches!(
                exchange(&mut tx, &OLD, &NEW, now(), EVENT).unwrap(),
                Exchange::Done(..)
            ));
        }
    }

    #[test]
    fn a_session_that_outlived_the_disabling_of_its_account_gets_no_new_tokens() {
        let mut tx = MockTx::default();
        tx.sessions
            .expect_find_refresh()
            .returning(|_| Ok(stored(None)));
        tx.sessions
            .expect_spend_refresh()
            .returning(|_, _, _| Ok(true));
        tx.accounts.expect_find().returning(|_| {
            Ok(Some(Account {
                disabled_at: Some(now()),
                ..account("alice")
            }))
        });
        assert!(matches!(
            exchange(&mut tx, &OLD, &NEW, now(), EVENT).unwrap(),
            Exchange::Refused
        ));
    }

    #[test]
    fn whoever_loses_the_race_gets_the_winners_successor() {
        let mut tx = tx(stored(None), stored(None));
        tx.sessions
            .expect_spend_refresh()
            .returning(|_, _, _| Ok(false));
        assert!(matches!(
            exchange(&mut tx, &OLD, &NEW, now(), EVENT).unwrap(),
            Exchange::Done(..)
        ));
    }

    #[test]
    fn a_late_repeat_and_one_after_the_successor_was_used_end_the_session() {
        for (ago, successor) in [(11, stored(None)), (3, stored(Some(1)))] {
            let mut tx = tx(stored(Some(ago)), successor);
            tx.sessions.expect_end().once().returning(|_, _| Ok(true));
            tx.inbox.expect_collect().once().return_const(());
            tx.audit
                .expect_append()
                .withf(|event| event.kind == AuditKind::RefreshTokenReused && event.id == EVENT)
                .once()
                .returning(|_| Ok(()));
            assert!(matches!(
                exchange(&mut tx, &OLD, &NEW, now(), EVENT).unwrap(),
                Exchange::Reused(_)
            ));
        }
    }

    #[test]
    fn an_unknown_token_and_one_of_an_expired_session_are_refused() {
        assert!(matches!(
            exchange(&mut tx(None, None), &OLD, &NEW, now(), EVENT).unwrap(),
            Exchange::Refused
        ));
        let late = session(account("alice").id).expires_at;
        assert!(matches!(
            exchange(&mut tx(stored(None), None), &OLD, &NEW, late, EVENT).unwrap(),
            Exchange::Refused
        ));
    }
}
