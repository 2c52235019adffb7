//! A member looks at their conversations.

use thiserror::Error;

use super::{ConversationId, ConversationOverview, Conversations, open_title, open_titles};
use crate::ports::{SealError, StoreError, StoreExt};
use crate::sessions::Actor;

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
    /// A stored title does not open.
    #[error("a stored title cannot be opened")]
    Sealed(#[from] SealError),
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
    /// [`ViewConversationError`], but never [`ViewConversationError::Unknown`].
    pub async fn list(
        &self,
        actor: &Actor,
        before: Option<ConversationId>,
        limit: u32,
    ) -> Result<ConversationPage, ViewConversationError> {
        let account = actor.account();
        let limit = limit.clamp(1, Self::MAX_PAGE);
        let mut stored = self
            .env
            .store
            .read(move |tx| {
                // One more than asked for tells whether there is a next page.
                let ids = tx.conversations().page(account, None, before, limit + 1)?;
                Ok::<_, ViewConversationError>(tx.conversations().find_many(account, &ids)?)
            })
            .await?;
        let asked = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = stored.len() > asked;
        stored.truncate(asked);
        let conversations = open_titles(stored, &*self.sealer)?;
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
        let stored = self
            .env
            .store
            .read(move |tx| {
                tx.conversations()
                    .find_many(account, &[id])?
                    .pop()
                    .ok_or(ViewConversationError::Unknown)
            })
            .await?;
        Ok(open_title(stored, &*self.sealer)?)
    }
}

domain_error!(ViewConversationError {
    Unknown: NotFound, "unknown-conversation";
    Sealed: Internal, "internal-error";
} else { Store });
