//! Events as clients see them, on a socket and in a long poll alike.

use std::collections::HashMap;
use std::sync::Arc;

use sealpost_domain::Timestamp;
use sealpost_domain::contacts::Acquaintance;
use sealpost_domain::groups::{MemberChange, NamedAccount};
use sealpost_domain::inbox::{Event, EventData, EventKind, Offset};
use sealpost_domain::messages::MessageId;
use sealpost_domain::sessions::SessionId;
use serde::{Serialize, Serializer};
use serde_json::value::{RawValue, to_raw_value};
use utoipa::ToSchema;

use crate::v1::conversations::{ConversationView, RoleView, UserView};
use crate::v1::files::FileView;
use crate::v1::keys::KeyView;
use crate::v1::messages::MessageView;
use crate::wire::WireTime;

/// Something that happened to an account.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Event)]
pub(crate) struct EventView {
    /// Its place in the account's log: 1 for the first, and no holes.
    #[schema(value_type = u64, example = 7, minimum = 1)]
    pub(crate) offset: Offset,
    /// What happened: `message.created`, `message.deleted`, `conversation.created`, `session.revoked`, `key.changed`,
    /// `account.renamed`, `account.deleted`, `contact.requested`, `contact.accepted`, `contact.removed`,
    /// `conversation.updated`, `member.added`, `member.removed`, `member.changed`, `file.shared`, `file.unshared`. More will
    /// come: pass over what you do not know.
    #[serde(rename = "type")]
    #[schema(value_type = String, example = "message.created")]
    pub(crate) kind: &'static str,
    /// When it was written.
    #[schema(value_type = String, format = "date-time", example = "2026-11-21T13:04:05.678Z")]
    pub(crate) created_at: WireTime,
    #[schema(value_type = EventDataView)]
    pub(crate) data: EventJson,
}

/// The content of an event as JSON without line breaks; the same for everybody who is told of the same message.
#[derive(Debug, Clone)]
pub(crate) struct EventJson(Arc<RawValue>);

impl Serialize for EventJson {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

/// What the event is about, as it is now; null if it is no longer there.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = EventData)]
enum EventDataView {
    /// `message.created`, `message.deleted`
    Message(MessageView),
    /// `conversation.created`, `conversation.updated`
    Conversation(ConversationView),
    /// `session.revoked`
    Session(RevokedSession),
    /// `key.changed`
    Key(ChangedKey),
    /// `account.renamed`
    Account(RenamedAccount),
    /// `account.deleted`
    Departed(DeletedAccount),
    /// `member.added`, `member.removed`, `member.changed`
    Members(ChangedMember),
    /// `contact.requested`, `contact.accepted`, `contact.removed`
    Contact(ChangedContact),
    /// `file.shared`
    File(FileView),
    /// `file.unshared`
    UnsharedFile(UnsharedFile),
    /// What the event was about is no longer there.
    Gone,
}

/// A file that was shared with you and is not any more.
#[derive(Serialize, ToSchema)]
struct UnsharedFile {
    /// Names the file.
    #[schema(format = "uuid", example = "019aa6b0-7c3a-7d52-9a5e-0242ac120004")]
    file_id: String,
}

/// A key that was published or withdrawn, and whose it is.
#[derive(Serialize, ToSchema)]
struct ChangedKey {
    user: UserView,
    /// The key; null if it is one that the dialect `mailbox` alone hands out.
    #[schema(required)]
    key: Option<KeyView>,
}

/// Somebody who has another username.
#[derive(Serialize, ToSchema)]
struct RenamedAccount {
    user: UserView,
}

/// Somebody who has left for good.
#[derive(Serialize, ToSchema)]
struct DeletedAccount {
    /// Who it was.
    #[schema(format = "uuid", example = "019aa6b0-7c3a-7d52-9a5e-0242ac120001")]
    id: String,
}

/// Somebody whom a group is about: who came, went, or has another role, and who did it.
#[derive(Serialize, ToSchema)]
struct ChangedMember {
    /// Which group.
    #[schema(format = "uuid", example = "019aa6b0-7c3a-7d52-9a5e-0242ac120003")]
    conversation_id: String,
    /// Who came, went, or has another role.
    user: FormerUser,
    /// The role they have from now on; of who went, the one they had.
    #[schema(example = "member")]
    role: RoleView,
    /// Who did it. Whoever left did it themselves.
    by: FormerUser,
}

/// Somebody who may have left the service.
#[derive(Serialize, ToSchema)]
struct FormerUser {
    /// Names the account for ever.
    #[schema(format = "uuid", example = "019aa6b0-7c3a-7d52-9a5e-0242ac120001")]
    id: String,
    /// Their username now; null if they have left for good.
    #[schema(required, example = "carol")]
    username: Option<String>,
}

impl From<&NamedAccount> for FormerUser {
    fn from(account: &NamedAccount) -> Self {
        Self {
            id: account.id.to_string(),
            username: account.username.as_ref().map(ToString::to_string),
        }
    }
}

impl From<&MemberChange> for ChangedMember {
    fn from(change: &MemberChange) -> Self {
        Self {
            conversation_id: change.conversation.to_string(),
            user: FormerUser::from(&change.account),
            role: change.role.into(),
            by: FormerUser::from(&change.actor),
        }
    }
}

/// A contact, or who was or is to be one.
#[derive(Serialize, ToSchema)]
struct ChangedContact {
    user: UserView,
    /// How far you are with being contacts: `none`, `requested_by_me`, `requested_by_them` or `mutual`.
    #[schema(value_type = String, example = "requested_by_them")]
    state: &'static str,
}

impl From<&Acquaintance> for ChangedContact {
    fn from(other: &Acquaintance) -> Self {
        Self {
            user: UserView::new(other.account, &other.username),
            state: other.relation.contact.name(),
        }
    }
}

/// A session that was ended before its time.
#[derive(Serialize, ToSchema)]
struct RevokedSession {
    /// Names the session.
    #[schema(format = "uuid", example = "019aa6b0-7c3a-7d52-9a5e-0242ac120002")]
    id: String,
}

impl From<&EventData> for EventDataView {
    fn from(data: &EventData) -> Self {
        match data {
            EventData::Message(message) => Self::Message(MessageView::from(&**message)),
            EventData::Envelope(envelope) => Self::Message(MessageView::from(envelope)),
            EventData::Conversation(overview) => {
                Self::Conversation(ConversationView::from(overview))
            }
            EventData::Session(id) => Self::Session(RevokedSession::of(*id)),
            EventData::Key(owner, key) => Self::Key(ChangedKey {
                user: UserView::new(owner.account, &owner.username),
                key: Some(KeyView::from(&**key)),
            }),
            EventData::MailboxKey(owner) => Self::Key(ChangedKey {
                user: UserView::new(owner.account, &owner.username),
                key: None,
            }),
            EventData::Account(id, username) => Self::Account(RenamedAccount {
                user: UserView::new(*id, username),
            }),
            EventData::Departed(id) => Self::Departed(DeletedAccount { id: id.to_string() }),
            EventData::Members(change) => Self::Members(ChangedMember::from(&**change)),
            EventData::Contact(other) => Self::Contact(ChangedContact::from(&**other)),
            EventData::File(file) => Self::File(FileView::from(&**file)),
            EventData::UnsharedFile(id) => Self::UnsharedFile(UnsharedFile {
                file_id: id.to_string(),
            }),
            EventData::Gone => Self::Gone,
        }
    }
}

impl RevokedSession {
    fn of(id: SessionId) -> Self {
        Self { id: id.to_string() }
    }
}

/// Turns events into JSON: a message that many are told of once.
#[derive(Debug, Default)]
pub(super) struct Renderer {
    messages: HashMap<MessageId, EventJson>,
}

impl Renderer {
    pub(super) fn render(&mut self, event: &Event) -> serde_json::Result<EventView> {
        let data = match &event.data {
            EventData::Message(message) => match self.messages.get(&message.id) {
                Some(rendered) => rendered.clone(),
                None => {
                    let rendered = EventJson::of(&event.data)?;
                    self.messages.insert(message.id, rendered.clone());
                    rendered
                }
            },
            data => EventJson::of(data)?,
        };
        Ok(EventView::new(
            event.offset,
            event.kind,
            event.created_at,
            data,
        ))
    }
}

impl EventView {
    /// What the log says of it, and what it is about.
    pub(super) const fn new(
        offset: Offset,
        kind: EventKind,
        created_at: Timestamp,
        data: EventJson,
    ) -> Self {
        Self {
            offset,
            kind: kind.name(),
            created_at: WireTime(created_at),
            data,
        }
    }
}

impl EventJson {
    pub(super) fn of(data: &EventData) -> serde_json::Result<Self> {
        let json = to_raw_value(&EventDataView::from(data))?;
        Ok(Self(Arc::from(json)))
    }

    #[cfg(test)]
    pub(crate) fn from_value(value: &serde_json::Value) -> Self {
        Self(Arc::from(to_raw_value(value).unwrap()))
    }
}

/// Events as they are sent.
#[derive(Debug)]
pub(crate) struct Batch {
    /// In order and without a hole.
    pub(crate) events: Vec<EventView>,
    /// The offset of the last of them; where the reading began if there is none.
    pub(crate) next: Offset,
    /// How large they are together, in bytes.
    bytes: usize,
}

/// What is around the content of an event, with the comma after it, at most, in bytes.
const AROUND: usize = 128;

impl Batch {
    /// As many of `events`, which come right after `after`, as have `limit` bytes together, but at least one.
    pub(super) fn pack(
        events: &[Event],
        after: Offset,
        limit: usize,
        renderer: &mut Renderer,
    ) -> serde_json::Result<Self> {
        let mut batch = Self::new(after, events.len());
        for event in events {
            if !batch.add(renderer.render(event)?, limit) {
                break;
            }
        }
        Ok(batch)
    }

    /// None yet of so many events after `after`.
    pub(super) fn new(after: Offset, number: usize) -> Self {
        Self {
            events: Vec::with_capacity(number),
            next: after,
            bytes: 0,
        }
    }

    /// Adds the next one. False, and it is left out, if they would be more than `limit` bytes with it; but there is room for one.
    pub(super) fn add(&mut self, event: EventView, limit: usize) -> bool {
        self.bytes += event.data.0.get().len() + AROUND;
        if self.bytes > limit && !self.events.is_empty() {
            return false;
        }
        self.next = event.offset;
        self.events.push(event);
        true
    }
}

#[cfg(test)]
mod tests {
    use sealpost_domain::Timestamp;
    use sealpost_domain::inbox::EventKind;
    use serde_json::{Value, json};

    use super::*;

    fn event(offset: Offset, data: EventData) -> Event {
        let created_at = Timestamp::from_seconds(1_795_000_000);
        Event {
            offset,
            kind: EventKind::SessionRevoked,
            created_at,
            data,
        }
    }

    fn to_value(event: &Event) -> Value {
        serde_json::to_value(Renderer::default().render(event).unwrap()).unwrap()
    }

    #[test]
    fn an_event_says_what_happened_to_what() {
        let id = SessionId::from_bytes([7; 16]);
        let revoked = to_value(&event(3, EventData::Session(id)));
        assert_eq!(
            revoked,
            json!({
                "offset": 3,
                "type": "session.revoked",
                "created_at": "2026-11-18T11:06:40.000Z",
                "data": {"id": "07070707-0707-0707-0707-070707070707"},
            })
        );
        assert_eq!(to_value(&event(4, EventData::Gone))["data"], Value::Null);
    }

    #[test]
    fn a_batch_ends_before_it_is_too_large_but_is_never_empty_for_that() {
        let events: Vec<Event> = (5..10)
            .map(|offset| event(offset, EventData::Gone))
            .collect();
        let each = "null".len() + AROUND;
        assert!(to_value(&events[0]).to_string().len() < each);
        for (limit, count, next) in [(0, 1, 5), (each, 1, 5), (2 * each, 2, 6), (9 * each, 5, 9)] {
            let batch = Batch::pack(&events, 4, limit, &mut Renderer::default()).unwrap();
            assert_eq!((batch.events.len(), batch.next), (count, next), "{limit}");
        }
        let none = Batch::pack(&[], 4, 100, &mut Renderer::default()).unwrap();
        assert_eq!((none.events.len(), none.next), (0, 4));
    }
}
