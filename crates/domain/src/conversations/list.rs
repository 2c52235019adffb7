//! A member looks at their conversations.

use std::collections::HashMap;

use thiserror::Error;

use super::{
    ConversationId, ConversationOverview, Conversations, Markers, open_title, open_titles,
};
use crate::Timestamp;
use crate::accounts::AccountId;
use crate::messages::{Message, Rows};
use crate::ports::{Progress, SealError, StoreError, StoreExt, StoredConversation, Tx};
use crate::sessions::Actor;

/// When a conversation was last active, by which lists are sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Activity {
    /// When the last message came; when the conversation was started, if there is none.
    pub at: Timestamp,
    /// Which conversation: of the same moment, the higher id comes first.
    pub conversation: ConversationId,
}

/// A conversation as it stands in its member's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The conversation.
    pub overview: ConversationOverview,
    /// Its last message, also if it was deleted; None if there is none that the member may see, or its time is over.
    pub last_message: Option<Message>,
    /// Where the member is.
    pub markers: Markers,
    /// How many messages of others come after what the member has read, among the last [`Conversations::MAX_UNREAD`].
    pub unread: u64,
}

/// A stretch of the caller's conversations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConversationPage {
    /// The last active first.
    pub conversations: Vec<Listed>,
    /// Where to read on; None at the end.
    pub next: Option<Activity>,
}

/// A stretch of the caller's conversations in the order they were started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartedPage {
    /// Newest first.
    pub conversations: Vec<ConversationOverview>,
    /// Where to read on; None at the end.
    pub next: Option<ConversationId>,
}

/// Why no list is shown.
#[derive(Debug, Error)]
pub enum ListConversationsError {
    /// A stored message or title does not open.
    #[error("a stored message or title cannot be opened")]
    Sealed(#[from] SealError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

domain_error!(ListConversationsError {
    Sealed: Internal, "internal-error";
} else { Store });

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

/// What one reading takes from the store.
struct Loaded {
    stored: Vec<StoredConversation>,
    progress: HashMap<ConversationId, Progress>,
    last: Rows,
    next: Option<Activity>,
}

impl Conversations {
    /// The most conversations of one page.
    pub const MAX_PAGE: u32 = 100;
    /// Among how many messages of a conversation unread ones are counted: there are never more.
    pub const MAX_UNREAD: u32 = 999;

    /// The caller's conversations that were last active before `before` (all, if None), the last active first, at most `limit`
    /// ([`Conversations::MAX_PAGE`] at the most). One that becomes active while somebody reads on moves to the front: it is
    /// not read twice, and the inbox tells why it is not where it was.
    ///
    /// # Errors
    /// [`ListConversationsError`].
    pub async fn list(
        &self,
        actor: &Actor,
        before: Option<Activity>,
        limit: u32,
    ) -> Result<ConversationPage, ListConversationsError> {
        let (account, now) = (actor.account(), self.env.now());
        let limit = limit.clamp(1, Self::MAX_PAGE);
        let loaded: Result<Loaded, StoreError> = self
            .env
            .store
            .read(move |tx| load(tx, account, before, limit, now))
            .await;
        let Loaded {
            stored,
            progress,
            last,
            next,
        } = loaded?;
        let overviews = open_titles(stored, &*self.sealer)?;
        let mut last: HashMap<ConversationId, Message> = last
            .open(&*self.sealer, now)?
            .into_iter()
            .filter(|message| !message.is_over(now))
            .map(|message| (message.conversation, message))
            .collect();
        let conversations = overviews.into_iter().map(|overview| {
            let progress = progress.get(&overview.id);
            Listed {
                last_message: last.remove(&overview.id),
                markers: progress.map(|found| found.markers).unwrap_or_default(),
                unread: progress.map_or(0, |found| found.unread),
                overview,
            }
        });
        Ok(ConversationPage {
            conversations: conversations.collect(),
            next,
        })
    }

    /// The caller's conversations started before `before` (all, if None), newest first, at most `limit`
    /// ([`Conversations::MAX_PAGE`] at the most): for who wants to read all of them and miss none that becomes active
    /// meanwhile.
    ///
    /// # Errors
    /// [`ViewConversationError`], but never [`ViewConversationError::Unknown`].
    pub async fn list_started(
        &self,
        actor: &Actor,
        before: Option<ConversationId>,
        limit: u32,
    ) -> Result<StartedPage, ViewConversationError> {
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
        Ok(StartedPage {
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

fn load(
    tx: &mut dyn Tx,
    account: AccountId,
    before: Option<Activity>,
    limit: u32,
    now: Timestamp,
) -> Result<Loaded, StoreError> {
    // One more than asked for tells whether there is a next page.
    let mut active = tx
        .conversations()
        .page_by_activity(account, before, limit + 1)?;
    let asked = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = active.len() > asked;
    active.truncate(asked);
    let next = active.last().filter(|_| more).copied();
    let ids: Vec<ConversationId> = active.iter().map(|active| active.conversation).collect();
    let mut stored: HashMap<ConversationId, StoredConversation> = tx
        .conversations()
        .find_many(account, &ids)?
        .into_iter()
        .map(|stored| (stored.overview.id, stored))
        .collect();
    let progress = tx.conversations().find_progress(account, &ids, now)?;
    let progress: HashMap<ConversationId, Progress> = progress
        .into_iter()
        .map(|progress| (progress.conversation, progress))
        .collect();
    let mut last = tx.messages().find_last(&ids)?;
    last.retain(|message| {
        let progress = progress.get(&message.conversation);
        progress.is_some_and(|progress| message.seq >= progress.first_seq)
    });
    Ok(Loaded {
        stored: ids.iter().filter_map(|id| stored.remove(id)).collect(),
        progress,
        last: Rows::load(tx, last)?,
        next,
    })
}
