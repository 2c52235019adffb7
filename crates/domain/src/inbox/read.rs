//! A client reads on from where it was.

use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;

use thiserror::Error;

use super::{Event, EventData, EventKind, Inbox, InboxEvent, Offset, Window};
use crate::accounts::{Account, AccountId};
use crate::contacts::{Acquaintance, is_visible};
use crate::conversations::{ConversationId, ConversationOverview, open_titles};
use crate::envelopes::{Envelope, EnvelopeId};
use crate::files::{File, FileId, show_granted};
use crate::groups::{MemberChange, MemberChangeId};
use crate::keys::{KeyId, KeyOwner, PublicKey};
use crate::messages::{Message, MessageId, Rows as Messages};
use crate::ports::{GrantedFile, StoreError, StoreExt, StoredConversation, Tx};
use crate::sessions::{Actor, SessionId};

/// A stretch of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Events in order, without a hole.
    pub events: Vec<Event>,
    /// Where to read on: the offset of the last event, or what was asked for if there was none.
    pub next: Offset,
    /// What of the log is there.
    pub window: Window,
}

/// The log does not hold what comes after the cursor: it was trimmed, or the cursor is of another life of the
/// database. The client has to read what it needs anew, and then go on from `window.latest`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap(pub Window);

/// Why the log was not read.
#[derive(Debug, Error)]
pub enum ReadInboxError {
    /// Part of what was asked for is no longer there.
    #[error("events after this cursor are no longer kept: read anew and go on from offset {}", .0.0.latest)]
    Gap(Gap),
    /// The account is gone.
    #[error("this account no longer exists")]
    Gone,
    /// Something in the store does not open.
    #[error("a stored message cannot be opened")]
    Sealed(#[from] crate::ports::SealError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What one reading takes from the store.
struct Rows {
    events: Vec<InboxEvent>,
    window: Window,
    messages: Messages,
    envelopes: Vec<Envelope>,
    conversations: Vec<StoredConversation>,
    changes: Vec<MemberChange>,
    keys: Vec<(KeyOwner, PublicKey)>,
    mailbox_keys: Vec<(KeyId, KeyOwner)>,
    own: Option<Account>,
    people: Vec<Acquaintance>,
    files: Vec<GrantedFile>,
}

/// The content that events refer to, by id.
#[derive(Default)]
struct Subjects {
    messages: HashMap<MessageId, Message>,
    envelopes: HashMap<EnvelopeId, Envelope>,
    conversations: HashMap<ConversationId, ConversationOverview>,
    changes: HashMap<MemberChangeId, MemberChange>,
    keys: HashMap<KeyId, (KeyOwner, PublicKey)>,
    mailbox_keys: HashMap<KeyId, KeyOwner>,
    own: Option<Account>,
    people: HashMap<AccountId, Acquaintance>,
    files: HashMap<FileId, File>,
}

impl Inbox {
    /// The most events of one page.
    pub const MAX_PAGE: u32 = 100;

    /// The events after offset `after`, at most `limit` ([`Inbox::MAX_PAGE`] at the most). An empty page means that
    /// there are none yet.
    ///
    /// # Errors
    /// [`ReadInboxError`].
    pub async fn read(
        &self,
        actor: &Actor,
        after: Offset,
        limit: u32,
    ) -> Result<Page, ReadInboxError> {
        let (account, now) = (actor.account(), self.env.now());
        let limit = limit.clamp(1, Self::MAX_PAGE);
        let rows = self
            .env
            .store
            .read(move |tx| load(tx, account, after, limit))
            .await?;
        let files = rows
            .files
            .iter()
            .map(|granted| show_granted(account, granted, &*self.sealer))
            .collect::<Result<_, _>>()?;
        let subjects = Subjects {
            messages: by_id(rows.messages.open(&*self.sealer, now)?, |message| {
                message.id
            }),
            envelopes: by_id(rows.envelopes, |envelope| envelope.id),
            conversations: by_id(
                open_titles(rows.conversations, &*self.sealer)?,
                |overview| overview.id,
            ),
            changes: by_id(rows.changes, |change| change.id),
            keys: by_id(rows.keys, |(_, key)| key.id),
            mailbox_keys: rows.mailbox_keys.into_iter().collect(),
            own: rows.own,
            people: by_id(rows.people, |found| found.account),
            files: by_id(files, |file: &File| file.id),
        };
        let events: Vec<Event> = rows
            .events
            .iter()
            .map(|event| subjects.join(event))
            .collect();
        let next = events.last().map_or(after, |event| event.offset);
        Ok(Page {
            events,
            next,
            window: rows.window,
        })
    }

    /// What of the caller's log is there.
    ///
    /// # Errors
    /// [`ReadInboxError`], but never [`ReadInboxError::Gap`].
    pub async fn window(&self, actor: &Actor) -> Result<Window, ReadInboxError> {
        let account = actor.account();
        self.env
            .store
            .read(move |tx| tx.inbox().window(account)?.ok_or(ReadInboxError::Gone))
            .await
    }
}

fn load(
    tx: &mut dyn Tx,
    account: AccountId,
    after: Offset,
    limit: u32,
) -> Result<Rows, ReadInboxError> {
    let window = tx.inbox().window(account)?.ok_or(ReadInboxError::Gone)?;
    if after.saturating_add(1) < window.earliest || after > window.latest {
        return Err(ReadInboxError::Gap(Gap(window)));
    }
    let events = tx.inbox().page(account, after, limit)?;
    let ids = subjects_of(
        &events,
        &[EventKind::MessageCreated, EventKind::MessageDeleted],
        MessageId::from_bytes,
    );
    let messages = tx.messages().find_many(&ids)?;
    let found: BTreeSet<_> = messages.iter().map(|message| message.id).collect();
    // What is no message in a conversation may be an envelope.
    let others = ids.iter().filter(|id| !found.contains(*id));
    let envelopes: Vec<_> = others
        .map(|id| EnvelopeId::from_bytes(*id.as_bytes()))
        .collect();
    let conversations = subjects_of(
        &events,
        &[
            EventKind::ConversationCreated,
            EventKind::ConversationUpdated,
        ],
        ConversationId::from_bytes,
    );
    // Whoever was told of a change may know of it, also when they are no longer there.
    let changes = subjects_of(
        &events,
        &[
            EventKind::MemberAdded,
            EventKind::MemberRemoved,
            EventKind::MemberChanged,
        ],
        MemberChangeId::from_bytes,
    );
    let shared = subjects(&events, EventKind::FileShared, FileId::from_bytes);
    let keys = subjects(&events, EventKind::KeyChanged, KeyId::from_bytes);
    let found = tx.keys().find_many(&keys)?;
    let in_ring: BTreeSet<_> = found.iter().map(|(_, key)| key.id).collect();
    let others: Vec<_> = keys
        .into_iter()
        .filter(|id| !in_ring.contains(id))
        .collect();
    let renamed = subjects(&events, EventKind::AccountRenamed, AccountId::from_bytes);
    let own = if renamed.contains(&account) {
        tx.accounts().find(account)?
    } else {
        None
    };
    Ok(Rows {
        messages: Messages::load(tx, messages)?,
        envelopes: find_unless_none(&envelopes, |ids| tx.envelopes().find_many(account, ids))?,
        conversations: tx.conversations().find_many(account, &conversations)?,
        changes: find_unless_none(&changes, |ids| tx.groups().find_changes(ids))?,
        keys: found,
        mailbox_keys: find_unless_none(&others, |ids| tx.mailbox_keys().find_owners(ids))?,
        own,
        people: find_people(tx, account, &events)?,
        files: find_unless_none(&shared, |ids| tx.file_grants().find_many(account, ids))?,
        events,
        window,
    })
}

/// Asks for nothing when there is nothing to ask for.
fn find_unless_none<K, T>(
    ids: &[K],
    find: impl FnOnce(&[K]) -> Result<Vec<T>, StoreError>,
) -> Result<Vec<T>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    find(ids)
}

/// Those whom events about other people are about, as far as the owner of the log may know of them now: what a block hides, the
/// log does not tell.
fn find_people(
    tx: &mut dyn Tx,
    owner: AccountId,
    events: &[InboxEvent],
) -> Result<Vec<Acquaintance>, StoreError> {
    let kinds = [
        EventKind::ContactRequested,
        EventKind::ContactAccepted,
        EventKind::ContactRemoved,
        EventKind::AccountRenamed,
    ];
    let ids: BTreeSet<AccountId> = kinds
        .into_iter()
        .flat_map(|kind| subjects(events, kind, AccountId::from_bytes))
        .filter(|id| *id != owner)
        .collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<AccountId> = ids.into_iter().collect();
    let mut people = Vec::new();
    for found in tx.contacts().find_many(owner, &ids)? {
        if is_visible(tx, owner, &found)? {
            people.push(found);
        }
    }
    Ok(people)
}

/// The ids of what the events of one kind are about, each once.
fn subjects<T: Ord>(events: &[InboxEvent], kind: EventKind, id: fn([u8; 16]) -> T) -> Vec<T> {
    subjects_of(events, &[kind], id)
}

/// The same for events of several kinds.
fn subjects_of<T: Ord>(
    events: &[InboxEvent],
    kinds: &[EventKind],
    id: fn([u8; 16]) -> T,
) -> Vec<T> {
    let of_kind = events.iter().filter(|event| kinds.contains(&event.kind));
    of_kind
        .map(|event| id(event.subject))
        .collect::<BTreeSet<T>>()
        .into_iter()
        .collect()
}

fn by_id<K: Eq + Hash, T>(things: Vec<T>, id: fn(&T) -> K) -> HashMap<K, T> {
    things
        .into_iter()
        .map(|thing| (id(&thing), thing))
        .collect()
}

impl Subjects {
    fn join(&self, event: &InboxEvent) -> Event {
        let subject = event.subject;
        let found = match event.kind {
            EventKind::MessageCreated | EventKind::MessageDeleted => {
                let message = self.messages.get(&MessageId::from_bytes(subject)).cloned();
                message.map(EventData::Message).or_else(|| {
                    let envelope = self.envelopes.get(&EnvelopeId::from_bytes(subject));
                    envelope.cloned().map(EventData::Envelope)
                })
            }
            EventKind::ConversationCreated | EventKind::ConversationUpdated => {
                let id = ConversationId::from_bytes(subject);
                self.conversations
                    .get(&id)
                    .cloned()
                    .map(EventData::Conversation)
            }
            EventKind::MemberAdded | EventKind::MemberRemoved | EventKind::MemberChanged => {
                let change = self.changes.get(&MemberChangeId::from_bytes(subject));
                let change = change.cloned();
                change.map(|change| EventData::Members(Box::new(change)))
            }
            EventKind::SessionRevoked => Some(EventData::Session(SessionId::from_bytes(subject))),
            EventKind::KeyChanged => {
                let id = KeyId::from_bytes(subject);
                let found = self.keys.get(&id).cloned();
                let in_ring = found.map(|(owner, key)| EventData::Key(owner, Box::new(key)));
                in_ring.or_else(|| {
                    let owner = self.mailbox_keys.get(&id).cloned();
                    owner.map(EventData::MailboxKey)
                })
            }
            EventKind::AccountRenamed => {
                let id = AccountId::from_bytes(subject);
                let own = self.own.as_ref().filter(|own| own.id == id);
                let own = own.map(|own| own.username.clone());
                let found = || self.people.get(&id).map(|found| found.username.clone());
                own.or_else(found)
                    .map(|username| EventData::Account(id, username))
            }
            EventKind::FileShared => {
                let file = self.files.get(&FileId::from_bytes(subject)).cloned();
                file.map(|file| EventData::File(Box::new(file)))
            }
            EventKind::FileUnshared => Some(EventData::UnsharedFile(FileId::from_bytes(subject))),
            EventKind::AccountDeleted => Some(EventData::Departed(AccountId::from_bytes(subject))),
            EventKind::ContactRequested
            | EventKind::ContactAccepted
            | EventKind::ContactRemoved => {
                let found = self.people.get(&AccountId::from_bytes(subject)).cloned();
                found.map(|found| EventData::Contact(Box::new(found)))
            }
        };
        Event {
            offset: event.offset,
            kind: event.kind,
            created_at: event.created_at,
            data: found.unwrap_or(EventData::Gone),
        }
    }
}

domain_error!(ReadInboxError {
    Gap: Gone, "events-gap";
    Gone: Unauthenticated, "account-gone";
    Sealed: Internal, "internal-error";
} else { Store });

#[cfg(test)]
mod tests;
