//! Whether an access token is good now: the rules of RFC 7519 and RFC 9068, beyond the signature.

use std::time::Duration;

use thiserror::Error;

use super::revocations::Standing;
use super::{Actor, Dialect, RefreshToken, Session, Sessions};
use crate::accounts::Account;
use crate::ports::{AccessClaims, TokenError, TokenId};
use crate::{DomainError, ErrorKind, Timestamp};

/// How far the clocks of two instances may differ.
const LEEWAY: Duration = Duration::from_secs(5);

/// Why an access token is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AccessError {
    /// Not a token of this server, or not one for this API.
    #[error("the access token is not valid here")]
    Invalid,
    /// It was good once.
    #[error("the access token has expired: refresh the session or log in again")]
    Expired,
    /// Its session was ended before its time.
    #[error("the session has been ended: log in again")]
    Ended,
    /// This instance has not heard of ended sessions for too long and vouches for nobody.
    #[error("tokens cannot be checked at the moment")]
    Unavailable,
}

impl Sessions {
    /// Whoever stands behind an access token of `dialect`.
    ///
    /// # Errors
    /// [`AccessError`].
    pub fn check_access(&self, token: &str, dialect: Dialect) -> Result<Actor, AccessError> {
        let claims = self
            .ports
            .signer
            .verify(token)
            .map_err(|_| AccessError::Invalid)?;
        let now = self.env.now();
        let actor = judge(&claims, &self.issuer, dialect, now)?;
        match self.revocations.standing(actor.session(), now) {
            Standing::Alive => Ok(actor),
            Standing::Ended => Err(AccessError::Ended),
            Standing::Unknown => Err(AccessError::Unavailable),
        }
    }

    /// A new access token for `session` of `account`, to go with this refresh token.
    pub(super) fn issue_access(
        &self,
        session: &Session,
        account: &Account,
        refresh: &RefreshToken,
        now: Timestamp,
    ) -> Result<String, TokenError> {
        self.ports.signer.sign(&AccessClaims {
            token_id: refresh.id_of_access(&*self.ports.digester),
            expires_at: (now + session.dialect.access_lifetime()).min(session.expires_at),
            ..self.claims(session, account, now)
        })
    }

    /// A refresh token of this id for `session` of `account`, where refresh tokens have ids.
    pub(super) fn issue_refresh(
        &self,
        session: &Session,
        account: &Account,
        id: TokenId,
        now: Timestamp,
    ) -> Result<RefreshToken, TokenError> {
        let jwt = self.ports.signer.sign_refresh(&AccessClaims {
            token_id: Some(id),
            expires_at: (now + session.dialect.refresh_lifetime()).min(session.expires_at),
            ..self.claims(session, account, now)
        })?;
        Ok(RefreshToken::identified(jwt, id))
    }

    /// What every token of a session says; it ends with the session.
    pub(super) fn claims(
        &self,
        session: &Session,
        account: &Account,
        now: Timestamp,
    ) -> AccessClaims {
        let named = session.dialect.has_named_tokens();
        AccessClaims {
            issuer: self.issuer.to_string(),
            audience: session.dialect.audience().to_owned(),
            account: session.account,
            username: named.then(|| account.username.as_str().to_owned()),
            token_id: None,
            session: session.id,
            issued_at: now,
            expires_at: session.expires_at,
            authenticated_at: session.authenticated_at,
        }
    }
}

/// What claims of either kind must say to be good now.
pub(super) fn judge(
    claims: &AccessClaims,
    issuer: &str,
    dialect: Dialect,
    now: Timestamp,
) -> Result<Actor, AccessError> {
    if claims.issuer != issuer
        || claims.audience != dialect.audience()
        || claims.issued_at > now + LEEWAY
    {
        return Err(AccessError::Invalid);
    }
    if claims.expires_at + LEEWAY <= now {
        return Err(AccessError::Expired);
    }
    Ok(Actor::new(
        claims.account,
        claims.session,
        dialect,
        claims.authenticated_at,
    ))
}

impl DomainError for AccessError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Invalid | Self::Expired | Self::Ended => ErrorKind::Unauthenticated,
            Self::Unavailable => ErrorKind::Unavailable,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Invalid => "invalid-token",
            Self::Expired => "expired-token",
            Self::Ended => "session-ended",
            Self::Unavailable => "tokens-unavailable",
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        matches!(self, Self::Unavailable).then_some(Duration::from_secs(2))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::AccountId;
    use crate::sessions::SessionId;

    const NOW: Timestamp = Timestamp::from_seconds(1_000_000);

    fn claims() -> AccessClaims {
        AccessClaims {
            issuer: "https://us".to_owned(),
            audience: Dialect::Native.audience().to_owned(),
            account: AccountId::from_bytes([1; 16]),
            username: None,
            token_id: None,
            session: SessionId::from_bytes([2; 16]),
            issued_at: NOW - Duration::from_secs(60),
            expires_at: NOW + Duration::from_secs(60),
            authenticated_at: NOW - Duration::from_secs(600),
        }
    }

    fn verdict(claims: &AccessClaims) -> Result<Actor, AccessError> {
        judge(claims, "https://us", Dialect::Native, NOW)
    }

    #[test]
    fn a_good_token_names_its_actor() {
        let actor = verdict(&claims()).unwrap();
        assert_eq!(actor.account(), AccountId::from_bytes([1; 16]));
        assert_eq!(actor.session(), SessionId::from_bytes([2; 16]));
        assert_eq!(actor.authenticated_at(), NOW - Duration::from_secs(600));
    }

    #[test]
    fn each_wrong_claim_is_refused() {
        let wrong = [
            AccessClaims {
                issuer: "https://them".to_owned(),
                ..claims()
            },
            AccessClaims {
                audience: Dialect::Vault.audience().to_owned(),
                ..claims()
            },
            AccessClaims {
                issued_at: NOW + Duration::from_secs(6),
                ..claims()
            },
        ];
        for claims in wrong {
            assert_eq!(verdict(&claims), Err(AccessError::Invalid));
        }
    }

    #[test]
    fn it_expires_after_the_leeway() {
        let expired = |ago| AccessClaims {
            expires_at: NOW - Duration::from_secs(ago),
            ..claims()
        };
        assert!(verdict(&expired(4)).is_ok());
        assert_eq!(verdict(&expired(5)), Err(AccessError::Expired));
    }
}
