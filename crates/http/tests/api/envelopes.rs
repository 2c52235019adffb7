//! `/v1/users/{name}/mailbox`: sealed messages without a conversation.

use sealpost_domain::Timestamp;
use sealpost_domain::accounts::AccountId;
use sealpost_domain::envelopes::EnvelopeId;
use sealpost_domain::messages::{Body, Format};
use sealpost_domain::ports::NewEnvelope;
use serde_json::{Value, json};

use crate::support::{Answer, TestServer};

fn leave(server: &TestServer, token: &str, name: &str, body: &Value) -> Answer {
    server.post_as(token, &format!("/v1/users/{name}/mailbox"), body)
}

fn sealed(body: &str) -> Value {
    json!({"format": "opaque", "body": body})
}

fn account_of(server: &TestServer, token: &str) -> AccountId {
    let me = server.get_as(token, "/v1/me").json();
    me["id"].as_str().unwrap().parse().unwrap()
}

#[test]
fn an_envelope_is_in_the_receivers_inbox_and_in_no_other() {
    let server = TestServer::start();
    let (alice, bob) = (server.log_in("alice"), server.log_in("bob"));
    let mut dated = sealed("c2VhbGVk");
    dated["sent_at"] = json!("2026-11-21T13:04:05.123Z");
    let left = leave(&server, &alice, "BOB", &dated);
    assert_eq!(left.status, 201, "{left:?}");
    assert_eq!(leave(&server, &alice, "bob", &sealed("2")).status, 201);

    let events = server.get_as(&bob, "/v1/events?after=0").json();
    let found: Vec<&Value> = events["events"].as_array().unwrap().iter().collect();
    assert_eq!(found.len(), 2);
    assert_eq!(found[0]["type"], "message.created");
    let message = &found[0]["data"];
    assert_eq!(message["id"], left.json()["id"]);
    assert_eq!(message["created_at"], left.json()["created_at"]);
    assert_eq!(
        (&message["body"], &message["format"], &message["protection"]),
        (&json!("c2VhbGVk"), &json!("opaque"), &json!("e2ee"))
    );
    assert_eq!(message["sender"]["username"], "alice");
    assert_eq!(message["sent_at"], "2026-11-21T13:04:05.123Z");
    for absent in ["conversation_id", "seq", "client_id"] {
        assert_eq!(message[absent], Value::Null, "{absent}");
    }
    assert_eq!(found[1]["data"]["sent_at"], Value::Null);
    let own = server.get_as(&alice, "/v1/events?after=0").json();
    assert_eq!(own["events"], json!([]));
}

#[test]
fn what_the_server_could_read_or_nobody_can_is_refused() {
    let server = TestServer::start();
    let alice = server.log_in("alice");
    let bob = server.log_in("bob");
    for (body, status, code) in [
        (
            json!({"format": "text", "body": "hi"}),
            422,
            "format-not-sealed",
        ),
        (json!({"format": "jose", "body": "hi"}), 422, "invalid-jose"),
        (
            json!({"format": "mailbox", "body": "hi"}),
            422,
            "unknown-format",
        ),
        (
            json!({"format": "opaque", "body": ""}),
            422,
            "empty-message",
        ),
        (
            json!({"format": "opaque", "body": "hi", "sent_at": "noon"}),
            422,
            "invalid-time",
        ),
        (
            json!({"format": "opaque", "body": "x".repeat(65_537)}),
            413,
            "body-too-large",
        ),
    ] {
        let refused = leave(&server, &alice, "bob", &body);
        assert_eq!(refused.status, status, "{refused:?}");
        assert_eq!(refused.json()["errors"][0]["code"], code, "{refused:?}");
    }
    let events = server.get_as(&bob, "/v1/events?after=0").json();
    assert_eq!(events["events"], json!([]));
}

#[test]
fn who_may_not_write_leaves_nothing() {
    let server = TestServer::start();
    let (alice, bob) = (server.log_in("alice"), server.log_in("bob"));
    let at = |name: &str| {
        let token = format!("Bearer {alice}");
        let headers = [
            ("authorization", token.as_str()),
            ("content-type", "application/json"),
            ("x-request-id", "same"),
        ];
        let path = format!("/v1/users/{name}/mailbox");
        server.send("POST", &path, &headers, &sealed("x").to_string())
    };
    server.send_as(&bob, "PUT", "/v1/me/blocks/alice", "");
    let (blocked, unknown) = (at("bob"), at("nobody"));
    assert_eq!(blocked.status, 404);
    assert_eq!(blocked.without_date(), unknown.without_date());
    server.send_as(&bob, "DELETE", "/v1/me/blocks/alice", "");
    let picky = json!({"messages_from": "contacts"}).to_string();
    server.send_as(&bob, "PATCH", "/v1/me/settings", &picky);
    assert_eq!(at("bob").json()["code"], "takes-no-messages");
    let nobody = server.post("/v1/users/bob/mailbox", &sealed("x").to_string());
    assert_eq!(nobody.status, 401);
}

#[test]
fn a_full_mailbox_says_how_full_it_is() {
    let server = TestServer::start_counting();
    let (alice, bob) = (server.log_in("alice"), server.log_in("bob"));
    let (sender, recipient) = (account_of(&server, &alice), account_of(&server, &bob));
    let all_but_six = 64 * 1024 * 1024 - 6;
    let new = NewEnvelope {
        id: EnvelopeId::from_bytes([7; 16]),
        recipient,
        sender,
        format: Format::Opaque,
        body: Body::restore("x".repeat(all_but_six)),
        sender_clock: None,
        created_at: Timestamp::from_seconds(7),
    };
    server.change(move |tx| {
        tx.envelopes().lock(recipient)?;
        tx.envelopes().insert(&new)
    });
    let refused = leave(&server, &alice, "bob", &sealed("seven b"));
    assert_eq!(refused.status, 413, "{refused:?}");
    let problem = refused.json();
    assert_eq!(problem["code"], "mailbox-full");
    assert_eq!(
        problem["limit"],
        json!({"envelopes": 10_000, "bytes": 67_108_864})
    );
    assert_eq!(
        problem["use"],
        json!({"envelopes": 1, "bytes": all_but_six})
    );
    assert!(refused.header("retry-after").is_some());
    assert_eq!(leave(&server, &alice, "bob", &sealed("six by")).status, 201);
}
