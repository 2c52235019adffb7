//! How far people have read, and what their list of conversations says of it.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Answer, TestServer};

fn put(server: &TestServer, token: &str, place: &str, seq: u64) -> Answer {
    let body = json!({"seq": seq}).to_string();
    server.send_as(token, "PUT", place, &body)
}

/// What `token` sees of the members: username, read and delivered, by username.
fn receipts(server: &TestServer, token: &str, path: &str) -> Value {
    let listed = server.get_as(token, &format!("{path}/receipts"));
    assert_eq!(listed.status, 200, "{listed:?}");
    let listed = listed.json();
    let mut seen: Vec<Value> = listed["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            json!([
                one["user"]["username"],
                one["read_seq"],
                one["delivered_seq"]
            ])
        })
        .collect();
    seen.sort_by_key(|one| one[0].as_str().unwrap().to_owned());
    json!(seen)
}

fn set(server: &TestServer, token: &str, send_receipts: bool) {
    let body = json!({"send_receipts": send_receipts}).to_string();
    let changed = server.send_as(token, "PATCH", "/v1/me/settings", &body);
    assert_eq!(
        (changed.status, &changed.json()["send_receipts"]),
        (200, &json!(send_receipts))
    );
}

#[test]
fn markers_move_forward_and_the_others_see_it() {
    let server = TestServer::start();
    let (alice, bob) = (server.log_in("alice"), server.log_in("bob"));
    let id = server.start_conversation(&alice, "bob");
    let path = format!("/v1/conversations/{id}");
    for name in ["c-1", "c-2", "c-3"] {
        server.say(&alice, &id, name, "hello");
    }
    let (read, delivered) = (
        format!("{path}/read-marker"),
        format!("{path}/delivered-marker"),
    );
    for (place, seq, stands) in [
        (&delivered, 1, json!({"read_seq": 0, "delivered_seq": 1})),
        (&read, 2, json!({"read_seq": 2, "delivered_seq": 2})),
        (&read, 1, json!({"read_seq": 2, "delivered_seq": 2})),
        (&delivered, 99, json!({"read_seq": 2, "delivered_seq": 3})),
    ] {
        let marked = put(&server, &bob, place, seq);
        assert_eq!(
            (marked.status, marked.json()),
            (200, stands),
            "{place} {seq}"
        );
    }
    let expected = json!([["alice", 0, 0], ["bob", 2, 3]]);
    for token in [&alice, &bob] {
        assert_eq!(receipts(&server, token, &path), expected);
    }
    let wrong = server.send_as(&bob, "PUT", &read, r#"{"seq":-1}"#);
    assert_eq!(wrong.status, 400);
}

#[test]
fn who_sends_no_receipts_shows_none_and_sees_none() {
    let server = TestServer::start();
    let (alice, bob) = (server.log_in("alice"), server.log_in("bob"));
    let id = server.start_conversation(&alice, "bob");
    let path = format!("/v1/conversations/{id}");
    server.say(&alice, &id, "c-1", "hello");
    for token in [&alice, &bob] {
        put(&server, token, &format!("{path}/read-marker"), 1);
    }
    set(&server, &bob, false);
    assert_eq!(
        receipts(&server, &alice, &path),
        json!([["alice", 1, 1], ["bob", null, null]])
    );
    assert_eq!(
        receipts(&server, &bob, &path),
        json!([["alice", null, null], ["bob", 1, 1]])
    );
    set(&server, &bob, true);
    let all = json!([["alice", 1, 1], ["bob", 1, 1]]);
    assert_eq!(receipts(&server, &alice, &path), all);
    server.send_as(&bob, "PUT", "/v1/me/blocks/alice", "");
    assert_eq!(
        receipts(&server, &alice, &path),
        json!([["alice", 1, 1], ["bob", null, null]])
    );
    assert_eq!(
        receipts(&server, &bob, &path),
        json!([["alice", null, null], ["bob", 1, 1]])
    );
}

/// What stands in Alice's list: id, unread count, and the last message's body.
fn list(server: &TestServer, token: &str) -> Vec<Value> {
    let listed = server.get_as(token, "/v1/conversations").json();
    let data = listed["data"].as_array().unwrap().iter();
    data.map(|one| json!([one["id"], one["unread_count"], one["last_message"]["body"]]))
        .collect()
}

#[test]
fn the_list_has_the_last_active_first_with_its_last_message_and_what_is_unread() {
    let server = TestServer::start();
    let (alice, bob) = (server.log_in("alice"), server.log_in("bob"));
    server.register("carol");
    let first = server.start_conversation(&alice, "bob");
    server.advance(Duration::from_millis(2));
    let second = server.start_conversation(&alice, "carol");
    assert_eq!(
        list(&server, &alice),
        [json!([second, 0, null]), json!([first, 0, null])]
    );
    for name in ["a", "b", "c"] {
        server.advance(Duration::from_millis(2));
        server.say(&bob, &first, name, name);
    }
    assert_eq!(
        list(&server, &alice),
        [json!([first, 3, "c"]), json!([second, 0, null])]
    );
    assert_eq!(list(&server, &bob), [json!([first, 0, "c"])]);
    put(
        &server,
        &alice,
        &format!("/v1/conversations/{first}/read-marker"),
        2,
    );
    assert_eq!(list(&server, &alice)[0], json!([first, 1, "c"]));
    // As in the conversation, and as in the event.
    let listed = server.get_as(&alice, "/v1/conversations").json();
    let newest = server.get_as(
        &alice,
        &format!("/v1/conversations/{first}/messages?limit=1"),
    );
    assert_eq!(listed["data"][0]["last_message"], newest.json()["data"][0]);
    assert_eq!(listed["data"][0]["read_seq"], 2);
}

#[test]
fn what_is_gone_is_not_unread() {
    let server = TestServer::start();
    let (alice, bob) = (server.log_in("alice"), server.log_in("bob"));
    let id = server.start_conversation(&alice, "bob");
    let path = format!("/v1/conversations/{id}/messages");
    let deleted = server.say(&bob, &id, "c-1", "one").json()["id"].take();
    let over = json!({"client_id": "c-2", "format": "text", "body": "two", "expires_in": 5});
    server.post_as(&bob, &path, &over);
    assert_eq!(list(&server, &alice), [json!([id, 2, "two"])]);
    let place = format!("{path}/{}", deleted.as_str().unwrap());
    server.send_as(&bob, "DELETE", &place, "");
    assert_eq!(list(&server, &alice), [json!([id, 1, "two"])]);
    server.advance(Duration::from_secs(5));
    // Nothing is shown of a last message whose time is over; of a deleted one, its place.
    assert_eq!(list(&server, &alice), [json!([id, 0, null])]);
    let listed = server.get_as(&alice, "/v1/conversations").json();
    assert_eq!(listed["data"][0]["last_message"], Value::Null);
    let last = server.say(&bob, &id, "c-3", "three").json()["id"].take();
    server.send_as(
        &bob,
        "DELETE",
        &format!("{path}/{}", last.as_str().unwrap()),
        "",
    );
    let listed = server.get_as(&alice, "/v1/conversations").json();
    assert_eq!(listed["data"][0]["last_message"]["id"], last);
    assert_eq!(listed["data"][0]["last_message"]["body"], Value::Null);
}
