//! Following the log: start, resume, gap, acknowledgements.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::client::Client;
use super::{say_many, talking};
use crate::support::{EPOCH, TestServer, access_token};

fn offsets(events: &[Value]) -> Vec<u64> {
    events
        .iter()
        .map(|event| event["offset"].as_u64().unwrap())
        .collect()
}

#[test]
fn the_socket_is_silent_until_it_is_started_and_then_shows_what_happens() {
    let server = TestServer::start();
    let (alice, bob, conversation) = talking(&server);
    let mut client = Client::open(&server, &bob);
    say_many(&server, &alice, &conversation, 1, 1);
    client.assert_silent();
    client.say(&json!({"type": "start"}));
    assert_eq!(
        client.hear(),
        json!({"type": "started", "epoch": EPOCH, "offset": 2})
    );
    client.assert_silent();
    let began = Instant::now();
    say_many(&server, &alice, &conversation, 2, 1);
    let [event] = client.events(1).try_into().unwrap();
    assert!(began.elapsed() < Duration::from_secs(1));
    let polled = server.get_as(&bob, "/v1/events?after=2").json();
    assert_eq!(
        (&event, &event["data"]["body"]),
        (&polled["events"][0], &json!("message 2"))
    );
    client.assert_silent();
}

#[test]
fn every_device_sees_everything() {
    let server = TestServer::start();
    let (alice, bob, conversation) = talking(&server);
    let other_device = access_token(&server.open_session("bob"));
    let mut clients = [&alice, &bob, &other_device].map(|token| Client::started(&server, token));
    say_many(&server, &alice, &conversation, 1, 3);
    for client in &mut clients {
        assert_eq!(offsets(&client.events(3)), [2, 3, 4]);
    }
}

#[test]
fn what_was_missed_is_replayed_exactly_while_more_comes() {
    let server = TestServer::start_unlimited();
    let (alice, bob, conversation) = talking(&server);
    say_many(&server, &alice, &conversation, 1, 250);
    thread::scope(|scope| {
        scope.spawn(|| say_many(&server, &alice, &conversation, 251, 50));
        let mut client = Client::resuming(&server, &bob, 1);
        let resumed = client.hear();
        assert_eq!(resumed["type"], "resumed");
        let replayed = resumed["replayed"].as_u64().unwrap();
        assert!((250..=300).contains(&replayed), "{replayed}");
        let missed = client.events(usize::try_from(replayed).unwrap());
        assert_eq!(
            offsets(&missed),
            (2..replayed + 2).collect::<Vec<_>>(),
            "these and no more in their frames"
        );
        let more = client.events(300 - missed.len());
        let all: Vec<_> = offsets(&missed).into_iter().chain(offsets(&more)).collect();
        assert_eq!(all, (2..=301).collect::<Vec<_>>());
        client.assert_silent();
    });
}

#[test]
fn resuming_at_the_end_replays_nothing() {
    let server = TestServer::start();
    let (alice, bob, conversation) = talking(&server);
    let mut client = Client::resuming(&server, &bob, 1);
    assert_eq!(client.hear(), json!({"type": "resumed", "replayed": 0}));
    client.assert_silent();
    say_many(&server, &alice, &conversation, 1, 1);
    assert_eq!(offsets(&client.events(1)), [2]);
}

#[test]
fn large_events_come_in_frames_of_bounded_size() {
    let server = TestServer::start();
    let (alice, bob, conversation) = talking(&server);
    // The first one, six bytes to a character in JSON, is alone larger than a frame should be.
    let bodies = [
        "\u{1}".repeat(43_675),
        "x".repeat(65_536),
        "y".repeat(65_536),
        "z".repeat(65_536),
        "a".repeat(65_536),
    ];
    for (number, body) in bodies.iter().enumerate() {
        assert_eq!(
            server
                .say(&alice, &conversation, &format!("c-{number}"), body)
                .status,
            201
        );
    }
    let mut client = Client::resuming(&server, &bob, 1);
    assert_eq!(client.hear()["replayed"], 5);
    let mut seen: Vec<Value> = Vec::new();
    let mut large = Vec::new();
    while seen.len() < 5 {
        let frame = client.hear();
        large.push(frame.to_string().len() > 256 * 1024);
        seen.extend(frame["events"].as_array().unwrap().iter().cloned());
    }
    assert!(
        large.remove(0) && !large.contains(&true) && large.len() >= 2,
        "{large:?}"
    );
    for (event, body) in seen.iter().zip(&bodies) {
        assert_eq!(event["data"]["body"], body.as_str());
    }
}

#[test]
fn a_cursor_that_leads_nowhere_is_a_gap_and_then_it_goes_on_live() {
    let server = TestServer::start();
    let (alice, bob, conversation) = talking(&server);
    say_many(&server, &alice, &conversation, 1, 4);
    server.trim(&bob, 3);
    let gap = json!({"type": "gap", "epoch": EPOCH, "earliest": 4, "latest": 5});
    for (epoch, offset) in [(EPOCH, 0), (EPOCH, 2), (EPOCH, 6), ("other", 4)] {
        let mut client = Client::open(&server, &bob);
        client.say(&json!({"type": "resume", "epoch": epoch, "offset": offset}));
        assert_eq!(client.hear(), gap, "{epoch} {offset}");
        client.assert_silent();
    }
    let mut client = Client::resuming(&server, &bob, 0);
    assert_eq!(client.hear(), gap);
    say_many(&server, &alice, &conversation, 5, 1);
    assert_eq!(offsets(&client.events(1)), [6]);
    let mut client = Client::resuming(&server, &bob, 3);
    assert_eq!(client.hear(), json!({"type": "resumed", "replayed": 3}));
}

#[test]
fn a_mark_is_answered_with_where_it_stands() {
    let server = TestServer::start();
    let (alice, bob, conversation) = talking(&server);
    say_many(&server, &alice, &conversation, 1, 2);
    let mut client = Client::started(&server, &bob);
    for (offset, stands) in [(2, 2), (1, 2), (2, 2), (99, 3)] {
        client.say(&json!({"type": "ack", "offset": offset}));
        assert_eq!(
            client.hear(),
            json!({"type": "acked", "offset": stands}),
            "{offset}"
        );
    }
    let mark = server
        .post_as(&bob, "/v1/events/ack", &json!({"offset": 0}))
        .json();
    assert_eq!(
        mark,
        json!({"offset": 3}),
        "one mark, whichever way it is moved"
    );
}
