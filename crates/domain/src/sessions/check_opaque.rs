//! Who stands behind an opaque token.

use thiserror::Error;

use super::{AccessError, Actor, Dialect, OpaqueToken, Sessions};
use crate::ports::{StoreError, StoreExt};

/// Why an opaque token is not taken.
#[derive(Debug, Error)]
pub enum CheckOpaqueError {
    /// It is not good, or not any more.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Sessions {
    /// Whoever stands behind an opaque token of `dialect` ([`OpaqueToken`]). The store is asked each time: a session that
    /// has ended anywhere is no good here at once.
    ///
    /// # Errors
    /// [`CheckOpaqueError`].
    pub async fn check_opaque(
        &self,
        token: &str,
        dialect: Dialect,
    ) -> Result<Actor, CheckOpaqueError> {
        if token.is_empty() || token.len() > OpaqueToken::MAX_LENGTH {
            return Err(AccessError::Invalid.into());
        }
        let digest = self.ports.digester.digest(token.as_bytes());
        let found = self
            .env
            .store
            .ask(move |tx| tx.sessions().find_opaque(&digest))
            .await?;
        let session = found
            .filter(|session| session.dialect == dialect)
            .ok_or(AccessError::Invalid)?;
        if session.expires_at <= self.env.now() {
            return Err(AccessError::Expired.into());
        }
        Ok(Actor::new(
            session.account,
            session.id,
            dialect,
            session.authenticated_at,
        ))
    }
}

domain_error!(CheckOpaqueError {} else { Access, Store });
