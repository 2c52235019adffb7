//! What readings take from the store.

use std::collections::BTreeSet;

use super::{Gap, ReadInboxError, Reading};
use crate::accounts::{Account, AccountId};
use crate::contacts::{Acquaintance, is_visible};
use crate::conversations::ConversationId;
use crate::envelopes::{Envelope, EnvelopeId};
use crate::files::FileId;
use crate::groups::{MemberChange, MemberChangeId};
use crate::inbox::{EventKind, Inbox, InboxEvent, Offset, Window};
use crate::keys::{KeyId, KeyOwner, PublicKey};
use crate::messages::{MessageId, Rows as Messages};
use crate::ports::{GrantedFile, StoreError, StoredConversation, Tx};

/// What one reader is told.
pub(super) struct Rows {
    pub(super) account: AccountId,
    pub(super) after: Offset,
    pub(super) events: Vec<InboxEvent>,
    pub(super) window: Window,
    pub(super) envelopes: Vec<Envelope>,
    pub(super) conversations: Vec<StoredConversation>,
    pub(super) own: Option<Account>,
    pub(super) people: Vec<Acquaintance>,
    pub(super) files: Vec<GrantedFile>,
}

/// What is the same for whoever is told of it.
#[derive(Default)]
pub(super) struct Shared {
    pub(super) messages: Messages,
    pub(super) changes: Vec<MemberChange>,
    pub(super) keys: Vec<(KeyOwner, PublicKey)>,
    pub(super) mailbox_keys: Vec<(KeyId, KeyOwner)>,
}

/// So many events are read at once, whoever they are for; but one for everybody.
const AT_ONCE: usize = 1_000;
/// So many things are asked for with one question to the store.
const ASKED_AT_ONCE: usize = 500;

/// What each reading brings, in their order.
type Loaded = Vec<Result<Rows, ReadInboxError>>;

/// What these readings are told.
pub(super) fn load(tx: &mut dyn Tx, readings: &[Reading]) -> Result<(Loaded, Shared), StoreError> {
    let mut logs = Vec::with_capacity(readings.len());
    let share = u32::try_from(AT_ONCE / readings.len().max(1)).unwrap_or(u32::MAX);
    for reading in readings {
        let limit = reading.limit.min(share).clamp(1, Inbox::MAX_PAGE);
        logs.push(match told(reading, limit) {
            Some(log) => Ok(log),
            None => read_log(tx, reading, limit)?,
        });
    }
    let events: Vec<InboxEvent> = logs
        .iter()
        .flatten()
        .flat_map(|(_, events)| events.iter().copied())
        .collect();
    let (shared, no_messages) = load_shared(tx, &events)?;
    let mut loaded = Vec::with_capacity(logs.len());
    for (reading, log) in readings.iter().zip(logs) {
        loaded.push(match log {
            Ok((window, events)) => Ok(load_own(tx, reading, window, events, &no_messages)?),
            Err(refused) => Err(refused),
        });
    }
    Ok((loaded, shared))
}

/// The events that a reader was told of, if they are the next ones.
fn told(reading: &Reading, limit: u32) -> Option<(Window, Vec<InboxEvent>)> {
    let (first, last) = (reading.told.first()?, reading.told.last()?);
    if first.offset != reading.after.checked_add(1)? {
        return None;
    }
    let window = Window {
        earliest: first.offset,
        latest: last.offset,
    };
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let events = reading.told.iter().take(limit).copied();
    Some((window, events.collect()))
}

/// The next events of one log, or why there are none to tell.
fn read_log(
    tx: &mut dyn Tx,
    reading: &Reading,
    limit: u32,
) -> Result<Result<(Window, Vec<InboxEvent>), ReadInboxError>, StoreError> {
    let (account, after) = (reading.account, reading.after);
    let Some(window) = tx.inbox().window(account)? else {
        return Ok(Err(ReadInboxError::Gone));
    };
    if after.saturating_add(1) < window.earliest || after > window.latest {
        return Ok(Err(ReadInboxError::Gap(Gap(window))));
    }
    if after == window.latest {
        return Ok(Ok((window, Vec::new())));
    }
    let events = tx.inbox().page(account, after, limit)?;
    Ok(Ok((window, events)))
}

/// What these events are about that everybody sees alike; and which of their messages are none.
fn load_shared(
    tx: &mut dyn Tx,
    events: &[InboxEvent],
) -> Result<(Shared, BTreeSet<MessageId>), StoreError> {
    let ids = subjects_of(
        events,
        &[EventKind::MessageCreated, EventKind::MessageDeleted],
        MessageId::from_bytes,
    );
    let messages = find(&ids, |ids| tx.messages().find_many(ids))?;
    let mut no_messages: BTreeSet<MessageId> = ids.into_iter().collect();
    for message in &messages {
        no_messages.remove(&message.id);
    }
    // Whoever was told of a change may know of it, also when they are no longer there.
    let changes = subjects_of(
        events,
        &[
            EventKind::MemberAdded,
            EventKind::MemberRemoved,
            EventKind::MemberChanged,
        ],
        MemberChangeId::from_bytes,
    );
    let keys = subjects(events, EventKind::KeyChanged, KeyId::from_bytes);
    let found = find(&keys, |ids| tx.keys().find_many(ids))?;
    let in_ring: BTreeSet<_> = found.iter().map(|(_, key)| key.id).collect();
    let others: Vec<_> = keys
        .into_iter()
        .filter(|id| !in_ring.contains(id))
        .collect();
    let shared = Shared {
        messages: Messages::load(tx, messages)?,
        changes: find(&changes, |ids| tx.groups().find_changes(ids))?,
        keys: found,
        mailbox_keys: find(&others, |ids| tx.mailbox_keys().find_owners(ids))?,
    };
    Ok((shared, no_messages))
}

/// What the events of one log are about that only its owner sees, or sees in their own way.
fn load_own(
    tx: &mut dyn Tx,
    reading: &Reading,
    window: Window,
    events: Vec<InboxEvent>,
    no_messages: &BTreeSet<MessageId>,
) -> Result<Rows, StoreError> {
    let account = reading.account;
    // What is no message in a conversation may be an envelope.
    let envelopes = subjects_of(
        &events,
        &[EventKind::MessageCreated, EventKind::MessageDeleted],
        MessageId::from_bytes,
    );
    let envelopes: Vec<_> = envelopes
        .iter()
        .filter(|id| no_messages.contains(*id))
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
    let shared = subjects(&events, EventKind::FileShared, FileId::from_bytes);
    let renamed = subjects(&events, EventKind::AccountRenamed, AccountId::from_bytes);
    let own = if renamed.contains(&account) {
        tx.accounts().find(account)?
    } else {
        None
    };
    Ok(Rows {
        account,
        after: reading.after,
        envelopes: find(&envelopes, |ids| tx.envelopes().find_many(account, ids))?,
        conversations: find(&conversations, |ids| {
            tx.conversations().find_many(account, ids)
        })?,
        own,
        people: find_people(tx, account, &events)?,
        files: find(&shared, |ids| tx.file_grants().find_many(account, ids))?,
        events,
        window,
    })
}

/// Asks for at most [`ASKED_AT_ONCE`] things at a time, and not at all when there is nothing to ask for.
fn find<K, T>(
    ids: &[K],
    mut ask: impl FnMut(&[K]) -> Result<Vec<T>, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let mut found = Vec::new();
    for some in ids.chunks(ASKED_AT_ONCE) {
        found.extend(ask(some)?);
    }
    Ok(found)
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

#[cfg(test)]
mod tests;
