//! The golden table of the routes behind a login: every field that breaks a rule is named.

use serde_json::{Value, json};

use super::client::{Person, letter, start};
use super::errors::{NO_USER, assert_said};

const MISSING: &str = "this field is missing";

fn changed(mut body: Value, field: &str, value: &Value) -> Value {
    body[field] = value.clone();
    body
}

fn without(mut body: Value, field: &str) -> Value {
    body.as_object_mut().unwrap().remove(field);
    body
}

#[test]
fn fields_of_a_message() {
    let server = start();
    let (alice, bob) = (Person::new(&server, "alice"), Person::new(&server, "bob"));
    let send = |body: &Value| alice.post("/api/send_message/", body);
    for field in ["username", "message", "signature", "key"] {
        let body = without(letter("bob", 1), field);
        assert_said(&send(&body), 400, &format!("{field}: {MISSING}"));
        let body = changed(letter("bob", 1), field, &json!(7));
        assert_said(&send(&body), 400, &format!("{field}: expected a string"));
    }
    let long = "s".repeat(4_097);
    for (field, value, msg) in [
        ("message", json!(""), "message: this must not be empty"),
        ("key", json!(""), "key: this must not be empty"),
        (
            "signature",
            json!(""),
            "signature: a signature has 1 to 4096 bytes",
        ),
        (
            "signature",
            json!(long),
            "signature: a signature has 1 to 4096 bytes",
        ),
        (
            "message",
            json!("m".repeat(66_000)),
            "message: message, signature and key have at most 65,536 bytes together, as JSON",
        ),
        (
            "message",
            json!("a\u{0}b"),
            "no text may contain the character NUL",
        ),
    ] {
        assert_said(&send(&changed(letter("bob", 1), field, &value)), 400, msg);
    }
    let huge = changed(letter("bob", 1), "message", &json!("m".repeat(256 * 1024)));
    assert_said(&send(&huge), 413, "the body may have at most 262144 bytes");
    server.register("keyless");
    for username in ["nobody", "keyless", "no user name"] {
        assert_said(&send(&letter(username, 1)), 404, NO_USER);
    }
    let oneself = "username: a conversation needs somebody else: this username is your own";
    assert_said(&send(&letter("alice", 1)), 400, oneself);
    assert_eq!(bob.read("alice", 0.0, 0.0), Vec::<Value>::new());
}

#[test]
fn fields_of_a_question_for_messages() {
    let server = start();
    let alice = Person::new(&server, "alice");
    let good = || json!({"username": "alice", "from_ts": 0, "to_ts": 0});
    for field in ["username", "from_ts", "to_ts"] {
        let answer = alice.ask(&without(good(), field));
        assert_said(&answer, 400, &format!("{field}: {MISSING}"));
    }
    let seconds = "expected seconds since the epoch: a number that is not negative";
    for field in ["from_ts", "to_ts"] {
        let answer = alice.ask(&changed(good(), field, &json!(-1)));
        assert_said(&answer, 400, &format!("{field}: {seconds}"));
        let answer = alice.ask(&changed(good(), field, &json!("soon")));
        assert_said(&answer, 400, &format!("{field}: expected f64"));
    }
    let query = |query: &str| {
        let path = format!("/api/get_messages/?{query}");
        server.get_as(&alice.access, &path)
    };
    assert_said(
        &query("from_ts=1"),
        400,
        &format!("username: {MISSING}; to_ts: {MISSING}"),
    );
    for (from, to) in [("nan", "-1"), ("inf", "x"), ("", "1e400")] {
        let answer = query(&format!("username=alice&from_ts={from}&to_ts={to}"));
        assert_said(
            &answer,
            400,
            &format!("from_ts: {seconds}; to_ts: {seconds}"),
        );
    }
    assert_said(
        &server.get_as(&alice.access, "/api/get_messages/"),
        400,
        "this needs a JSON object as its body",
    );
    assert_said(
        &server.post("/api/get_messages/", "{}"),
        405,
        "this path takes GET, HEAD",
    );
}

#[test]
fn fields_of_an_acknowledgement() {
    let server = start();
    let alice = Person::new(&server, "alice");
    let number = "expected a whole number, as a text or a number";
    for (body, msg) in [
        (json!({}), format!("type: {MISSING}")),
        (json!({"type": "message"}), format!("identity: {MISSING}")),
        (
            json!({"type": "file", "identity": {}}),
            "type: expected message or notification".to_owned(),
        ),
        (
            json!({"type": "message", "identity": {"signature": "s"}}),
            format!("identity/username: {MISSING}"),
        ),
        (
            json!({"type": "message", "identity": {"username": "bob"}}),
            format!("identity/signature: {MISSING}"),
        ),
        (
            json!({"type": "notification", "identity": {}}),
            format!("identity/id: {MISSING}"),
        ),
        (
            json!({"type": "notification", "identity": {"id": "x"}}),
            format!("identity/id: {number}"),
        ),
        (
            json!({"type": "notification", "identity": {"id": "+1"}}),
            format!("identity/id: {number}"),
        ),
        (
            json!({"type": "notification", "identity": {"id": -1}}),
            format!("identity/id: {number}"),
        ),
        (
            json!({"type": "notification", "identity": {"id": 1.5}}),
            format!("identity/id: {number}"),
        ),
    ] {
        assert_said(&alice.post("/api/ack/", &body), 400, &msg);
    }
}

#[test]
fn fields_of_the_settings() {
    let server = start();
    let alice = Person::new(&server, "alice");
    let expected = "privacy.messages: expected true, false, 1 or 0";
    for value in [json!("true"), json!(2), json!(-1), json!(null), json!([])] {
        let body = json!({"privacy.messages": value});
        assert_said(&alice.post("/api/update_settings/", &body), 400, expected);
    }
    let nested = json!({"privacy": {"messages": true}});
    let missing = format!("privacy.messages: {MISSING}");
    assert_said(&alice.post("/api/update_settings/", &nested), 400, &missing);
}
