//! Messages and events, as people and as programs read them.

use sealpost_client::{Envelope, Event, EventData, Message, NamedUser, User};
use serde_json::{Value, json};

use super::reading::Reading;
use crate::cli::table::harmless;

/// A message: as the API lists it, with the text in place of the body.
pub(super) fn message_as_json(message: &Message, reading: &Reading) -> Value {
    let (text, problem) = match reading {
        Reading::Text(text) => (Some(text), None),
        Reading::Closed(problem) => (None, Some(problem)),
    };
    json!({
        "id": message.id.to_string(),
        "conversation_id": message.conversation.to_string(),
        "seq": message.seq,
        "sender": user(&message.sender),
        "client_id": message.client_id.as_str(),
        "format": message.format.name(),
        "text": text,
        "problem": problem,
        "sent_at": message.sent_at.map(|time| time.to_string()),
        "created_at": message.created_at.to_string(),
    })
}

/// An event: as the API tells it; a message that is opened has its text in place of the body.
pub(super) fn event_as_json(event: &Event, data: &Value) -> Value {
    json!({
        "type": event.kind(),
        "offset": event.offset,
        "created_at": event.created_at.to_string(),
        "data": data,
    })
}

fn user(user: &User) -> Value {
    json!({"id": user.id.to_string(), "username": user.username})
}

/// A message in a line, or in several if it has several; `place` is where it was said, if that is not between two.
pub(super) fn message_as_text(message: &Message, reading: &Reading, place: Option<&str>) -> String {
    let place = place.map_or_else(String::new, |place| format!(" in {}", harmless(place)));
    let mut text = format!(
        "{}  {}{place}: ",
        message.created_at,
        harmless(&message.sender.username)
    );
    match reading {
        Reading::Text(said) => {
            let lines: Vec<_> = said.split('\n').map(harmless).collect();
            text.push_str(&lines.join("\n    "));
        }
        Reading::Closed(problem) => {
            text.push_str(&format!("[cannot be read: {}]", harmless(problem)));
        }
    }
    text.push('\n');
    text
}

/// An event that is no message; None for those that say nothing to people.
pub(super) fn event_as_text(event: &Event) -> Option<String> {
    let told = match &event.data {
        EventData::EnvelopeCreated(envelope) => envelope_as_text(envelope),
        EventData::ConversationCreated(conversation) => {
            let names: Vec<_> = conversation
                .members
                .iter()
                .map(|member| harmless(&member.username))
                .collect();
            format!("conversation {} with {}", conversation.id, names.join(", "))
        }
        EventData::KeyChanged(change) => {
            let withdrawn = change
                .key
                .as_ref()
                .is_some_and(|key| key.revoked_at.is_some());
            let what = if withdrawn { "withdrew" } else { "published" };
            format!("{} {what} a key", harmless(&change.user.username))
        }
        EventData::MemberAdded(change) => {
            let (user, by) = (named(&change.user), named(&change.by));
            format!("{by} added {user} to group {}", change.conversation)
        }
        EventData::MemberRemoved(change) if change.user.id == change.by.id => {
            format!("{} left group {}", named(&change.user), change.conversation)
        }
        EventData::MemberRemoved(change) => {
            let (user, by) = (named(&change.user), named(&change.by));
            format!("{by} removed {user} from group {}", change.conversation)
        }
        EventData::MemberChanged(change) => {
            let (user, role) = (named(&change.user), change.role.name());
            format!("{user} is {role} of group {} now", change.conversation)
        }
        _ => return None,
    };
    Some(format!("{}  * {told}\n", event.created_at))
}

/// Somebody by name; who has left for good has none.
fn named(user: &NamedUser) -> String {
    let username = user.username.as_deref();
    username.map_or_else(|| "somebody who has left".to_owned(), harmless)
}

fn envelope_as_text(envelope: &Envelope) -> String {
    format!(
        "an envelope from {} without a conversation, in the format {}",
        harmless(&envelope.sender.username),
        harmless(envelope.format.name())
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(kind: &str, data: &Value) -> Event {
        serde_json::from_value(json!({
            "offset": 7, "type": kind, "created_at": "2026-11-21T13:04:05.678Z", "data": data,
        }))
        .unwrap()
    }

    fn message() -> Message {
        serde_json::from_value(json!({
            "id": "019aa6b0-7c3a-7d52-9a5e-0242ac120004",
            "conversation_id": "019aa6b0-7c3a-7d52-9a5e-0242ac120003",
            "seq": 3,
            "sender": {"id": "019aa6b0-7c3a-7d52-9a5e-0242ac120001", "username": "alice"},
            "client_id": "c-1",
            "format": "jose",
            "protection": "e2ee",
            "body": "canary-of-a-body",
            "sent_at": null,
            "created_at": "2026-11-21T13:04:05.678Z",
        }))
        .unwrap()
    }

    #[test]
    fn a_message_shows_its_text_and_never_its_body() {
        let read = Reading::Text("one\ntwo \u{1B}[2J".to_owned());
        let value = message_as_json(&message(), &read);
        assert_eq!(value["text"], "one\ntwo \u{1B}[2J");
        assert_eq!(
            (&value["problem"], &value["seq"]),
            (&Value::Null, &json!(3))
        );
        assert!(!value.to_string().contains("canary"));
        assert_eq!(
            message_as_text(&message(), &read, Some("Choir")),
            "2026-11-21T13:04:05.678Z  alice in Choir: one\n    two \u{FFFD}[2J\n"
        );
        let closed = Reading::Closed("cannot-open".to_owned());
        assert_eq!(message_as_json(&message(), &closed)["text"], Value::Null);
        assert_eq!(
            message_as_text(&message(), &closed, None),
            "2026-11-21T13:04:05.678Z  alice: [cannot be read: cannot-open]\n"
        );
    }

    #[test]
    fn an_event_of_another_kind_is_passed_on_as_it_came() {
        let later = event("something.new", &json!({"a": [1]}));
        assert_eq!(event_as_text(&later), None);
        let value = event_as_json(&later, &later.raw());
        let expected = json!({"type": "something.new", "offset": 7,
            "created_at": "2026-11-21T13:04:05.678Z", "data": {"a": [1]}});
        assert_eq!(value, expected);
    }

    #[test]
    fn what_people_should_know_is_a_line() {
        let user = json!({"id": "019aa6b0-7c3a-7d52-9a5e-0242ac120001", "username": "bob"});
        let withdrawn = json!({"user": user, "key": {
            "id": "019aa6b0-7c3a-7d52-9a5e-0242ac120005", "use": "seal", "algorithm": "X25519",
            "custody": "client", "jwk": {}, "fingerprint": "f",
            "created_at": "2026-11-21T13:04:05.678Z", "revoked_at": "2026-11-21T13:04:05.678Z"}});
        let group = "019aa6b0-7c3a-7d52-9a5e-0242ac120003";
        let carol = json!({"id": "019aa6b0-7c3a-7d52-9a5e-0242ac120006", "username": "carol"});
        let gone = json!({"id": "019aa6b0-7c3a-7d52-9a5e-0242ac120007", "username": null});
        let change = |user: &Value, by: &Value| json!({"conversation_id": group, "user": user, "role": "admin", "by": by});
        for (kind, data, told) in [
            (
                "key.changed",
                json!({"user": user, "key": null}),
                "bob published a key".to_owned(),
            ),
            ("key.changed", withdrawn, "bob withdrew a key".to_owned()),
            (
                "member.added",
                change(&user, &carol),
                format!("carol added bob to group {group}"),
            ),
            (
                "member.removed",
                change(&gone, &carol),
                format!("carol removed somebody who has left from group {group}"),
            ),
            (
                "member.removed",
                change(&user, &user),
                format!("bob left group {group}"),
            ),
            (
                "member.changed",
                change(&user, &carol),
                format!("bob is admin of group {group} now"),
            ),
        ] {
            let line = event_as_text(&event(kind, &data)).unwrap();
            assert_eq!(line, format!("2026-11-21T13:04:05.678Z  * {told}\n"));
        }
    }
}
