//! The operator takes an invite back.

use std::time::Duration;

use thiserror::Error;

use super::{Invite, InviteId, Invites};
use crate::operators::Operator;
use crate::ports::{StoreError, StoreExt};
use crate::{DomainError, ErrorKind};

/// Why no invite was revoked.
#[derive(Debug, Error)]
pub enum RevokeInviteError {
    /// There is none with this id, or it was revoked before.
    #[error("no such invite, or it is revoked already")]
    Unknown,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Invites {
    /// Takes an invite back, and returns it: it makes no further account. Those it has made stay.
    ///
    /// # Errors
    /// [`RevokeInviteError`].
    pub async fn revoke(&self, _: Operator, id: InviteId) -> Result<Invite, RevokeInviteError> {
        let now = self.env.now();
        self.env
            .store
            .write(move |tx| {
                if !tx.invites().revoke(id, now)? {
                    return Err(RevokeInviteError::Unknown);
                }
                tx.invites().find(id)?.ok_or(RevokeInviteError::Unknown)
            })
            .await
    }
}

impl DomainError for RevokeInviteError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Unknown => ErrorKind::NotFound,
            Self::Store(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "unknown-invite",
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
