//! Who is there, and who gets to see it.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{TestServer, access_token};

fn online(server: &TestServer, token: &str, name: &str) -> Value {
    let seen = server.get_as(token, &format!("/v1/users/{name}"));
    let seen = seen.json()["online"].take();
    let listed = server.get_as(token, "/v1/me/contacts").json();
    let contacts = listed["data"].as_array().unwrap();
    let contact = contacts
        .iter()
        .find(|contact| contact["user"]["username"] == name);
    if let Some(contact) = contact {
        assert_eq!(contact["online"], seen, "the list says the same");
    }
    seen
}

/// Two contacts; Alice's access token. Bob is not logged in.
fn alice_and_bob(server: &TestServer) -> String {
    let (alice, bob) = (server.log_in("alice"), server.log_in("bob"));
    server.send_as(&alice, "PUT", "/v1/me/contacts/bob", "");
    server.send_as(&bob, "PUT", "/v1/me/contacts/alice", "");
    let ended = server.send_as(&bob, "DELETE", "/v1/sessions/current", "");
    assert_eq!(ended.status, 204);
    alice
}

#[test]
fn contacts_see_each_other_come_and_go() {
    let server = TestServer::start();
    let alice = alice_and_bob(&server);
    assert_eq!(online(&server, &alice, "bob"), json!(false));
    let bob = access_token(&server.open_session("bob"));
    assert_eq!(online(&server, &alice, "bob"), json!(true), "at once");
    server.flush_presence();
    assert_eq!(online(&server, &alice, "bob"), json!(true), "in the store");
    server.advance(Duration::from_secs(91));
    assert_eq!(online(&server, &alice, "bob"), json!(false), "vanished");
    server.get_as(&bob, "/v1/me");
    assert_eq!(online(&server, &alice, "bob"), json!(true));
    server.flush_presence();

    let second = access_token(&server.open_session("bob"));
    server.flush_presence();
    server.send_as(&bob, "DELETE", "/v1/sessions/current", "");
    assert_eq!(online(&server, &alice, "bob"), json!(true), "one left");
    server.send_as(&second, "DELETE", "/v1/sessions/current", "");
    assert_eq!(online(&server, &alice, "bob"), json!(false), "the last");
    server.flush_presence();
    assert_eq!(online(&server, &alice, "bob"), json!(false), "for good");
    server.open_session("bob");
    assert_eq!(online(&server, &alice, "bob"), json!(true), "back");
}

#[test]
fn presence_is_for_contacts_and_for_those_who_may_see_it() {
    let server = TestServer::start();
    let alice = alice_and_bob(&server);
    let bob = access_token(&server.open_session("bob"));
    let stranger = server.log_in("stranger");
    server.send_as(&stranger, "PUT", "/v1/me/contacts/bob", "");
    assert_eq!(online(&server, &stranger, "bob"), Value::Null);
    assert_eq!(online(&server, &alice, "bob"), json!(true));
    let hide = json!({"show_presence": false}).to_string();
    server.send_as(&bob, "PATCH", "/v1/me/settings", &hide);
    assert_eq!(online(&server, &alice, "bob"), Value::Null);
    let show = json!({"show_presence": true}).to_string();
    server.send_as(&bob, "PATCH", "/v1/me/settings", &show);
    assert_eq!(online(&server, &alice, "bob"), json!(true));
    server.send_as(&bob, "PUT", "/v1/me/blocks/alice", "");
    assert_eq!(server.get_as(&alice, "/v1/users/bob").status, 404);
    assert_eq!(
        online(&server, &bob, "alice"),
        Value::Null,
        "nor the other way"
    );
}

#[test]
fn dialects_can_ask_for_somebody_whom_the_asker_does_not_see() {
    let server = TestServer::start();
    let alice = server.log_in("alice");
    let me = server.get_as(&alice, "/v1/me").json();
    let id = me["id"].as_str().unwrap();
    assert!(server.is_online(id), "before it reached the store");
    server.flush_presence();
    assert!(server.is_online(id), "from the store");
    server.advance(Duration::from_secs(90));
    assert!(!server.is_online(id));
}

#[test]
fn many_requests_renew_a_lease_once() {
    let server = TestServer::start();
    let alice = server.log_in("alice");
    assert_eq!(server.flush_presence(), 1);
    for _ in 0..5 {
        server.get_as(&alice, "/v1/me");
    }
    assert_eq!(server.flush_presence(), 0);
    server.advance(Duration::from_secs(30));
    server.get_as(&alice, "/v1/me");
    assert_eq!(server.flush_presence(), 1);
}
