//! The operator makes an invite.

use std::time::Duration;

use thiserror::Error;

use super::{Invite, InviteCode, Invites};
use crate::operators::Operator;
use crate::ports::{StoreError, StoreExt};
use crate::{DomainError, ErrorKind};

/// Asks for an invite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CreateInvite {
    /// How many accounts it can make.
    pub uses: u32,
    /// How long it is good.
    pub lifetime: Duration,
}

/// Why there is no invite.
#[derive(Debug, Error)]
pub enum CreateInviteError {
    /// None, or more than [`Invite::MAX_USES`].
    #[error("an invite is good for 1 to 1000 accounts")]
    Uses,
    /// None, or longer than [`Invite::MAX_LIFETIME`].
    #[error("an invite is good for a second at least and 365 days at most")]
    Lifetime,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Invites {
    /// Makes an invite. This is the only time its code can be seen.
    ///
    /// # Errors
    /// [`CreateInviteError`].
    pub async fn create(
        &self,
        operator: Operator,
        command: CreateInvite,
    ) -> Result<(Invite, InviteCode), CreateInviteError> {
        check(command)?;
        let now = self.env.now();
        let invite = Invite {
            id: self.env.new_id(),
            made_by: operator.user_id(),
            uses: command.uses,
            used: 0,
            created_at: now,
            expires_at: now + command.lifetime,
            revoked_at: None,
        };
        let code = InviteCode::from_bytes(self.env.random());
        let digest = code.digest(&*self.digester);
        self.env
            .store
            .write(move |tx| tx.invites().insert(&invite, &digest))
            .await?;
        Ok((invite, code))
    }
}

fn check(command: CreateInvite) -> Result<(), CreateInviteError> {
    if !(1..=Invite::MAX_USES).contains(&command.uses) {
        return Err(CreateInviteError::Uses);
    }
    if !(Duration::from_secs(1)..=Invite::MAX_LIFETIME).contains(&command.lifetime) {
        return Err(CreateInviteError::Lifetime);
    }
    Ok(())
}

impl DomainError for CreateInviteError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Uses | Self::Lifetime => ErrorKind::Invalid,
            Self::Store(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Uses => "invalid-uses",
            Self::Lifetime => "invalid-lifetime",
            Self::Store(error) => error.code(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::Uses => Some("uses"),
            Self::Lifetime => Some("expires"),
            Self::Store(_) => None,
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
    use super::*;

    #[test]
    fn uses_and_lifetime_have_bounds() {
        let command = |uses, lifetime| CreateInvite { uses, lifetime };
        let day = Duration::from_secs(86_400);
        assert!(check(command(1, day)).is_ok());
        assert!(check(command(1_000, Invite::MAX_LIFETIME)).is_ok());
        for uses in [0, 1_001] {
            assert!(matches!(
                check(command(uses, day)),
                Err(CreateInviteError::Uses)
            ));
        }
        for lifetime in [Duration::ZERO, Invite::MAX_LIFETIME + day] {
            assert!(matches!(
                check(command(1, lifetime)),
                Err(CreateInviteError::Lifetime)
            ));
        }
    }
}
