//! A member looks at their conversations.

use std::time::Duration;

use thiserror::Error;

use super::{ConversationId, ConversationOverview, Conversations};
use crate::ports::{StoreError, StoreExt};
use crate::sessions::Actor;
use crate::{DomainError, ErrorKind};

/// A stretch of the caller's conversations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConversationPage {
    /// Newest first.
    pub conversations: Vec<ConversationOverview>,
    /// Where to read on; None at the end.
    pub next: Option<ConversationId>,
}

/// Why a conversation is not shown.
#[derive(Debug, Error)]
pub enum ViewConversationError {
    /// There is none, or the caller is not in it: nobody outside can tell which.
    #[error("no such conversation")]
    Unknown,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Conversations {
    /// The most conversations of one page.
    pub const MAX_PAGE: u32 = 100;

    /// The caller's conversations started before `before` (all, if None), newest first, at most `limit`
    /// ([`Conversations::MAX_PAGE`] at the most).
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn list(
        &self,
        actor: &Actor,
        before: Option<ConversationId>,
        limit: u32,
    ) -> Result<ConversationPage, StoreError> {
        let account = actor.account();
        let limit = limit.clamp(1, Self::MAX_PAGE);
        let mut conversations = self
            .env
            .store
            .read(move |tx| {
                // One more than asked for tells whether there is a next page.
                let ids = tx.conversations().page(account, before, limit + 1)?;
                tx.conversations().find_many(account, &ids)
            })
            .await?;
        let asked = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = conversations.len() > asked;
        conversations.truncate(asked);
        let next = conversations.last().filter(|_| more).map(|last| last.id);
        Ok(ConversationPage {
            conversations,
            next,
        })
    }

    /// One of the caller's conversations.
    ///
    /// # Errors
    /// [`ViewConversationError`].
    pub async fn view(
        &self,
        actor: &Actor,
        id: ConversationId,
    ) -> Result<ConversationOverview, ViewConversationError> {
        let account = actor.account();
        self.env
            .store
            .read(move |tx| {
                tx.conversations()
                    .find_many(account, &[id])?
                    .pop()
                    .ok_or(ViewConversationError::Unknown)
            })
            .await
    }
}

impl DomainError for ViewConversationError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Unknown => ErrorKind::NotFound,
            Self::Store(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "unknown-conversation",
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
