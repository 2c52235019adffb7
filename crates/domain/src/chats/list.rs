//! Somebody looks at their conversations.

use std::collections::{BTreeMap, HashMap};

use thiserror::Error;

use super::open::{Opened, Rows};
use super::{Chat, ChatList, ChatMessage, ChatNumber, Chats};
use crate::Timestamp;
use crate::accounts::AccountId;
use crate::conversations::{ConversationId, ConversationKind, ConversationOverview};
use crate::messages::Reach;
use crate::ports::{NumberedConversation, SealError, StoreError, StoreExt, Tx};
use crate::presence::Presence;
use crate::profiles::{self, Person};
use crate::sessions::Actor;

/// Why a conversation is not shown.
#[derive(Debug, Error)]
pub enum ViewChatError {
    /// There is none of this number, or the caller is not in it: nobody outside can tell which.
    #[error("no such conversation")]
    Unknown,
    /// A stored message or the name of its file does not open.
    #[error("a stored message cannot be opened")]
    Sealed(#[from] SealError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

domain_error!(ViewChatError {
    Unknown: NotFound, "unknown-conversation";
    Sealed: Internal, "internal-error";
} else { Store });

/// Conversations as they rest.
struct Loaded {
    numbered: Vec<(NumberedConversation, (AccountId, AccountId))>,
    people: Vec<Person>,
    rows: Rows,
    now: Timestamp,
}

impl Chats {
    /// The caller's conversations, newest first, each with its last message; at most [`Chats::MAX_LISTED`]. One that was
    /// begun elsewhere gets its number now.
    ///
    /// # Errors
    /// [`ViewChatError`].
    pub async fn list(&self, actor: &Actor) -> Result<ChatList, ViewChatError> {
        let (viewer, now) = (actor.account(), self.env.now());
        let (mut found, nameless) = self.env.store.read(move |tx| find(tx, viewer)).await?;
        if !nameless.is_empty() {
            self.env
                .store
                .write(move |tx| give_numbers(tx, &nameless))
                .await?;
            (found, _) = self.env.store.read(move |tx| find(tx, viewer)).await?;
        }
        let most = usize::try_from(Self::MAX_LISTED).unwrap_or(usize::MAX);
        let truncated = found.len() > most;
        found.truncate(most);
        let presence = self.presence.clone();
        let loaded = self
            .env
            .store
            .read(move |tx| load(tx, &presence, viewer, found.clone(), now))
            .await?;
        Ok(ChatList {
            chats: self.assemble(loaded)?,
            truncated,
        })
    }

    /// One of the caller's conversations, with its newest [`Chats::MAX_SHOWN`] messages.
    ///
    /// # Errors
    /// [`ViewChatError`].
    pub async fn view(&self, actor: &Actor, number: ChatNumber) -> Result<Chat, ViewChatError> {
        let (viewer, now) = (actor.account(), self.env.now());
        let presence = self.presence.clone();
        let loaded = self
            .env
            .store
            .read(move |tx| view(tx, &presence, viewer, number, now))
            .await?;
        self.assemble(loaded)?.pop().ok_or(ViewChatError::Unknown)
    }

    /// What was loaded, for its readers. Conversations one of whose two has left meanwhile are passed over.
    fn assemble(&self, loaded: Loaded) -> Result<Vec<Chat>, SealError> {
        let mut messages: HashMap<ConversationId, Vec<ChatMessage>> = HashMap::new();
        for Opened {
            conversation,
            message,
        } in loaded.rows.open(&*self.sealer, loaded.now)?
        {
            messages.entry(conversation).or_default().push(message);
        }
        let people: BTreeMap<AccountId, Person> = loaded
            .people
            .into_iter()
            .map(|person| (person.account, person))
            .collect();
        let chats = loaded.numbered.into_iter().filter_map(|(numbered, pair)| {
            Some(Chat {
                number: numbered.number,
                initiator: people.get(&numbered.initiator)?.clone(),
                receiver: people.get(&numbered.receiver(pair))?.clone(),
                messages: messages.remove(&numbered.conversation).unwrap_or_default(),
            })
        });
        Ok(chats.collect())
    }
}

type Found = Vec<(NumberedConversation, (AccountId, AccountId))>;

/// The viewer's conversations that have numbers, one more than are shown; and those that have none.
fn find(
    tx: &mut dyn Tx,
    viewer: AccountId,
) -> Result<(Found, Vec<ConversationOverview>), StoreError> {
    // Groups have no chats: the dialect knows two, an initiator and a receiver.
    let pairs = Some(ConversationKind::Pair);
    let ids = tx
        .conversations()
        .page(viewer, pairs, None, Chats::MAX_LISTED + 1)?;
    let stored = tx.conversations().find_many(viewer, &ids)?;
    let overviews = stored.into_iter().map(|stored| stored.overview);
    let numbered: HashMap<ConversationId, NumberedConversation> = tx
        .chats()
        .find_many(&ids)?
        .into_iter()
        .map(|numbered| (numbered.conversation, numbered))
        .collect();
    let (mut found, mut nameless) = (Vec::new(), Vec::new());
    for overview in overviews {
        match (numbered.get(&overview.id), pair_of(&overview)) {
            (Some(numbered), Some(pair)) => found.push((*numbered, pair)),
            (None, Some(_)) => nameless.push(overview),
            (_, None) => {}
        }
    }
    Ok((found, nameless))
}

fn pair_of(overview: &ConversationOverview) -> Option<(AccountId, AccountId)> {
    match overview.members.as_slice() {
        [one, other] => Some((one.account, other.account)),
        _ => None,
    }
}

/// Who began a conversation elsewhere is not known: whoever said the first word counts as the one.
fn give_numbers(tx: &mut dyn Tx, nameless: &[ConversationOverview]) -> Result<(), StoreError> {
    // Oldest first, as they would have got them here.
    for overview in nameless.iter().rev() {
        let first = tx.messages().page(overview.id, Reach::After(0), 1)?.pop();
        let initiator = first
            .map(|message| message.sender)
            .or_else(|| pair_of(overview).map(|(one, _)| one));
        if let Some(initiator) = initiator {
            tx.chats().find_or_number(overview.id, initiator)?;
        }
    }
    Ok(())
}

fn load(
    tx: &mut dyn Tx,
    presence: &Presence,
    viewer: AccountId,
    numbered: Found,
    now: Timestamp,
) -> Result<Loaded, StoreError> {
    let mut last = Vec::with_capacity(numbered.len());
    for (numbered, _) in &numbered {
        last.extend(
            tx.chats()
                .page_texts(numbered.conversation, Reach::Before(None), now, 1)?,
        );
    }
    let people = people(tx, presence, viewer, &numbered, now)?;
    Ok(Loaded {
        numbered,
        people,
        rows: Rows::load(tx, last)?,
        now,
    })
}

fn view(
    tx: &mut dyn Tx,
    presence: &Presence,
    viewer: AccountId,
    number: ChatNumber,
    now: Timestamp,
) -> Result<Loaded, ViewChatError> {
    let found = tx.chats().find_by_number(viewer, number)?;
    let found = found.ok_or(ViewChatError::Unknown)?;
    let overview = tx
        .conversations()
        .find_many(viewer, &[found.conversation])?
        .pop();
    let pair = overview.and_then(|stored| pair_of(&stored.overview));
    let numbered = vec![(found, pair.ok_or(ViewChatError::Unknown)?)];
    let all = Reach::Before(None);
    let messages = tx
        .chats()
        .page_texts(found.conversation, all, now, Chats::MAX_SHOWN)?;
    let people = people(tx, presence, viewer, &numbered, now)?;
    Ok(Loaded {
        numbered,
        people,
        rows: Rows::load(tx, messages)?,
        now,
    })
}

fn people(
    tx: &mut dyn Tx,
    presence: &Presence,
    viewer: AccountId,
    numbered: &Found,
    now: Timestamp,
) -> Result<Vec<Person>, StoreError> {
    let mut ids: Vec<AccountId> = numbered
        .iter()
        .flat_map(|(_, (one, other))| [*one, *other])
        .collect();
    ids.sort_unstable();
    ids.dedup();
    Ok(profiles::load(tx, presence, viewer, &ids, now)?.0)
}
