//! What events are about becomes what is told of them.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use super::rows::{Rows, Shared};
use super::{Page, ReadInboxError};
use crate::Timestamp;
use crate::accounts::{Account, AccountId};
use crate::contacts::Acquaintance;
use crate::conversations::{ConversationId, ConversationOverview, open_titles};
use crate::envelopes::{Envelope, EnvelopeId};
use crate::files::{File, FileId, show_granted};
use crate::groups::{MemberChange, MemberChangeId};
use crate::inbox::{Event, EventData, EventKind, InboxEvent};
use crate::keys::{KeyId, KeyOwner, PublicKey};
use crate::messages::{Message, MessageId};
use crate::ports::{SealError, Sealer};
use crate::sessions::SessionId;

/// What everybody sees alike, by id.
#[derive(Default)]
pub(super) struct Opened {
    messages: HashMap<MessageId, Result<Arc<Message>, SealError>>,
    changes: HashMap<MemberChangeId, MemberChange>,
    keys: HashMap<KeyId, (KeyOwner, PublicKey)>,
    mailbox_keys: HashMap<KeyId, KeyOwner>,
}

/// What one reader sees, by id.
#[derive(Default)]
struct Own {
    envelopes: HashMap<EnvelopeId, Envelope>,
    conversations: HashMap<ConversationId, ConversationOverview>,
    account: Option<Account>,
    people: HashMap<AccountId, Acquaintance>,
    files: HashMap<FileId, File>,
}

impl Opened {
    /// What it says at `now`.
    pub(super) fn of(shared: Shared, sealer: &dyn Sealer, now: Timestamp) -> Self {
        let messages = shared.messages.open_each(sealer, now);
        Self {
            messages: messages
                .map(|(id, message)| (id, message.map(Arc::new)))
                .collect(),
            changes: by_id(shared.changes, |change| change.id),
            keys: by_id(shared.keys, |(_, key)| key.id),
            mailbox_keys: shared.mailbox_keys.into_iter().collect(),
        }
    }

    /// One reader's page.
    pub(super) fn page(&self, rows: Rows, sealer: &dyn Sealer) -> Result<Page, ReadInboxError> {
        let (account, after) = (rows.account, rows.after);
        let files = rows.files.iter();
        let files = files
            .map(|granted| show_granted(account, granted, sealer))
            .collect::<Result<_, _>>()?;
        let own = Own {
            envelopes: by_id(rows.envelopes, |envelope| envelope.id),
            conversations: by_id(open_titles(rows.conversations, sealer)?, |overview| {
                overview.id
            }),
            account: rows.own,
            people: by_id(rows.people, |found| found.account),
            files: by_id(files, |file: &File| file.id),
        };
        let events = rows.events.iter();
        let events: Vec<Event> = events
            .map(|event| self.join(&own, event))
            .collect::<Result<_, _>>()?;
        let next = events.last().map_or(after, |event| event.offset);
        Ok(Page {
            events,
            next,
            window: rows.window,
        })
    }

    fn join(&self, own: &Own, event: &InboxEvent) -> Result<Event, SealError> {
        let subject = event.subject;
        let found = match event.kind {
            EventKind::MessageCreated | EventKind::MessageDeleted => {
                let message = self.messages.get(&MessageId::from_bytes(subject)).cloned();
                message.transpose()?.map(EventData::Message).or_else(|| {
                    let envelope = own.envelopes.get(&EnvelopeId::from_bytes(subject));
                    envelope.cloned().map(EventData::Envelope)
                })
            }
            EventKind::ConversationCreated | EventKind::ConversationUpdated => {
                let id = ConversationId::from_bytes(subject);
                own.conversations
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
                let reader = own.account.as_ref().filter(|reader| reader.id == id);
                let reader = reader.map(|reader| reader.username.clone());
                let found = || own.people.get(&id).map(|found| found.username.clone());
                reader
                    .or_else(found)
                    .map(|username| EventData::Account(id, username))
            }
            EventKind::FileShared => {
                let file = own.files.get(&FileId::from_bytes(subject)).cloned();
                file.map(|file| EventData::File(Box::new(file)))
            }
            EventKind::FileUnshared => Some(EventData::UnsharedFile(FileId::from_bytes(subject))),
            EventKind::AccountDeleted => Some(EventData::Departed(AccountId::from_bytes(subject))),
            EventKind::ContactRequested
            | EventKind::ContactAccepted
            | EventKind::ContactRemoved => {
                let found = own.people.get(&AccountId::from_bytes(subject)).cloned();
                found.map(|found| EventData::Contact(Box::new(found)))
            }
        };
        Ok(Event {
            offset: event.offset,
            kind: event.kind,
            created_at: event.created_at,
            data: found.unwrap_or(EventData::Gone),
        })
    }
}

fn by_id<K: Eq + Hash, T>(things: Vec<T>, id: fn(&T) -> K) -> HashMap<K, T> {
    things
        .into_iter()
        .map(|thing| (id(&thing), thing))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_about_what_is_gone_says_so() {
        let event = InboxEvent {
            offset: 7,
            kind: EventKind::MessageCreated,
            subject: [1; 16],
            created_at: Timestamp::from_seconds(1),
        };
        let told = Opened::default().join(&Own::default(), &event).unwrap();
        assert_eq!(told.data, EventData::Gone);
    }
}
