//! Signals: told to whoever looks, and never stored.

use serde_json::{Value, json};

use super::client::Client;
use super::{say_many, talking};
use crate::support::{TestServer, access_token};

fn tell_typing(server: &TestServer, token: &str, conversation: &str) -> u16 {
    let path = format!("/v1/conversations/{conversation}/typing");
    server.send_as(token, "POST", &path, "").status
}

/// The signal that this frame brings.
fn signal(frame: &Value) -> &Value {
    assert_eq!(frame["type"], "signal", "{frame}");
    &frame["signal"]
}

#[test]
fn the_other_one_hears_that_somebody_writes_and_nothing_is_stored() {
    let server = TestServer::start();
    let (alice, bob, conversation) = talking(&server);
    let own_id = server.get_as(&alice, "/v1/me").json()["id"].clone();
    let mut clients = [(); 2].map(|()| Client::started(&server, &bob));
    let mut own = Client::started(&server, &alice);
    let mut not_begun = Client::open(&server, &bob);
    assert_eq!(tell_typing(&server, &alice, &conversation), 204);
    for client in &mut clients {
        assert_eq!(
            client.hear(),
            json!({"type": "signal", "signal": {
                "type": "typing",
                "conversation_id": conversation,
                "user_id": own_id,
                "until": "2026-11-21T13:04:15.678Z",
            }})
        );
    }
    own.assert_silent();
    not_begun.assert_silent();
    let events = server.get_as(&bob, "/v1/events?after=1").json();
    assert_eq!(events["events"], json!([]));
}

#[test]
fn a_socket_says_that_its_user_writes() {
    let server = TestServer::start();
    let (alice, bob, conversation) = talking(&server);
    let mut bobs = Client::started(&server, &bob);
    let mut alices = Client::open(&server, &alice);
    let typing = json!({"type": "typing", "conversation": conversation});
    alices.say(&typing);
    assert_eq!(alices.hear()["code"], "not-started");
    alices.say(&json!({"type": "start"}));
    alices.hear();
    alices.say(&typing);
    assert_eq!(signal(&bobs.hear())["type"], "typing");
    alices.assert_silent();
    for unknown in ["019aa6b0-7c3a-7d52-9a5e-0242ac120003", "x", ""] {
        alices.say(&json!({"type": "typing", "conversation": unknown}));
        assert_eq!(alices.hear()["code"], "unknown-conversation");
    }
}

#[test]
fn strangers_and_those_who_are_blocked_tell_nobody() {
    let server = TestServer::start();
    let (alice, bob, conversation) = talking(&server);
    let mallory = server.log_in("mallory");
    let mut bobs = Client::started(&server, &bob);
    assert_eq!(tell_typing(&server, &mallory, &conversation), 404);
    let block = server.send_as(&bob, "PUT", "/v1/me/blocks/alice", "");
    assert!(block.status < 300, "{block:?}");
    assert_eq!(tell_typing(&server, &alice, &conversation), 204);
    bobs.assert_silent();
}

#[test]
fn typing_has_a_rate() {
    let server = TestServer::start();
    let (alice, bob, conversation) = talking(&server);
    let path = format!("/v1/conversations/{conversation}/typing");
    for _ in 0..20 {
        assert_eq!(tell_typing(&server, &alice, &conversation), 204);
    }
    let refused = server.send_as(&alice, "POST", &path, "");
    assert_eq!(refused.status, 429);
    assert!(refused.header("retry-after").is_some());
    let mut alices = Client::started(&server, &alice);
    alices.say(&json!({"type": "typing", "conversation": conversation}));
    assert_eq!(alices.hear()["code"], "too-many-requests");
    assert_eq!(tell_typing(&server, &bob, &conversation), 204);
}

#[test]
fn a_slow_reader_misses_signals_and_no_events() {
    let server = TestServer::start_unlimited();
    let (alice, bob, conversation) = talking(&server);
    let mut client = Client::started(&server, &access_token(&server.open_session("bob")));
    for round in 0..30 {
        tell_typing(&server, &alice, &conversation);
        say_many(&server, &alice, &conversation, round * 3 + 1, 3);
    }
    let mut events = 0;
    while events < 90 {
        let frame = client.hear();
        match frame["type"].as_str().unwrap() {
            "events" => events += frame["events"].as_array().unwrap().len(),
            _ => drop(signal(&frame)),
        }
    }
    drop(bob);
}
