//! Who may write to whom.

use serde_json::{Value, json};

use super::client::{PASSWORD, Person, numbers, start};
use super::errors::{NO_USER, assert_said};
use crate::support::access_token;

const TAKES_NONE: &str = "this user takes no messages from you";

fn set(who: &Person<'_>, value: &Value) {
    let answer = who.post(
        "/api/update_settings/",
        &json!({"privacy.messages": value, "more": 1}),
    );
    assert_eq!((answer.status, answer.json()), (200, json!({"msg": "OK"})));
}

fn native(who: &Person<'_>, username: &str) -> String {
    let login = json!({"identifier": username, "password": PASSWORD}).to_string();
    access_token(&who.server.post("/v1/sessions", &login).json())
}

#[test]
fn who_wants_no_messages_gets_none_until_they_do() {
    let server = start();
    let (alice, bob) = (Person::new(&server, "alice"), Person::new(&server, "bob"));
    alice.write_well("bob", 1);
    for (off, on, number) in [(json!(false), json!(true), 2), (json!(0), json!(1), 3)] {
        set(&bob, &off);
        assert_said(&alice.write("bob", number), 403, TAKES_NONE);
        let start = alice.post("/api/start_conversation/", &json!({"username": "bob"}));
        assert_said(&start, 403, TAKES_NONE);
        set(&bob, &on);
        alice.write_well("bob", number);
    }
    assert_eq!(numbers(&bob.read("alice", 0.0, 0.0)), [1, 2, 3]);
}

#[test]
fn it_is_the_setting_of_the_account() {
    let server = start();
    let bob = Person::new(&server, "bob");
    let token = native(&bob, "bob");
    let said = || server.get_as(&token, "/v1/me/settings").json()["messages_from"].clone();
    set(&bob, &json!(false));
    assert_eq!(said(), "nobody");
    set(&bob, &json!(true));
    assert_eq!(said(), "everyone");
    let contacts = json!({"messages_from": "contacts"}).to_string();
    assert_eq!(
        server
            .send_as(&token, "PATCH", "/v1/me/settings", &contacts)
            .status,
        200
    );
    let alice = Person::new(&server, "alice");
    assert_said(&alice.write("bob", 1), 403, TAKES_NONE);
}

#[test]
fn who_is_blocked_or_cannot_be_found_meets_nobody() {
    let server = start();
    let (alice, bob) = (Person::new(&server, "alice"), Person::new(&server, "bob"));
    let carol = Person::new(&server, "carol");
    alice.write_well("bob", 1);
    let bobs = native(&bob, "bob");
    let block = server.send_as(&bobs, "PUT", "/v1/me/blocks/alice", "");
    assert!(block.status < 300, "{block:?}");
    let hidden = json!({"discoverable": false}).to_string();
    let carols = native(&carol, "carol");
    assert_eq!(
        server
            .send_as(&carols, "PATCH", "/v1/me/settings", &hidden)
            .status,
        200
    );
    for (username, number) in [("bob", 2), ("carol", 2), ("nobody", 2), ("no user name", 2)] {
        assert_said(&alice.write(username, number), 404, NO_USER);
        let start = alice.post("/api/start_conversation/", &json!({"username": username}));
        assert_said(&start, 404, NO_USER);
    }
    // What had come is there to be read.
    assert_eq!(numbers(&bob.read("alice", 0.0, 0.0)), [1]);
    let blocker = bob.write("alice", 9);
    assert_said(
        &blocker,
        403,
        "you have blocked this user: lift the block first",
    );
    for username in ["carol", "nobody", "no user name"] {
        let asked = alice.ask(&json!({"username": username, "from_ts": 0, "to_ts": 0}));
        assert_said(&asked, 404, NO_USER);
    }
    assert_eq!(alice.read("bob", 0.0, 0.0), Vec::<Value>::new());
}
