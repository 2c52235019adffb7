//! Keys of any kind, and where else they show.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::client::{GOOD_KEY, PASSWORD, Person, WEAK_KEY, start};
use crate::support::{TestServer, access_token};

/// Logs somebody of the dialect in natively.
fn native(server: &TestServer, username: &str) -> String {
    let body = json!({"identifier": username, "password": PASSWORD});
    access_token(&server.post("/v1/sessions", &body.to_string()).json())
}

fn reset(server: &TestServer, person: &Person, key: &str) {
    let body = json!({"password": PASSWORD, "new_public_key": key});
    let answer = server.mailbox_post(person, "/reset_public_key", &body);
    assert_eq!((answer.status, &*answer.body), (200, "OK"), "{answer:?}");
}

/// The keys of the ring, as others see them.
fn ring(server: &TestServer, viewer: &str, username: &str) -> Vec<Value> {
    let keys = server.get_as(viewer, &format!("/v1/users/{username}/keys"));
    keys.json()["data"].as_array().unwrap().clone()
}

fn key_changes(server: &TestServer, token: &str) -> Vec<Value> {
    let events = server.get_as(token, "/v1/events").json();
    let events = events["events"].as_array().unwrap().iter();
    events
        .filter(|event| event["type"] == "key.changed")
        .map(|event| event["data"].clone())
        .collect()
}

#[test]
fn any_text_is_a_key_and_comes_back_as_it_was() {
    let server = start();
    let modulus = STANDARD.encode([0xC1; 128]);
    for (name, key, has_fingerprint) in [
        ("good", GOOD_KEY, true),
        ("weak", WEAK_KEY, true),
        ("modulus", &*modulus, true),
        ("opaque", "not \u{e9}ven\na key", false),
    ] {
        server.mailbox_create(name, key);
        let answer = server.mailbox_key(name);
        assert_eq!(answer.json(), json!({"public_key": key}), "{name}");
        let fingerprint = answer.header("sealpost-key-fingerprint");
        assert_eq!(
            fingerprint.map(str::len),
            has_fingerprint.then_some(43),
            "{name}"
        );
    }
    let viewer = server.log_in("viewer");
    assert_eq!(ring(&server, &viewer, "good").len(), 1);
    for name in ["weak", "modulus", "opaque"] {
        assert!(ring(&server, &viewer, name).is_empty(), "{name}");
    }
}

#[test]
fn a_weak_key_is_not_handed_out_by_messenger_and_a_good_one_is() {
    let server = start();
    server.mailbox_create("good", GOOD_KEY);
    server.mailbox_create("weak", WEAK_KEY);
    let token = server.enrol("asker").json()["access_token"].clone();
    let ask = |username: &str| {
        server.post_as(
            token.as_str().unwrap(),
            "/api/start_conversation/",
            &json!({"username": username}),
        )
    };
    assert_eq!(ask("good").json()["msg_public_key"], GOOD_KEY);
    assert_eq!(ask("weak").status, 404);
    assert_eq!(ask("weak").body, ask("nobody").body);
}

#[test]
fn a_reset_shows_everywhere_and_contacts_are_told() {
    let server = start();
    server.mailbox_create("alice", "OPAQUE");
    let alice = server.mailbox_enter("alice");
    let bob = server.log_in("bob");
    server.start_conversation(&bob, "alice");
    let before = key_changes(&server, &bob).len();

    reset(&server, &alice, GOOD_KEY);
    let token = server.enrol("asker").json()["access_token"].clone();
    let ask = || {
        let body = json!({"username": "alice"});
        server.post_as(token.as_str().unwrap(), "/api/start_conversation/", &body)
    };
    let found = ask().json();
    assert_eq!(found["msg_public_key"], GOOD_KEY);
    // The first event of the history was the key before.
    assert_eq!(found["key_version"], 2);
    let keys = ring(&server, &bob, "alice");
    assert_eq!(keys.len(), 1);
    let told = key_changes(&server, &bob);
    assert_eq!(told.len(), before + 1);
    assert_eq!(told[before]["user"]["username"], "alice");
    assert_eq!(told[before]["key"]["id"], keys[0]["id"]);

    // A weak one takes its place: the good one is withdrawn, and that is told, too.
    reset(&server, &alice, WEAK_KEY);
    assert!(ring(&server, &bob, "alice").is_empty());
    assert_eq!(ask().status, 404);
    assert_eq!(server.mailbox_key("alice").json()["public_key"], WEAK_KEY);
    let told = key_changes(&server, &bob);
    assert_eq!(told.len(), before + 2);
    assert_eq!(told[before + 1]["user"]["username"], "alice");
    assert_eq!(told[before + 1]["key"], Value::Null);
    assert!(!told[before]["key"]["revoked_at"].is_null());

    // The whole history, as the native API tells it; the ring never had the weak one and the one before all.
    let history = server.get_as(&bob, "/v1/users/alice/keys/history").json();
    let told: Vec<_> = history["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| (&event["operation"], event["key"].is_null()))
        .collect();
    let (add, rotate) = (json!("add"), json!("rotate"));
    assert_eq!(told, [(&add, true), (&rotate, false), (&rotate, true)]);

    // One that was withdrawn does not come back into the ring.
    reset(&server, &alice, GOOD_KEY);
    assert!(ring(&server, &bob, "alice").is_empty());
    assert_eq!(server.mailbox_key("alice").json()["public_key"], GOOD_KEY);
    let trail = server.audit_kinds(&native(&server, "alice"));
    let published = trail.iter().filter(|kind| *kind == "key.published").count();
    let revoked = trail.iter().filter(|kind| *kind == "key.revoked").count();
    assert_eq!((published, revoked), (4, 1));
}

#[test]
fn the_key_of_another_door_is_served_as_pem() {
    let server = start();
    assert_eq!(server.enrol("messenger_user").status, 200);
    let key = server.mailbox_key("messenger_user").json();
    let pem = key["public_key"].as_str().unwrap();
    assert!(pem.starts_with("-----BEGIN PUBLIC KEY-----\n"), "{pem}");
}

#[test]
fn a_reset_takes_the_place_of_a_key_of_another_door() {
    let server = start();
    assert_eq!(server.enrol("messenger_user").status, 200);
    let viewer = server.log_in("viewer");
    let login = json!({"username": "messenger_user", "password": "Your_secure_pa$$w0rd"});
    let entered = server.post("/authenticate", &login.to_string());
    let session = entered.json()["session_id"].as_str().unwrap().to_owned();
    let cookies = format!("username=messenger_user; session_id={session}");
    let headers = [("cookie", &*cookies), ("content-type", "application/json")];
    let [before] = &ring(&server, &viewer, "messenger_user")[..] else {
        panic!("one key")
    };
    let new = include_str!("../../../../crypto/testdata/data_key/public.pem");
    let body = json!({"password": "Your_secure_pa$$w0rd", "new_public_key": new}).to_string();
    let reset = server.send("POST", "/reset_public_key", &headers, &body);
    assert_eq!(reset.status, 200, "{reset:?}");
    // Whoever resets a key has lost it: nobody is to seal to it any more.
    let [after] = &ring(&server, &viewer, "messenger_user")[..] else {
        panic!("one key")
    };
    let path = "/v1/users/messenger_user/keys/history";
    let history = server.get_as(&viewer, path).json();
    let last = &history["data"][1];
    assert_eq!(
        (
            &last["operation"],
            &last["asserted_by"],
            &last["replaced_id"],
            &last["key_id"]
        ),
        (
            &json!("rotate"),
            &json!("server"),
            &before["id"],
            &after["id"]
        )
    );
    assert!(!history["data"][0]["key"]["revoked_at"].is_null());
}

#[test]
fn a_key_withdrawn_natively_is_not_served_any_more() {
    let server = start();
    server.mailbox_create("alice", GOOD_KEY);
    let token = native(&server, "alice");
    let keys = server.get_as(&token, "/v1/me/keys").json();
    let id = keys["data"][0]["id"].as_str().unwrap();
    let revoked = server.send_as(&token, "DELETE", &format!("/v1/me/keys/{id}"), "");
    assert!(revoked.status < 300, "{revoked:?}");
    assert_eq!(server.mailbox_key("alice").status, 400);
}

#[test]
fn who_hides_is_known_to_their_contacts_alone() {
    let server = start();
    server.mailbox_create("alice", "KEY");
    let token = native(&server, "alice");
    let hide = json!({"discoverable": false}).to_string();
    assert_eq!(
        server
            .send_as(&token, "PATCH", "/v1/me/settings", &hide)
            .status,
        200
    );
    assert_eq!(server.mailbox_key("alice").status, 400);
    let alice = server.mailbox_enter("alice");
    let own = server.mailbox_post(&alice, "/get_public_key", &json!({"username": "alice"}));
    assert_eq!(own.json(), json!({"public_key": "KEY"}));
}
