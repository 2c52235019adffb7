//! Frames that make no sense, and those that break the rules.

use std::io::Write as _;

use serde_json::json;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};

use super::client::Client;
use super::{say_many, talking};
use crate::support::{EPOCH, TestServer};

fn assert_error(client: &mut Client, code: &str) {
    let frame = client.hear();
    assert_eq!(
        (&frame["type"], &frame["code"]),
        (&json!("error"), &json!(code)),
        "{frame}"
    );
    assert!(frame["detail"].is_string());
}

#[test]
fn a_frame_that_makes_no_sense_is_answered_and_changes_nothing() {
    let server = TestServer::start();
    let (alice, bob, conversation) = talking(&server);
    let mut client = Client::open(&server, &bob);
    for (text, code) in [
        ("CANARY", "malformed-frame"),
        (
            r#"{"type":"resume","epoch":"x","offset":-1}"#,
            "malformed-frame",
        ),
        (r#"{"type":"CANARY"}"#, "unknown-type"),
        (r#"{"type":"ack","offset":1}"#, "not-started"),
    ] {
        client.send(Message::text(text));
        assert_error(&mut client, code);
    }
    client.say(&json!({"type": "resume", "epoch": EPOCH, "offset": 1}));
    assert_eq!(client.hear(), json!({"type": "resumed", "replayed": 0}));
    for again in [
        json!({"type": "start"}),
        json!({"type": "resume", "epoch": EPOCH, "offset": 0}),
    ] {
        client.say(&again);
        assert_error(&mut client, "already-started");
    }
    say_many(&server, &alice, &conversation, 1, 1);
    assert_eq!(client.events(1)[0]["offset"], 2);
}

#[test]
fn eleven_such_frames_are_too_many() {
    let server = TestServer::start();
    let bob = server.log_in("bob");
    let mut client = Client::open(&server, &bob);
    for _ in 0..11 {
        client.send(Message::text("{}"));
    }
    for _ in 0..10 {
        assert_error(&mut client, "malformed-frame");
    }
    assert_eq!(client.close_code(), Some(1008));
}

/// How the server closes a socket on which this was sent.
fn close_code(frames: Vec<Message>) -> Option<u16> {
    let server = TestServer::start();
    let bob = server.log_in("bob");
    let mut client = Client::started(&server, &bob);
    for frame in frames {
        client.send(frame);
    }
    client.close_code()
}

fn part(data: Data, bytes: &[u8], last: bool) -> Message {
    Message::Frame(Frame::message(bytes.to_vec(), OpCode::Data(data), last))
}

#[test]
fn only_text_is_taken() {
    assert_eq!(close_code(vec![Message::binary(&b"{}"[..])]), Some(1003));
    assert_eq!(
        close_code(vec![part(Data::Text, b"\"\xff\"", true)]),
        Some(1007)
    );
}

#[test]
fn nothing_larger_than_a_frame_or_a_message_may_be() {
    let quarter = vec![b' '; 64 * 1024];
    assert_eq!(
        close_code(vec![Message::text(" ".repeat(64 * 1024 + 1))]),
        Some(1009)
    );
    let parts = [
        part(Data::Text, &quarter, false),
        part(Data::Continue, &quarter, false),
        part(Data::Continue, &quarter, false),
        part(Data::Continue, &quarter, false),
    ];
    let too_many = parts
        .iter()
        .cloned()
        .chain([part(Data::Continue, b" ", true)]);
    assert_eq!(close_code(too_many.collect()), Some(1009));
}

#[test]
fn a_message_of_many_frames_is_one_message() {
    let server = TestServer::start();
    let bob = server.log_in("bob");
    let mut client = Client::open(&server, &bob);
    let space = vec![b' '; 64 * 1024];
    client.send(part(Data::Text, br#"{"type":"#, false));
    client.send(part(Data::Continue, &space, false));
    client.send(Message::Ping(b"there?".to_vec().into()));
    client.send(part(Data::Continue, br#""start"}"#, true));
    assert_eq!(
        client.read().unwrap(),
        Message::Pong(b"there?".to_vec().into())
    );
    assert_eq!(client.hear()["type"], "started");
}

#[test]
fn a_frame_is_refused_before_it_has_come() {
    let server = TestServer::start();
    let bob = server.log_in("bob");
    let mut client = Client::started(&server, &bob);
    // The head of a masked text of a terabyte.
    let mut head = vec![0x81, 0xFF];
    head.extend_from_slice(&(1_u64 << 40).to_be_bytes());
    client.stream().write_all(&head).unwrap();
    assert_eq!(client.close_code(), Some(1009));
}

#[test]
fn what_breaks_the_rules_of_websockets_ends_it() {
    let unmasked = b"\x81\x02{}";
    let server = TestServer::start();
    let bob = server.log_in("bob");
    let mut client = Client::started(&server, &bob);
    client.stream().write_all(unmasked).unwrap();
    assert_eq!(client.close_code(), Some(1002));
    assert_eq!(
        close_code(vec![part(Data::Continue, b"x", true)]),
        Some(1002)
    );
}
