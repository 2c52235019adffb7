//! `/v1/events`: reading, waiting, gaps and acknowledgements.

use std::io::{Read as _, Write as _};
use std::thread;
use std::time::{Duration, Instant};

use sealpost_domain::accounts::RegistrationPolicy;
use serde_json::{Value, json};

use crate::support::{Answer, EPOCH, TestServer};

/// Alice and Bob talk: his token, hers, and their conversation, which is the first event of both.
fn talking(server: &TestServer) -> (String, String, String) {
    let (alice, bob) = (server.log_in("alice"), server.log_in("bob"));
    let conversation = server.start_conversation(&alice, "bob");
    (alice, bob, conversation)
}

fn events(answer: &Answer) -> Vec<Value> {
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()["events"].as_array().unwrap().clone()
}

/// Asks in a thread of its own; how long the answer took comes with it.
fn ask_meanwhile<'scope>(
    scope: &'scope thread::Scope<'scope, '_>,
    server: &'scope TestServer,
    token: &'scope str,
    path: &'scope str,
) -> thread::ScopedJoinHandle<'scope, (Answer, Duration)> {
    let asked = scope.spawn(move || {
        let began = Instant::now();
        (server.get_as(token, path), began.elapsed())
    });
    // Until it waits.
    thread::sleep(Duration::from_millis(300));
    asked
}

#[test]
fn events_are_read_in_order_and_in_pages() {
    let server = TestServer::start();
    let (alice, bob, conversation) = talking(&server);
    for number in 1..=3 {
        assert_eq!(
            server
                .say(&alice, &conversation, &format!("c-{number}"), "hello")
                .status,
            201
        );
    }
    let first = server.get_as(&bob, "/v1/events?limit=2");
    assert_eq!(
        (&first.json()["epoch"], &first.json()["next"]),
        (&json!(EPOCH), &json!(2))
    );
    let [started, said] = events(&first).try_into().unwrap();
    assert_eq!(
        (&started["offset"], &started["type"]),
        (&json!(1), &json!("conversation.created"))
    );
    assert_eq!(started["data"]["id"], conversation.as_str());
    let listed = server.get_as(
        &bob,
        &format!("/v1/conversations/{conversation}/messages?order=asc"),
    );
    assert_eq!(
        said,
        json!({
            "offset": 2,
            "type": "message.created",
            "created_at": "2026-11-21T13:04:05.678Z",
            "data": listed.json()["data"][0],
        })
    );
    let rest = server.get_as(&bob, &format!("/v1/events?after=2&epoch={EPOCH}"));
    let offsets: Vec<_> = events(&rest)
        .iter()
        .map(|event| event["offset"].clone())
        .collect();
    assert_eq!(
        (offsets, &rest.json()["next"]),
        (vec![json!(3), json!(4)], &json!(4))
    );
    let end = server.get_as(&bob, "/v1/events?after=4");
    assert_eq!((events(&end), &end.json()["next"]), (vec![], &json!(4)));
}

#[test]
fn a_waiting_client_hears_at_once() {
    let server = TestServer::start();
    let (alice, bob, conversation) = talking(&server);
    thread::scope(|scope| {
        let asked = ask_meanwhile(scope, &server, &bob, "/v1/events?after=1&wait=30");
        assert_eq!(
            server.say(&alice, &conversation, "c-1", "hello").status,
            201
        );
        let (answer, took) = asked.join().unwrap();
        assert_eq!(events(&answer)[0]["data"]["body"], "hello");
        assert!(took < Duration::from_millis(1300), "{took:?}");
    });
}

#[test]
fn a_wait_ends_with_an_empty_list() {
    let server = TestServer::start();
    let bob = server.log_in("bob");
    let began = Instant::now();
    let answer = server.get_as(&bob, "/v1/events?wait=1");
    assert_eq!(events(&answer), Vec::<Value>::new());
    assert!((1000..2500).contains(&began.elapsed().as_millis()));
    assert!(server.hub.watched().is_empty());
}

#[test]
fn a_wait_may_be_longer_than_an_ordinary_request() {
    let server = TestServer::start();
    let (alice, bob, conversation) = talking(&server);
    thread::scope(|scope| {
        let asked = ask_meanwhile(scope, &server, &bob, "/v1/events?after=1&wait=99");
        thread::sleep(Duration::from_secs(11));
        server.say(&alice, &conversation, "c-1", "hello");
        assert_eq!(events(&asked.join().unwrap().0).len(), 1);
    });
}

fn wait_for_events(token: &str) -> String {
    format!(
        "GET /v1/events?wait=60 HTTP/1.1\r\nhost: test\r\nconnection: close\r\nauthorization: Bearer {token}\r\n\r\n"
    )
}

#[test]
fn a_client_that_hangs_up_is_waited_for_no_more() {
    let server = TestServer::start();
    let bob = server.log_in("bob");
    let mut stream = server.connect();
    stream.write_all(wait_for_events(&bob).as_bytes()).unwrap();
    let until = |waiting: usize| {
        let began = Instant::now();
        while server.hub.watched().len() != waiting {
            assert!(began.elapsed() < Duration::from_secs(3));
            thread::sleep(Duration::from_millis(10));
        }
    };
    until(1);
    drop(stream);
    until(0);
}

#[test]
fn a_session_that_ends_is_told_so_while_it_waits() {
    let server = TestServer::start();
    let bob = server.log_in("bob");
    thread::scope(|scope| {
        let asked = ask_meanwhile(scope, &server, &bob, "/v1/events?wait=30");
        let ended = Instant::now();
        assert_eq!(
            server
                .send_as(&bob, "DELETE", "/v1/sessions/current", "")
                .status,
            204
        );
        let (answer, _) = asked.join().unwrap();
        assert!(ended.elapsed() < Duration::from_millis(1500));
        assert_eq!(
            (answer.status, &answer.problem()["code"]),
            (401, &json!("session-ended"))
        );
    });
}

#[test]
fn a_server_that_stops_lets_nobody_wait() {
    let mut server = TestServer::start();
    let bob = server.log_in("bob");
    let mut stream = server.connect();
    stream.write_all(wait_for_events(&bob).as_bytes()).unwrap();
    thread::sleep(Duration::from_millis(300));
    let began = Instant::now();
    server.tell_to_stop();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 200 OK") && answer.contains(r#""events":[]"#),
        "{answer}"
    );
    assert!(began.elapsed() < Duration::from_secs(1));
}

#[test]
fn a_server_that_stops_takes_nobody_who_wants_to_wait() {
    let mut server = TestServer::start_with(RegistrationPolicy::Open, Duration::from_secs(2));
    let bob = server.log_in("bob");
    server.tell_to_stop();
    thread::sleep(Duration::from_millis(100));
    let refused = server.get_as(&bob, "/v1/events?wait=30");
    assert_eq!(
        (refused.status, &refused.problem()["code"]),
        (503, &json!("not-ready"))
    );
    assert_eq!(refused.header("retry-after"), Some("5"));
    assert_eq!(server.get_as(&bob, "/v1/events").status, 200);
}

#[test]
fn what_is_no_longer_there_is_a_gap() {
    let server = TestServer::start();
    let (alice, bob, conversation) = talking(&server);
    for number in 1..=4 {
        server.say(&alice, &conversation, &format!("c-{number}"), "hello");
    }
    server.trim(&bob, 3);
    let gap = |path: &str| server.get_as(&bob, path).problem();
    let expected = json!({
        "type": "urn:sealpost:problem:events-gap",
        "title": "Events gap",
        "status": 410,
        "detail": "events after this cursor are no longer kept: read anew and go on from offset 5",
        "code": "events-gap",
        "epoch": EPOCH,
        "earliest": 4,
        "latest": 5,
    });
    for path in [
        "/v1/events",
        "/v1/events?after=2",
        "/v1/events?after=6&wait=30",
        "/v1/events?after=18446744073709551615",
        "/v1/events?after=4&epoch=other",
    ] {
        assert_eq!(gap(path), expected, "{path}");
    }
    assert_eq!(events(&server.get_as(&bob, "/v1/events?after=3")).len(), 2);
    assert_eq!(
        events(&server.get_as(&alice, "/v1/events")).len(),
        5,
        "hers is another log"
    );
}

#[test]
fn a_mark_only_moves_forward_and_never_past_the_end() {
    let server = TestServer::start();
    let (alice, _, conversation) = talking(&server);
    server.say(&alice, &conversation, "c-1", "hello");
    let ack = |token: &str, offset: u64| {
        let answer = server.post_as(token, "/v1/events/ack", &json!({"offset": offset}));
        assert_eq!(answer.status, 200);
        answer.json()
    };
    for (offset, stands) in [(1, 1), (0, 1), (u64::MAX, 2), (1, 2)] {
        assert_eq!(ack(&alice, offset), json!({"offset": stands}), "{offset}");
    }
    let other_device = crate::support::access_token(&server.open_session("alice"));
    assert_eq!(ack(&other_device, 0), json!({"offset": 0}));
}

#[test]
fn what_makes_no_sense_is_refused() {
    let server = TestServer::start();
    let bob = server.log_in("bob");
    for query in [
        "after=-1",
        "after=x",
        "wait=-1",
        "wait=1.5",
        "limit=0",
        "since=1",
        "after=1&after=2",
    ] {
        let refused = server.get_as(&bob, &format!("/v1/events?{query}"));
        assert_eq!(
            (refused.status, &refused.problem()["code"]),
            (400, &json!("invalid-query")),
            "{query}"
        );
    }
    for (body, code) in [
        (json!({}), "missing-field"),
        (json!({"offset": -1}), "wrong-type"),
        (json!({"offset": "1"}), "wrong-type"),
        (json!({"offset": 1, "epoch": EPOCH}), "unknown-field"),
    ] {
        let refused = server.post_as(&bob, "/v1/events/ack", &body);
        assert_eq!(
            (refused.status, &refused.problem()["code"]),
            (400, &json!(code)),
            "{body}"
        );
    }
}

#[test]
fn an_answer_is_bounded_in_bytes_too() {
    let server = TestServer::start();
    let (alice, bob, conversation) = talking(&server);
    let body = "x".repeat(64 * 1024);
    for number in 1..=20 {
        assert_eq!(
            server
                .say(&alice, &conversation, &format!("c-{number}"), &body)
                .status,
            201
        );
    }
    let mut next = 0;
    let mut seen = Vec::new();
    while next < 21 {
        let answer = server.get_as(&bob, &format!("/v1/events?after={next}&limit=100"));
        assert!(
            answer.body.len() <= 1024 * 1024 + 200,
            "{}",
            answer.body.len()
        );
        seen.extend(
            events(&answer)
                .iter()
                .map(|event| event["offset"].as_u64().unwrap()),
        );
        next = answer.json()["next"].as_u64().unwrap();
    }
    assert_eq!(seen, (1..=21).collect::<Vec<_>>());
}
