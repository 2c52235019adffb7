//! How sockets end.

use std::io::Read as _;
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use sealpost_http::SocketTimes;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use super::client::Client;
use super::{say_many, talking};
use crate::support::{PASSWORD, TestServer, access_token};

#[test]
fn a_goodbye_is_answered_in_kind() {
    let server = TestServer::start();
    let bob = server.log_in("bob");
    let mut client = Client::started(&server, &bob);
    let goodbye = CloseFrame {
        code: CloseCode::Normal,
        reason: "bye".into(),
    };
    client.send(Message::Close(Some(goodbye)));
    assert_eq!(client.closed(), Some((1000, String::new())));
    let mut client = Client::started(&server, &bob);
    client.send(Message::Close(None));
    assert!(matches!(client.read(), Ok(Message::Close(None))));
}

#[test]
fn the_socket_of_an_ended_session_is_closed_within_a_second() {
    let server = TestServer::start();
    let (alice, bob, conversation) = talking(&server);
    let other = server.open_session("bob");
    let mut ended = Client::started(&server, &access_token(&other));
    let mut waiting = Client::open(&server, &access_token(&other));
    let mut staying = Client::started(&server, &bob);
    let began = Instant::now();
    let path = format!("/v1/sessions/{}", other["session_id"].as_str().unwrap());
    assert_eq!(server.send_as(&bob, "DELETE", &path, "").status, 204);
    assert_eq!(
        ended.closed(),
        Some((4401, "the session has ended".to_owned()))
    );
    assert_eq!(waiting.close_code(), Some(4401));
    assert!(
        began.elapsed() < Duration::from_millis(2500),
        "two times a second to linger included"
    );
    let [event] = staying.events(1).try_into().unwrap();
    assert_eq!(
        (&event["type"], &event["data"]),
        (
            &json!("session.revoked"),
            &json!({"id": other["session_id"]})
        )
    );
    say_many(&server, &alice, &conversation, 1, 1);
    assert_eq!(staying.events(1)[0]["type"], "message.created");
}

/// Bob's sockets close with 4401 once this was done with his access token, and Alice's stays.
fn close_bobs(done: impl FnOnce(&TestServer, &str)) {
    let server = TestServer::start();
    let (alice, bob, _) = talking(&server);
    let other = access_token(&server.open_session("bob"));
    let mut sockets = [
        Client::started(&server, &other),
        Client::open(&server, &other),
    ];
    let mut staying = Client::started(&server, &alice);
    done(&server, &bob);
    for socket in &mut sockets {
        let ended = Some((4401, "the session has ended".to_owned()));
        assert_eq!(socket.closed(), ended);
    }
    staying.say(&json!({"type": "ack", "offset": 1}));
    while staying.hear()["type"] != "acked" {}
}

#[test]
fn the_sockets_of_a_disabled_account_are_closed() {
    close_bobs(|server, _| server.disable("bob"));
}

#[test]
fn the_sockets_of_who_leaves_are_closed() {
    close_bobs(|server, bob| {
        assert_eq!(server.send_as(bob, "DELETE", "/v1/me", "").status, 204);
    });
}

#[test]
fn a_new_password_closes_the_sockets_of_all_other_sessions() {
    close_bobs(|server, bob| {
        let body =
            json!({"current_password": PASSWORD, "new_password": "wrong donkey accumulator"});
        let mut own = Client::started(server, bob);
        let changed = server.send_as(bob, "PUT", "/v1/me/password", &body.to_string());
        assert_eq!(changed.status, 204);
        own.say(&json!({"type": "ack", "offset": 1}));
        while own.hear()["type"] != "acked" {}
    });
}

#[test]
fn a_socket_outlives_the_token_and_ends_with_the_session() {
    let server = TestServer::start();
    let (alice, bob, conversation) = talking(&server);
    let mut client = Client::started(&server, &bob);
    say_many(&server, &alice, &conversation, 1, 1);
    client.events(1);
    server.advance(Duration::from_secs(11 * 60));
    assert_eq!(server.get_as(&bob, "/v1/me").status, 401);
    thread::sleep(Duration::from_millis(1500));
    client.say(&json!({"type": "ack", "offset": 2}));
    assert_eq!(client.hear()["type"], "acked");
    server.advance(Duration::from_secs(31 * 24 * 60 * 60));
    assert_eq!(client.close_code(), Some(4401));
}

#[test]
fn a_server_that_stops_says_when_to_come_back() {
    let mut server = TestServer::start();
    let bob = server.log_in("bob");
    let mut clients = [(); 3].map(|()| Client::started(&server, &bob));
    server.tell_to_stop();
    for client in &mut clients {
        let (code, reason) = client.closed().unwrap();
        let hint: Value = serde_json::from_str(&reason).unwrap();
        assert_eq!(
            (code, hint["retry_in_ms"].as_u64().unwrap() <= 10_000),
            (1001, true),
            "{reason}"
        );
    }
}

const IMPATIENT: SocketTimes = SocketTimes {
    first_frame: Duration::from_secs(1),
    ping: Duration::from_secs(1),
    silence: Duration::from_secs(3),
    stall: Duration::from_secs(1),
    farewell: Duration::from_secs(6),
};

#[test]
fn who_does_not_say_where_to_begin_is_closed() {
    let server = TestServer::start_patient(IMPATIENT);
    let bob = server.log_in("bob");
    assert_eq!(Client::open(&server, &bob).close_code(), Some(1008));
}

#[test]
fn who_answers_pings_stays_and_who_does_not_is_closed() {
    let server = TestServer::start_patient(IMPATIENT);
    let bob = server.log_in("bob");
    let silent = Client::started(&server, &bob);
    let mut answering = Client::started(&server, &bob);
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(5) {
        assert!(matches!(answering.read(), Ok(Message::Ping(_))));
    }
    // The bytes themselves: a client that reads frames would answer the pings, and too late.
    let mut bytes = Vec::new();
    silent.stream().read_to_end(&mut bytes).unwrap();
    let pings = bytes
        .chunks(2)
        .take_while(|frame| *frame == [0x89, 0])
        .count();
    let [opcode, _, high, low] = bytes[2 * pings..][..4].try_into().unwrap();
    assert!((1..=3).contains(&pings), "{pings}");
    assert_eq!((opcode, u16::from_be_bytes([high, low])), (0x88, 1008));
}

/// A connection whose kernel holds little of what was not read.
fn narrow(server: &TestServer) -> TcpStream {
    let stream = server.connect();
    rustix::net::sockopt::set_socket_recv_buffer_size(&stream, 16 * 1024).unwrap();
    stream
}

/// Says so much that no kernel holds it.
fn say_too_much(server: &TestServer, token: &str, conversation: &str) {
    let body = "x".repeat(60_000);
    for number in 1..=120 {
        let said = server.say(token, conversation, &format!("c-{number}"), &body);
        assert_eq!(said.status, 201);
    }
}

/// How the socket of somebody ended who read nothing for so long, while all was brought to somebody else. Who was too slow goes on
/// where they were, and misses nothing.
fn slow_reader(patience: Duration) -> Option<(u16, String)> {
    let times = SocketTimes {
        silence: Duration::from_secs(120),
        ping: Duration::from_secs(120),
        stall: Duration::from_secs(2),
        farewell: Duration::from_secs(60),
        ..IMPATIENT
    };
    let server = TestServer::start_patient(times);
    let (alice, bob, conversation) = talking(&server);
    let mut slow = Client::open_on(narrow(&server), &bob);
    slow.say(&json!({"type": "start"}));
    let mut quick = Client::started(&server, &access_token(&server.open_session("bob")));
    let newest = thread::scope(|scope| {
        scope.spawn(|| say_too_much(&server, &alice, &conversation));
        let events = quick.events(120);
        assert_eq!(events.len(), 120);
        events[119]["offset"].as_u64().unwrap()
    });
    thread::sleep(patience);
    let (closed, last) = slow.closed_after();
    let last = last.unwrap_or(newest - 120);
    let mut back = Client::resuming(&server, &bob, last);
    let resumed = back.hear();
    assert_eq!(
        (&resumed["type"], &resumed["replayed"]),
        (&json!("resumed"), &json!(newest - last))
    );
    if newest > last {
        let missed = back.events(usize::try_from(newest - last).unwrap());
        let offsets: Vec<u64> = missed
            .iter()
            .map(|event| event["offset"].as_u64().unwrap())
            .collect();
        assert_eq!(offsets, (last + 1..=newest).collect::<Vec<u64>>());
    }
    closed
}

#[test]
fn a_slow_reader_is_closed_and_nobody_waits_for_it() {
    // A machine that is busy may take its time to look: then the reader has begun to read before it was found slow.
    let patience = [4, 12, 36].map(Duration::from_secs);
    assert_eq!(
        patience.into_iter().find_map(slow_reader),
        Some((1013, "too slow: resume where you are".to_owned()))
    );
}

#[test]
fn who_does_not_even_take_the_goodbye_is_dropped() {
    let farewell = Duration::from_secs(1);
    let times = SocketTimes {
        silence: Duration::from_secs(60),
        farewell,
        ..IMPATIENT
    };
    let server = TestServer::start_patient(times);
    let (alice, bob, conversation) = talking(&server);
    let mut slow = Client::open_on(narrow(&server), &bob);
    slow.say(&json!({"type": "start"}));
    say_too_much(&server, &alice, &conversation);
    let began = Instant::now();
    while !server.hub.watched().is_empty() {
        assert!(began.elapsed() < Duration::from_secs(6));
        thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(slow.closed(), None, "it just ends");
}
