//! Two people talk.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Answer, TestServer};

/// Alice, Bob and where they talk.
struct Pair {
    server: TestServer,
    alice: String,
    bob: String,
    id: String,
    path: String,
}

impl Pair {
    fn start() -> Self {
        let server = TestServer::start();
        let (alice, bob) = (server.log_in("alice"), server.log_in("bob"));
        let id = server.start_conversation(&alice, "bob");
        let path = format!("/v1/conversations/{id}/messages");
        Self {
            server,
            alice,
            bob,
            id,
            path,
        }
    }

    fn send(&self, body: &Value) -> Answer {
        self.server.post_as(&self.alice, &self.path, body)
    }

    fn list(&self, token: &str) -> Value {
        self.server.get_as(token, &self.path).json()
    }
}

#[test]
fn what_one_says_the_other_reads() {
    let pair = Pair::start();
    let body = "hello, \u{1F984}\n\t\"quoted\" ";
    let sent = pair.send(&json!({
        "client_id": "c-1", "format": "text", "body": body, "sent_at": "2026-11-21T14:04:05.123+01:00",
    }));
    assert_eq!(sent.status, 201, "{sent:?}");
    let mut receipt = sent.json();
    let message_id = receipt["id"].take();
    assert_eq!(
        receipt,
        json!({
            "id": null, "conversation_id": pair.id, "seq": 1, "client_id": "c-1", "format": "text",
            "protection": "server", "created_at": "2026-11-21T13:04:05.678Z", "expires_at": null,
        })
    );
    let me = pair.server.get_as(&pair.alice, "/v1/me").json();
    let expected = json!({
        "data": [{
            "id": message_id, "conversation_id": pair.id, "seq": 1,
            "sender": {"id": me["id"], "username": "alice"},
            "client_id": "c-1", "format": "text", "protection": "server", "body": body,
            "attachments": [], "sent_at": "2026-11-21T13:04:05.123Z",
            "created_at": "2026-11-21T13:04:05.678Z", "expires_at": null, "deleted_at": null,
        }],
        "next_cursor": null,
        "prev_cursor": null,
    });
    assert_eq!(pair.list(&pair.bob), expected);
    assert_eq!(pair.list(&pair.alice), expected);
}

/// A JWE in general JSON serialization, as far as the server looks at it: `{"enc":"A256GCM"}` is protected.
const JWE: &str = r#"{"protected":"eyJlbmMiOiJBMjU2R0NNIn0","recipients":[{"header":{"alg":"RSA-OAEP-256",
    "kid":"k"},"encrypted_key":"AA"}],"iv":"AAAAAAAAAAAAAAAA","ciphertext":"AA","tag":"AAAAAAAAAAAAAAAAAAAAAA"}"#;

#[test]
fn what_is_no_jwe_is_not_taken_for_one() {
    let pair = Pair::start();
    for body in [
        "{\"a\": 1}",
        "hello",
        &JWE.replace("A256GCM", "A128GCM")
            .replace("eyJlbmMiOiJBMjU2R0NNIn0", "e30"),
    ] {
        let refused = pair.send(&json!({"client_id": "c-1", "format": "jose", "body": body}));
        assert_eq!(refused.status, 422);
        assert_eq!(refused.json()["errors"][0]["pointer"], "/body");
    }
}

#[test]
fn each_format_says_who_can_read_it() {
    let pair = Pair::start();
    for (format, protection) in [("text", "server"), ("jose", "e2ee"), ("opaque", "e2ee")] {
        let body = json!({"client_id": format, "format": format, "body": JWE});
        let sent = pair.send(&body).json();
        assert_eq!(sent["protection"], protection, "{sent}");
    }
    let listed = pair.list(&pair.bob);
    for (message, format) in listed["data"]
        .as_array()
        .unwrap()
        .iter()
        .zip(["opaque", "jose", "text"])
    {
        assert_eq!(message["format"], format);
        assert_eq!(message["body"], JWE);
        assert_eq!(message["sent_at"], Value::Null);
    }
}

#[test]
fn text_rests_sealed() {
    let pair = Pair::start();
    let (canary, control) = ("canary-plaintext-4711", "canary-as-it-came-4711");
    pair.send(&json!({"client_id": "c-1", "format": "text", "body": canary}));
    pair.send(&json!({"client_id": "c-2", "format": "opaque", "body": control}));
    let stored = pair.server.stored();
    let found = |text: &str| {
        stored
            .windows(text.len())
            .any(|bytes| bytes == text.as_bytes())
    };
    assert!(found(control), "the right files were read");
    assert!(!found(canary));
}

#[test]
fn a_repeat_is_answered_like_the_original() {
    let pair = Pair::start();
    let body = json!({"client_id": "c-1", "format": "text", "body": "hello"});
    let first = pair.send(&body);
    pair.server.advance(Duration::from_secs(60));
    for _ in 0..2 {
        let repeat = pair.send(&body);
        assert_eq!((repeat.status, repeat.json()), (201, first.json()));
    }
    // Bob's names are his own.
    let bobs = pair.server.post_as(&pair.bob, &pair.path, &body);
    assert_eq!((bobs.status, &bobs.json()["seq"]), (201, &json!(2)));
    assert_eq!(pair.list(&pair.bob)["data"].as_array().unwrap().len(), 2);
}

#[test]
fn one_name_for_two_messages_is_a_conflict() {
    let pair = Pair::start();
    let body =
        |format: &str, body: &str| json!({"client_id": "c-1", "format": format, "body": body});
    assert_eq!(pair.send(&body("text", "hello")).status, 201);
    let refused = pair.send(&body("text", "hello!"));
    assert_eq!(refused.status, 409);
    let detail = "this client_id was used for another message: use a new one for each message";
    assert_eq!(
        refused.problem(),
        json!({
            "type": "urn:sealpost:problem:client-id-reused",
            "title": "Client id reused",
            "status": 409,
            "detail": detail,
            "code": "client-id-reused",
            "errors": [{"pointer": "/client_id", "detail": detail, "code": "client-id-reused"}],
        })
    );
    assert_eq!(pair.send(&body("opaque", "hello")).status, 409);
    pair.server.register("carol");
    let elsewhere = pair.server.start_conversation(&pair.alice, "carol");
    assert_eq!(
        pair.server
            .say(&pair.alice, &elsewhere, "c-1", "hello")
            .status,
        409
    );
    assert_eq!(pair.list(&pair.bob)["data"].as_array().unwrap().len(), 1);
}

#[test]
fn all_wrong_fields_are_told_at_once() {
    let pair = Pair::start();
    let refused = pair.send(&json!({
        "client_id": "a b", "format": "Text", "body": "", "sent_at": "yesterday",
    }));
    assert_eq!(refused.status, 422);
    assert_eq!(
        refused.problem()["errors"],
        json!([
            {
                "pointer": "/client_id", "code": "invalid-client-id",
                "detail": "a client_id has 1 to 64 visible ASCII characters; a UUID of version 7 is a good one",
            },
            {
                "pointer": "/format", "code": "unknown-format",
                "detail": "the format is one of: jose, text, opaque",
            },
            {"pointer": "/body", "code": "empty-message", "detail": "the body is empty"},
            {
                "pointer": "/sent_at", "code": "invalid-time",
                "detail": "a time looks like 2026-11-21T13:04:05.678Z (RFC 3339)",
            },
        ])
    );
    let cut = pair.send(&json!({"client_id": "c-1", "format": "text"}));
    assert_eq!(
        (cut.status, &cut.problem()["code"]),
        (400, &json!("missing-field"))
    );
    assert_eq!(pair.list(&pair.bob)["data"], json!([]));
}

#[test]
fn a_message_has_at_most_64_kib() {
    let pair = Pair::start();
    let message = |body: &str| json!({"client_id": "c-1", "format": "opaque", "body": body});
    let refused = pair.send(&message(&"é".repeat(32_769)));
    assert_eq!(refused.status, 413);
    let detail = "a body has at most 65536 bytes; anything bigger is a file";
    assert_eq!(
        refused.problem(),
        json!({
            "type": "urn:sealpost:problem:body-too-large",
            "title": "Body too large",
            "status": 413,
            "detail": detail,
            "code": "body-too-large",
            "errors": [{"pointer": "/body", "detail": detail, "code": "body-too-large"}],
            "limit": 65_536,
            "size": 65_538,
        })
    );
    // Sealed to many keys: what to do is said. The last size that fits is looked at.
    let sealed = |size| json!({"client_id": "c-2", "format": "jose", "body": "e".repeat(size)});
    let refused = pair.send(&sealed(65_537));
    assert_eq!(refused.status, 413);
    let detail = format!(
        "{detail}; a `jose` message has an entry for each key: say less, or write to fewer people at once"
    );
    assert_eq!(refused.problem()["detail"], detail);
    assert_eq!(refused.problem()["size"], 65_537);
    let not_too_large = pair.send(&sealed(65_536));
    let problem = not_too_large.problem();
    assert_eq!(
        (not_too_large.status, &problem["errors"][0]["code"]),
        (422, &json!("invalid-jose"))
    );
    // Escaped, it is twice as long on the wire.
    let longest = "\"".repeat(65_536);
    assert_eq!(pair.send(&message(&longest)).status, 201);
    assert_eq!(pair.list(&pair.bob)["data"][0]["body"], longest);
    let beyond_json = pair.send(&message(&"x".repeat(262_144)));
    assert_eq!(
        beyond_json.problem()["detail"],
        "the body may have at most 262144 bytes"
    );
}

#[test]
fn a_flood_of_messages_is_held_up_and_nobody_else_is() {
    let server = TestServer::start();
    let (alice, bob) = (server.log_in("alice"), server.log_in("bob"));
    let conversation = server.start_conversation(&alice, "bob");
    let told = server.get("/v1/server").json()["limits"].clone();
    assert_eq!(
        (&told["messages_per_minute"], &told["messages_at_once"]),
        (&json!(300), &json!(300))
    );
    let first = server.say(&alice, &conversation, "c", "hello");
    assert_eq!(
        first.header("ratelimit-policy"),
        Some(r#""messages";q=300;w=60"#)
    );
    // The machine may be slow, and five come back each second.
    let (taken, refused) = (1..3_000)
        .map(|number| server.say(&alice, &conversation, &format!("c-{number}"), "hello"))
        .enumerate()
        .find(|(_, said)| said.status != 201)
        .unwrap();
    assert!(taken >= 299, "{taken}");
    assert_eq!(
        (refused.status, &refused.problem()["code"]),
        (429, &json!("too-many-requests"))
    );
    assert_eq!(refused.header("retry-after"), Some("1"));
    assert_eq!(refused.header("ratelimit"), Some(r#""messages";r=0;t=1"#));
    assert_eq!(server.say(&bob, &conversation, "c-1", "hello").status, 201);
    let free = TestServer::start_unlimited();
    let told = free.get("/v1/server").json()["limits"].clone();
    assert_eq!(told["messages_per_minute"], json!(null));
}
