use std::fmt;

use sealpost_domain::Timestamp;
use sealpost_domain::accounts::AccountId;
use sealpost_domain::conversations::ConversationId;
use sealpost_domain::inbox::Offset;
use sealpost_domain::sessions::SessionId;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use serde_json::value::RawValue;

use super::{Conversation, Envelope, Message, PublishedKey, Role, User, parse};

/// Something that happened to one's account.
#[derive(Clone, PartialEq)]
pub struct Event {
    /// Its place in the account's log: 1 for the first, and no holes.
    pub offset: Offset,
    /// When it was written.
    pub created_at: Timestamp,
    /// What happened.
    pub data: EventData,
    /// As the server tells it; apart, so that an event stays small.
    source: Box<Source>,
}

#[derive(Clone)]
struct Source {
    kind: String,
    data: Box<RawValue>,
}

impl PartialEq for Source {
    fn eq(&self, other: &Self) -> bool {
        (&self.kind, self.data.get()) == (&other.kind, other.data.get())
    }
}

impl Event {
    /// What the server calls what happened.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.source.kind
    }

    /// What it is about, as the server sent it; null if that is no longer there.
    #[must_use]
    pub fn raw(&self) -> Value {
        serde_json::from_str(self.source.data.get()).unwrap_or_default()
    }
}

// What people write to each other belongs in no log.
impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event")
            .field("offset", &self.offset)
            .field("created_at", &self.created_at)
            .field("data", &self.data)
            .finish_non_exhaustive()
    }
}

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub enum EventData {
    /// A message, of somebody else or one's own.
    MessageCreated(Message),
    /// A message was deleted for everyone: what is left of it.
    MessageDeleted(Message),
    /// An envelope that somebody left for one without a conversation.
    EnvelopeCreated(Envelope),
    /// A conversation that one is in.
    ConversationCreated(Conversation),
    /// A conversation that one is in is different.
    ConversationUpdated(Conversation),
    /// Somebody came into a group that one is in, oneself perhaps.
    MemberAdded(MemberChange),
    /// Somebody left such a group, or was removed from it; oneself, too.
    MemberRemoved(MemberChange),
    /// Somebody in such a group has another role.
    MemberChanged(MemberChange),
    /// One of one's sessions was ended.
    SessionRevoked(SessionId),
    /// Somebody whom one talks with, or oneself, published or withdrew a key.
    KeyChanged(KeyChange),
    /// Something of which this version does not know, or that is no longer there (then [`Event::raw`] is null): pass over
    /// it.
    Other,
}

/// A key that was published or withdrawn.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct KeyChange {
    /// Whose.
    pub user: User,
    /// The key; `revoked_at` says which of the two. None if it is one that the dialect `mailbox` alone hands out.
    pub key: Option<PublishedKey>,
}

/// Somebody who may have left for good.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct NamedUser {
    /// Who.
    #[serde(deserialize_with = "parse::parsed")]
    pub id: AccountId,
    /// By which name; None once they have left.
    pub username: Option<String>,
}

/// A change of the members of a group.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct MemberChange {
    /// Which group.
    #[serde(rename = "conversation_id", deserialize_with = "parse::parsed")]
    pub conversation: ConversationId,
    /// Who came, left, or has another role.
    pub user: NamedUser,
    /// The role they have from then on; of who was removed, the one they had.
    pub role: Role,
    /// Who did it; who leaves, themselves.
    pub by: NamedUser,
}

/// Events as they come.
#[derive(Debug, Deserialize)]
pub(crate) struct RawEvent {
    pub(crate) offset: Offset,
    #[serde(rename = "type")]
    kind: String,
    #[serde(deserialize_with = "parse::parsed")]
    created_at: Timestamp,
    /// Not read before it is known what it is.
    data: Box<RawValue>,
}

#[derive(Deserialize)]
struct Session {
    #[serde(deserialize_with = "parse::parsed")]
    id: SessionId,
}

impl From<RawEvent> for Event {
    fn from(raw: RawEvent) -> Self {
        Self {
            offset: raw.offset,
            created_at: raw.created_at,
            data: EventData::new(&raw.kind, &raw.data),
            source: Box::new(Source {
                kind: raw.kind,
                data: raw.data,
            }),
        }
    }
}

impl EventData {
    fn new(kind: &str, data: &RawValue) -> Self {
        let known = match kind {
            "message.created" => read(data, Self::MessageCreated).or_else(|| envelope(data)),
            "message.deleted" => read(data, Self::MessageDeleted),
            "conversation.created" => read(data, Self::ConversationCreated),
            "conversation.updated" => read(data, Self::ConversationUpdated),
            "member.added" => read(data, Self::MemberAdded),
            "member.removed" => read(data, Self::MemberRemoved),
            "member.changed" => read(data, Self::MemberChanged),
            "session.revoked" => read(data, |session: Session| Self::SessionRevoked(session.id)),
            "key.changed" => read(data, Self::KeyChanged),
            _ => None,
        };
        known.unwrap_or(Self::Other)
    }
}

/// What an event is about, if it is what it is to be.
fn read<'a, T: Deserialize<'a>>(
    data: &'a RawValue,
    known: impl FnOnce(T) -> EventData,
) -> Option<EventData> {
    serde_json::from_str(data.get()).ok().map(known)
}

/// What was left without a conversation.
fn envelope(data: &RawValue) -> Option<EventData> {
    #[derive(Deserialize)]
    struct Place {
        conversation_id: Option<IgnoredAny>,
    }
    let place: Place = serde_json::from_str(data.get()).ok()?;
    if place.conversation_id.is_some() {
        return None;
    }
    read(data, EventData::EnvelopeCreated)
}

impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        RawEvent::deserialize(deserializer).map(Self::from)
    }
}

/// Some events.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Events {
    /// This life of the log: random, and new after the database was restored.
    pub epoch: String,
    /// In order and without a hole.
    pub events: Vec<Event>,
    /// Where to read on.
    pub next: Offset,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Format;

    fn event(json: &str) -> Event {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn what_is_not_known_is_still_an_event() {
        let made = r#""created_at":"2026-11-21T13:04:05.678Z""#;
        for (kind, data) in [("typing", "{}"), ("message.created", "null")] {
            let event = event(&format!(
                r#"{{"offset":7,"type":"{kind}",{made},"data":{data},"more":1}}"#
            ));
            assert_eq!(event.offset, 7);
            assert_eq!((event.kind(), &event.data), (kind, &EventData::Other));
        }
    }

    #[test]
    fn an_envelope_has_no_conversation() {
        let event = event(
            r#"{"offset":8,"type":"message.created","created_at":"2026-11-21T13:04:05.678Z","data":{
                "id":"019aa6b0-7c3a-7d52-9a5e-0242ac120004","conversation_id":null,"seq":null,
                "sender":{"id":"019aa6b0-7c3a-7d52-9a5e-0242ac120002","username":"alice"},
                "client_id":null,"format":"mailbox","protection":"e2ee","body":"hunter2",
                "sent_at":"2022-01-28T10:29:06.000Z","created_at":"2026-11-21T13:04:05.678Z"}}"#,
        );
        let EventData::EnvelopeCreated(envelope) = &event.data else {
            panic!("{event:?}")
        };
        assert_eq!(envelope.sender.username.as_str(), "alice");
        assert_eq!(envelope.body, "hunter2");
        assert!(!format!("{event:?}").contains("hunter2"));
    }

    #[test]
    fn a_message_shows_nothing_in_debug() {
        let event = event(
            r#"{"offset":8,"type":"message.created","created_at":"2026-11-21T13:04:05.678Z","data":{
                "id":"019aa6b0-7c3a-7d52-9a5e-0242ac120004",
                "conversation_id":"019aa6b0-7c3a-7d52-9a5e-0242ac120003","seq":1,
                "sender":{"id":"019aa6b0-7c3a-7d52-9a5e-0242ac120002","username":"alice"},
                "client_id":"c-1","format":"new","protection":"e2ee","body":"hunter2","sent_at":null,
                "created_at":"2026-11-21T13:04:05.678Z"}}"#,
        );
        let EventData::MessageCreated(message) = &event.data else {
            panic!("{event:?}")
        };
        assert_eq!(message.format, Format::Other("new".to_owned()));
        assert!(!format!("{event:?}").contains("hunter2"));
    }
}
