//! Messages that are deleted for everyone, and messages whose time is over.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Answer, TestServer};

const NOW: &str = "2026-11-21T13:04:05.678Z";

/// Alice, Bob and where they talk.
struct Pair {
    server: TestServer,
    alice: String,
    bob: String,
    path: String,
}

impl Pair {
    fn start() -> Self {
        let server = TestServer::start();
        let (alice, bob) = (server.log_in("alice"), server.log_in("bob"));
        let id = server.start_conversation(&alice, "bob");
        let path = format!("/v1/conversations/{id}");
        Self {
            server,
            alice,
            bob,
            path,
        }
    }

    fn send(&self, token: &str, body: &Value) -> Answer {
        let path = format!("{}/messages", self.path);
        self.server.post_as(token, &path, body)
    }

    /// The id of a message that Alice sent.
    fn say(&self, body: &Value) -> String {
        let sent = self.send(&self.alice, body);
        assert_eq!(sent.status, 201, "{sent:?}");
        sent.json()["id"].as_str().unwrap().to_owned()
    }

    fn delete(&self, token: &str, id: &str) -> Answer {
        let path = format!("{}/messages/{id}", self.path);
        self.server.send_as(token, "DELETE", &path, "")
    }

    /// The messages as Bob sees them, oldest first.
    fn seen(&self) -> Vec<Value> {
        let path = format!("{}/messages?order=asc", self.path);
        let listed = self.server.get_as(&self.bob, &path).json();
        listed["data"].as_array().unwrap().clone()
    }

    fn events(&self, token: &str, kind: &str) -> Vec<Value> {
        let events = self.server.get_as(token, "/v1/events").json();
        let events = events["events"].as_array().unwrap().iter();
        events
            .filter(|event| event["type"] == kind)
            .map(|event| event["data"].clone())
            .collect()
    }
}

fn text(client_id: &str) -> Value {
    json!({"client_id": client_id, "format": "text", "body": "hello", "sent_at": NOW})
}

#[test]
fn a_message_is_deleted_for_everyone_and_keeps_its_place() {
    let pair = Pair::start();
    let ids = ["c-1", "c-2", "c-3"].map(|client_id| pair.say(&text(client_id)));
    let before = pair.seen();
    assert_eq!(pair.delete(&pair.alice, &ids[1]).status, 204);
    let after = pair.seen();
    assert_eq!((&after[0], &after[2]), (&before[0], &before[2]));
    let mut expected = before[1].clone();
    expected["body"] = Value::Null;
    expected["sent_at"] = Value::Null;
    expected["deleted_at"] = json!(NOW);
    assert_eq!(after[1], expected);
    // Everybody hears of it, once; who reads of the message later finds what is left.
    assert_eq!(pair.delete(&pair.alice, &ids[1]).status, 204);
    for token in [&pair.alice, &pair.bob] {
        assert_eq!(pair.events(token, "message.deleted"), [expected.clone()]);
        let created = pair.events(token, "message.created");
        assert_eq!((created.len(), &created[1]), (3, &expected));
    }
}

#[test]
fn what_was_deleted_does_not_come_back_by_a_repeat() {
    let pair = Pair::start();
    let sent = pair.send(&pair.alice, &text("c-1"));
    let id = sent.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(pair.delete(&pair.alice, &id).status, 204);
    let repeat = pair.send(&pair.alice, &text("c-1"));
    assert_eq!((repeat.status, repeat.json()), (201, sent.json()));
    let [seen] = <[Value; 1]>::try_from(pair.seen()).unwrap();
    assert_eq!(seen["body"], Value::Null);
    let mut other = text("c-1");
    other["body"] = json!("another");
    assert_eq!(pair.send(&pair.alice, &other).status, 409);
}

#[test]
fn nobody_but_its_sender_can_delete_it_or_tell_whether_it_is_there() {
    let pair = Pair::start();
    let id = pair.say(&text("c-1"));
    let carol = pair.server.log_in("carol");
    let elsewhere = pair.server.start_conversation(&pair.alice, "carol");
    let unknown = "019aa6b0-7c3a-7d52-9a5e-0242ac120002";
    let ask = |token: &str, path: &str| {
        let token = format!("Bearer {token}");
        let headers = [("authorization", token.as_str()), ("x-request-id", "same")];
        pair.server
            .send("DELETE", path, &headers, "")
            .without_date()
    };
    let here = format!("{}/messages", pair.path);
    let there = format!("/v1/conversations/{elsewhere}/messages");
    let expected = ask(&pair.bob, &format!("{here}/{unknown}"));
    for (token, path) in [
        (&pair.bob, format!("{here}/{id}")),
        (&pair.bob, format!("{here}/x")),
        (&carol, format!("{here}/{id}")),
        (&carol, format!("{there}/{id}")),
        (&pair.alice, format!("{there}/{id}")),
        (&pair.alice, format!("{here}/{unknown}")),
    ] {
        assert_eq!(ask(token, &path), expected, "{path}");
    }
    assert_eq!(pair.seen()[0]["body"], "hello");
    assert_eq!(
        pair.events(&pair.bob, "message.deleted"),
        Vec::<Value>::new()
    );
}

#[test]
fn a_message_is_over_on_time_and_nobody_can_tell_when_it_is_swept() {
    let pair = Pair::start();
    let body = "hello";
    let sent = pair.send(
        &pair.alice,
        &json!({"client_id": "c-1", "format": "opaque", "body": body, "expires_in": 60}),
    );
    let end = "2026-11-21T13:05:05.678Z";
    assert_eq!(sent.json()["expires_at"], end);
    pair.say(&text("c-2"));
    pair.server.advance(Duration::from_secs(59));
    assert_eq!(pair.seen()[0]["body"], body);
    pair.server.advance(Duration::from_secs(1));
    let over = pair.seen();
    assert_eq!(
        (
            &over[0]["body"],
            &over[0]["deleted_at"],
            &over[0]["expires_at"]
        ),
        (&Value::Null, &json!(end), &json!(end))
    );
    assert_eq!(pair.events(&pair.bob, "message.created")[0], over[0]);
    assert_eq!(pair.server.sweep_messages(), 1);
    assert_eq!(pair.server.sweep_messages(), 0);
    assert_eq!(pair.seen(), over);
    assert_eq!(
        pair.events(&pair.bob, "message.deleted"),
        Vec::<Value>::new()
    );
}

#[test]
fn a_conversation_says_how_long_its_messages_stay_at_most() {
    let pair = Pair::start();
    let patch = |token: &str, body: &str| pair.server.send_as(token, "PATCH", &pair.path, body);
    let changed = patch(&pair.bob, r#"{"expires_in":3600}"#);
    assert_eq!(
        (changed.status, &changed.json()["expires_in"]),
        (200, &json!(3_600))
    );
    let seen = pair.server.get_as(&pair.alice, &pair.path).json();
    assert_eq!(seen["expires_in"], 3_600);
    for token in [&pair.alice, &pair.bob] {
        assert_eq!(pair.events(token, "conversation.updated"), [changed.json()]);
    }
    let with = |client_id: &str, expires_in: u64| {
        let mut body = text(client_id);
        body["expires_in"] = json!(expires_in);
        body
    };
    pair.say(&text("c-1"));
    pair.say(&with("c-2", 60));
    pair.say(&with("c-3", 86_400));
    let lifted = patch(&pair.alice, r#"{"expires_in":null}"#);
    assert_eq!(
        (lifted.status, &lifted.json()["expires_in"]),
        (200, &Value::Null)
    );
    pair.say(&text("c-4"));
    let ends: Vec<Value> = pair
        .seen()
        .iter()
        .map(|seen| seen["expires_at"].clone())
        .collect();
    let (hour, minute) = ("2026-11-21T14:04:05.678Z", "2026-11-21T13:05:05.678Z");
    assert_eq!(json!(ends), json!([hour, minute, hour, null]));
    for wrong in ["4", "31536001"] {
        let refused = patch(&pair.alice, &format!(r#"{{"expires_in":{wrong}}}"#));
        assert_eq!(
            (refused.status, &refused.problem()["errors"][0]["pointer"]),
            (422, &json!("/expires_in"))
        );
        let refused = pair.send(&pair.alice, &with("c-5", wrong.parse().unwrap()));
        assert_eq!(
            (refused.status, &refused.problem()["errors"][0]["code"]),
            (422, &json!("invalid-lifetime"))
        );
    }
    let carol = pair.server.log_in("carol");
    assert_eq!(patch(&carol, r#"{"expires_in":60}"#).status, 404);
}
