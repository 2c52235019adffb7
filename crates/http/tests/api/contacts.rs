//! People become contacts, and stop being so.

use serde_json::{Value, json};

use crate::support::TestServer;

const CONTACTS: &str = "/v1/me/contacts";

fn states(server: &TestServer, token: &str) -> Vec<(String, String)> {
    let listed = server.get_as(token, CONTACTS).json();
    let contacts = listed["data"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    contacts
        .map(|contact| (text(&contact["user"]["username"]), text(&contact["state"])))
        .collect()
}

fn pair(name: &str, state: &str) -> Vec<(String, String)> {
    vec![(name.to_owned(), state.to_owned())]
}

/// What happened to contacts, and the state that the event shows now.
fn heard(server: &TestServer, token: &str) -> Vec<(String, Value)> {
    let log = server.get_as(token, "/v1/events").json();
    let events = log["events"].as_array().unwrap().iter();
    let of_contacts =
        events.filter(|event| event["type"].as_str().unwrap().starts_with("contact."));
    of_contacts
        .map(|event| {
            let kind = event["type"].as_str().unwrap().to_owned();
            (kind, event["data"]["state"].clone())
        })
        .collect()
}

#[test]
fn one_asks_and_the_other_accepts() {
    let server = TestServer::start();
    let (alice, bob) = (server.log_in("alice"), server.log_in("Bob"));
    let asked = server.send_as(&alice, "PUT", "/v1/me/contacts/BOB", "");
    assert_eq!(asked.status, 200);
    let mut contact = asked.json();
    assert_eq!(contact["user"]["id"].take().as_str().unwrap().len(), 36);
    let expected = json!({
        "user": {"id": null, "username": "Bob"},
        "state": "requested_by_me",
        "since": "2026-11-21T13:04:05.678Z",
        "online": null,
    });
    assert_eq!(contact, expected);
    assert_eq!(states(&server, &alice), pair("Bob", "requested_by_me"));
    assert_eq!(states(&server, &bob), pair("alice", "requested_by_them"));
    // Asking twice is asking once.
    assert_eq!(
        server
            .send_as(&alice, "PUT", "/v1/me/contacts/bob", "")
            .json(),
        asked.json()
    );

    let accepted = server.send_as(&bob, "PUT", "/v1/me/contacts/alice", "");
    assert_eq!(accepted.json()["state"], "mutual");
    assert_eq!(states(&server, &alice), pair("Bob", "mutual"));
    assert_eq!(states(&server, &bob), pair("alice", "mutual"));
    let seen = server.get_as(&alice, "/v1/users/bob").json();
    assert_eq!(
        (&seen["is_contact"], &seen["contact"]),
        (&json!(true), &json!("mutual"))
    );
    let events = |kinds: &[&str]| -> Vec<(String, Value)> {
        let told = kinds
            .iter()
            .map(|kind| (format!("contact.{kind}"), json!("mutual")));
        told.collect()
    };
    for token in [&alice, &bob] {
        assert_eq!(heard(&server, token), events(&["requested", "accepted"]));
    }
}

#[test]
fn a_request_is_declined_or_withdrawn_and_a_contact_ended() {
    let server = TestServer::start();
    let (alice, bob) = (server.log_in("alice"), server.log_in("bob"));
    let end = |token: &str, name: &str| {
        let path = format!("/v1/me/contacts/{name}");
        server.send_as(token, "DELETE", &path, "").status
    };
    let ask = |token: &str, name: &str| {
        let path = format!("/v1/me/contacts/{name}");
        assert_eq!(server.send_as(token, "PUT", &path, "").status, 200);
    };
    for (accepted, ended_by, of) in [
        (false, &alice, "bob"),
        (false, &bob, "alice"),
        (true, &bob, "alice"),
    ] {
        ask(&alice, "bob");
        if accepted {
            ask(&bob, "alice");
        }
        assert_eq!(end(ended_by, of), 204);
        assert_eq!(end(ended_by, of), 204, "again");
        for token in [&alice, &bob] {
            assert_eq!(states(&server, token), []);
            let (kind, state) = heard(&server, token).pop().unwrap();
            assert_eq!((kind.as_str(), state), ("contact.removed", json!("none")));
        }
    }
    assert_eq!(end(&alice, "nobody"), 204);
    assert_eq!(end(&alice, "alice"), 204);
}

#[test]
fn nobody_is_a_contact_of_themselves_or_of_nobody() {
    let server = TestServer::start();
    let alice = server.log_in("alice");
    for (name, status, code) in [
        ("ALICE", 422, "contact-with-oneself"),
        ("nobody", 404, "not-found"),
        ("a%20b", 404, "not-found"),
    ] {
        let refused = server.send_as(&alice, "PUT", &format!("/v1/me/contacts/{name}"), "");
        assert_eq!(refused.status, status, "{name}");
        assert_eq!(refused.problem()["code"], code);
    }
    let refused = server.send_as(&alice, "PUT", "/v1/me/blocks/alice", "");
    assert_eq!(refused.problem()["code"], "block-of-oneself");
}

#[test]
fn contacts_and_blocks_are_listed_page_by_page() {
    let server = TestServer::start();
    let alice = server.log_in("alice");
    for name in ["erin", "Bob", "dave", "Carol"] {
        server.register(name);
        for list in ["contacts", "blocks"] {
            let path = format!("/v1/me/{list}/{name}");
            assert!(server.send_as(&alice, "PUT", &path, "").status < 300);
            if list == "contacts" && name == "dave" {
                break;
            }
        }
    }
    // A block ended the contact.
    assert_eq!(states(&server, &alice), pair("dave", "requested_by_me"));
    let (mut names, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = server.get_as(&alice, &format!("/v1/me/blocks?limit=2{cursor}"));
        let page = page.json();
        for block in page["data"].as_array().unwrap() {
            assert_eq!(block["since"], "2026-11-21T13:04:05.678Z");
            names.push(block["user"]["username"].as_str().unwrap().to_owned());
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(names, ["Bob", "Carol", "erin"]);
    for _ in 0..2 {
        let lifted = server.send_as(&alice, "DELETE", "/v1/me/blocks/bob", "");
        assert_eq!(lifted.status, 204);
    }
    let left = server.get_as(&alice, "/v1/me/blocks").json();
    assert_eq!(left["data"].as_array().unwrap().len(), 2);
}

#[test]
fn so_many_requests_an_hour_and_no_more() {
    let server = TestServer::start();
    let alice = server.log_in("alice");
    server.register("bob");
    for n in 0..50 {
        for method in ["PUT", "DELETE"] {
            let answer = server.send_as(&alice, method, "/v1/me/contacts/bob", "");
            assert!(answer.status < 300, "{n}: {answer:?}");
        }
    }
    for _ in 0..50 {
        server.send_as(&alice, "PUT", "/v1/me/contacts/bob", "");
    }
    let refused = server.send_as(&alice, "PUT", "/v1/me/contacts/bob", "");
    assert_eq!(refused.status, 429);
    assert_eq!(refused.problem()["code"], "too-many-requests");
    assert!(refused.header("retry-after").is_some());
}
