//! A refresh token that is a JWT gives a new access token, and stays good until its session ends.

use thiserror::Error;

use super::access::judge;
use super::{Dialect, RefreshToken, Session, Sessions};
use crate::Timestamp;
use crate::accounts::Account;
use crate::ports::{Digest, StoreError, StoreExt, TokenError, Tx};

/// Why there is no new access token.
#[derive(Debug, Error)]
pub enum RenewError {
    /// Not a refresh token of this dialect, or of a session that is over, or of an account that was disabled.
    #[error("this refresh token is not good here, or not any more: log in again")]
    Invalid,
    /// No token could be made.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Sessions {
    /// A new access token for a refresh token of a dialect that has such ([`Dialect::has_named_tokens`]). The store is asked
    /// each time.
    ///
    /// # Errors
    /// [`RenewError`].
    pub async fn renew(&self, token: &str, dialect: Dialect) -> Result<String, RenewError> {
        let now = self.env.now();
        let verified = self.ports.signer.verify_refresh(token);
        let claims = verified.map_err(|_| RenewError::Invalid)?;
        judge(&claims, &self.issuer, dialect, now).map_err(|_| RenewError::Invalid)?;
        let token = RefreshToken::signed(token.to_owned());
        let digest = token.digest(&*self.ports.digester);
        let found = self
            .env
            .store
            .read(move |tx| find(tx, &digest, now))
            .await?;
        let (session, account) = found.ok_or(RenewError::Invalid)?;
        Ok(self.issue_access(&session, &account, &token, now)?)
    }
}

/// The session of an unspent refresh token and its account, if both are good.
fn find(
    tx: &mut dyn Tx,
    digest: &Digest,
    now: Timestamp,
) -> Result<Option<(Session, Account)>, StoreError> {
    let Some(stored) = tx.sessions().find_refresh(digest)? else {
        return Ok(None);
    };
    let session = stored.session;
    if stored.spent_at.is_some() || session.expires_at <= now {
        return Ok(None);
    }
    let account = tx.accounts().find(session.account)?;
    let enabled = account.filter(|account| account.disabled_at.is_none());
    Ok(enabled.map(|account| (session, account)))
}

domain_error!(RenewError {
    Invalid: Unauthenticated, "invalid-refresh-token";
    Token: Internal, "internal-error";
} else { Store });

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::ports::StoredRefreshToken;
    use crate::testing::{MockTx, account, session};

    fn verdict(spent: bool, age: Duration, disabled: bool) -> bool {
        let alices = session(account("alice").id);
        let now = alices.created_at + age;
        let mut tx = MockTx::default();
        tx.sessions.expect_find_refresh().returning(move |_| {
            Ok(Some(StoredRefreshToken {
                session: session(account("alice").id),
                spent_at: spent.then_some(now),
            }))
        });
        tx.accounts.expect_find().returning(move |_| {
            Ok(Some(Account {
                disabled_at: disabled.then_some(now),
                ..account("alice")
            }))
        });
        find(&mut tx, &[1; 32], now).unwrap().is_some()
    }

    #[test]
    fn only_while_session_and_account_are_good() {
        let hour = Duration::from_secs(60 * 60);
        assert!(verdict(false, hour, false));
        assert!(!verdict(true, hour, false));
        assert!(!verdict(false, Session::LIFETIME, false));
        assert!(!verdict(false, hour, true));
    }

    #[test]
    fn a_token_of_a_session_that_was_ended_is_gone() {
        let mut tx = MockTx::default();
        tx.sessions.expect_find_refresh().returning(|_| Ok(None));
        let now = Timestamp::from_seconds(1);
        assert_eq!(find(&mut tx, &[1; 32], now).unwrap(), None);
    }
}
