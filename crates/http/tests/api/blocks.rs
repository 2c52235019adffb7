//! To whom they block, people do not exist.

use serde_json::{Value, json};

use crate::support::{Answer, TestServer};

/// Everything that can be asked about somebody by name.
const ROUTES: [(&str, &str, &str); 9] = [
    ("GET", "/v1/users/{name}", ""),
    ("GET", "/v1/users/{name}/keys", ""),
    ("GET", "/v1/users?q={name}", ""),
    ("PUT", "/v1/me/contacts/{name}", ""),
    ("DELETE", "/v1/me/contacts/{name}", ""),
    ("PUT", "/v1/me/blocks/{name}", ""),
    ("DELETE", "/v1/me/blocks/{name}", ""),
    ("POST", "/v1/conversations", r#"{"username":"{name}"}"#),
    ("GET", "/v1/me/contacts", ""),
];

fn ask(server: &TestServer, token: &str, route: (&str, &str, &str), name: &str) -> Answer {
    let token = format!("Bearer {token}");
    let headers = [
        ("authorization", token.as_str()),
        ("content-type", "application/json"),
        ("x-request-id", "same"),
    ];
    let (method, path, body) = route;
    let fill = |text: &str| text.replace("{name}", name);
    server.send(method, &fill(path), &headers, &fill(body))
}

fn change(server: &TestServer, token: &str, method: &str, path: &str) {
    let changed = server.send_as(token, method, path, "");
    assert!(changed.status < 300, "{changed:?}");
}

fn set(server: &TestServer, token: &str, settings: &Value) {
    let set = server.send_as(token, "PATCH", "/v1/me/settings", &settings.to_string());
    assert_eq!(set.status, 200, "{set:?}");
}

#[test]
fn a_blocked_user_cannot_tell_a_block_from_nobody() {
    let server = TestServer::start();
    let (alice, bob) = (server.log_in("alice"), server.log_in("bob"));
    let carol = server.log_in("carol");
    let known = server.log_in("known");
    // Bob is blocked as a stranger, as a contact, and with a request open; known talks with alice, too.
    change(&server, &alice, "PUT", "/v1/me/blocks/bob");
    change(&server, &carol, "PUT", "/v1/me/contacts/alice");
    change(&server, &alice, "PUT", "/v1/me/blocks/carol");
    change(&server, &known, "PUT", "/v1/me/contacts/alice");
    change(&server, &alice, "PUT", "/v1/me/contacts/known");
    server.start_conversation(&known, "alice");
    change(&server, &alice, "PUT", "/v1/me/blocks/known");
    for settings in [
        json!({"messages_from": "everyone", "discoverable": true}),
        json!({"messages_from": "nobody", "discoverable": true}),
        json!({"messages_from": "contacts", "discoverable": false}),
    ] {
        set(&server, &alice, &settings);
        for token in [&bob, &carol, &known] {
            for route in ROUTES {
                let blocked = ask(&server, token, route, "alice");
                let unknown = ask(&server, token, route, "nobody");
                assert_eq!(blocked.without_date(), unknown.without_date(), "{route:?}");
            }
        }
    }
}

#[test]
fn what_happens_to_somebody_is_not_told_to_whom_they_block() {
    let server = TestServer::start();
    let (alice, bob) = (server.log_in("alice"), server.log_in("bob"));
    server.start_conversation(&alice, "bob");
    change(&server, &bob, "PUT", "/v1/me/contacts/alice");
    change(&server, &alice, "PUT", "/v1/me/contacts/bob");
    change(&server, &alice, "PUT", "/v1/me/blocks/bob");
    let log = server.get_as(&bob, "/v1/events").json();
    let events = log["events"].as_array().unwrap();
    let of_contacts: Vec<&Value> = events
        .iter()
        .filter(|event| event["type"].as_str().unwrap().starts_with("contact."))
        .collect();
    assert_eq!(of_contacts.len(), 3);
    for event in of_contacts {
        assert_eq!(event["data"], Value::Null, "{event}");
    }
    // The other's own log says what there was.
    let log = server.get_as(&alice, "/v1/events").json();
    let last = log["events"].as_array().unwrap().last().unwrap();
    assert_eq!(last["type"], "contact.removed");
    assert_eq!(last["data"]["user"]["username"], "bob");

    let before = server.get_as(&bob, "/v1/events").body;
    let key = json!({"use": "sign", "jwk": {
        "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    }});
    assert_eq!(server.post_as(&alice, "/v1/me/keys", &key).status, 201);
    assert_eq!(server.get_as(&bob, "/v1/events").body, before);
}

#[test]
fn a_block_in_a_conversation_looks_like_the_setting() {
    let server = TestServer::start();
    let (alice, bob) = (server.log_in("alice"), server.log_in("bob"));
    let id = server.start_conversation(&bob, "alice");
    let first = server.say(&bob, &id, "c-1", "hello");
    assert_eq!(first.status, 201);
    let refused = |server: &TestServer, token: &str| {
        let path = format!("/v1/conversations/{id}/messages");
        let body = r#"{"client_id":"c-2","format":"text","body":"again"}"#;
        ask(server, token, ("POST", &path, body), "")
    };
    set(&server, &alice, &json!({"messages_from": "nobody"}));
    let by_setting = refused(&server, &bob);
    assert_eq!(by_setting.status, 403);
    assert_eq!(by_setting.problem()["code"], "takes-no-messages");
    change(&server, &alice, "PUT", "/v1/me/blocks/bob");
    assert_eq!(
        refused(&server, &bob).without_date(),
        by_setting.without_date()
    );
    set(&server, &alice, &json!({"messages_from": "everyone"}));
    assert_eq!(
        refused(&server, &bob).without_date(),
        by_setting.without_date()
    );
    // What was taken stays taken, and readable.
    assert_eq!(server.say(&bob, &id, "c-1", "hello").json(), first.json());
    let read = server.get_as(&bob, &format!("/v1/conversations/{id}/messages"));
    assert_eq!(read.json()["data"].as_array().unwrap().len(), 1);

    let own = refused(&server, &alice);
    assert_eq!(
        (own.status, &own.problem()["code"]),
        (403, &json!("user-blocked"))
    );
    let started = server.post_as(&alice, "/v1/conversations", &json!({"username": "bob"}));
    assert_eq!(started.problem()["code"], "user-blocked");
    let asked = server.send_as(&alice, "PUT", "/v1/me/contacts/bob", "");
    assert_eq!(asked.problem()["code"], "user-blocked");

    change(&server, &alice, "DELETE", "/v1/me/blocks/bob");
    assert_eq!(server.say(&bob, &id, "c-2", "again").status, 201);
}

#[test]
fn who_takes_messages_of_contacts_takes_them_of_contacts_alone() {
    let server = TestServer::start();
    let (alice, bob) = (server.log_in("alice"), server.log_in("bob"));
    set(&server, &alice, &json!({"messages_from": "contacts"}));
    let start = || server.post_as(&bob, "/v1/conversations", &json!({"username": "alice"}));
    assert_eq!(start().problem()["code"], "takes-no-messages");
    change(&server, &bob, "PUT", "/v1/me/contacts/alice");
    assert_eq!(start().status, 403, "to have asked is not enough");
    change(&server, &alice, "PUT", "/v1/me/contacts/bob");
    assert_eq!(start().status, 201);
    let id = server.start_conversation(&bob, "alice");
    assert_eq!(server.say(&bob, &id, "c-1", "hello").status, 201);
    change(&server, &alice, "DELETE", "/v1/me/contacts/bob");
    assert_eq!(server.say(&bob, &id, "c-2", "hello").status, 403);
    assert_eq!(server.say(&alice, &id, "c-3", "goodbye").status, 201);
}
