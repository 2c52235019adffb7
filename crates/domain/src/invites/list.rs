//! The operator looks at the invites.

use std::time::Duration;

use thiserror::Error;

use super::{Invite, InviteId, InviteUse, Invites};
use crate::operators::Operator;
use crate::ports::{StoreError, StoreExt, Tx};
use crate::{DomainError, ErrorKind};

/// A stretch of the invites.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvitePage {
    /// Newest first.
    pub invites: Vec<Invite>,
    /// Where to read on; None at the end.
    pub next: Option<InviteId>,
}

/// Why an invite is not shown.
#[derive(Debug, Error)]
pub enum ViewInviteError {
    /// There is none with this id.
    #[error("no such invite")]
    Unknown,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Invites {
    /// The most invites of one page.
    pub const MAX_PAGE: u32 = 200;

    /// The invites made before `before` (all, if None), newest first, at most `limit` ([`Invites::MAX_PAGE`] at the most).
    /// Those that are no longer good are among them.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn list(
        &self,
        _: Operator,
        before: Option<InviteId>,
        limit: u32,
    ) -> Result<InvitePage, StoreError> {
        let limit = limit.clamp(1, Self::MAX_PAGE);
        let mut invites = self
            .env
            .store
            // One more than asked for tells whether there is a next page.
            .ask(move |tx| tx.invites().page(before, limit + 1))
            .await?;
        let asked = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = invites.len() > asked;
        invites.truncate(asked);
        let next = invites.last().filter(|_| more).map(|last| last.id);
        Ok(InvitePage { invites, next })
    }

    /// One invite, with the accounts it has made and that are still there, oldest first.
    ///
    /// # Errors
    /// [`ViewInviteError`].
    pub async fn view(
        &self,
        _: Operator,
        id: InviteId,
    ) -> Result<(Invite, Vec<InviteUse>), ViewInviteError> {
        self.env.store.read(move |tx| view(tx, id)).await
    }
}

fn view(tx: &mut dyn Tx, id: InviteId) -> Result<(Invite, Vec<InviteUse>), ViewInviteError> {
    let invite = tx.invites().find(id)?.ok_or(ViewInviteError::Unknown)?;
    Ok((invite, tx.invites().list_uses(id)?))
}

impl DomainError for ViewInviteError {
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
