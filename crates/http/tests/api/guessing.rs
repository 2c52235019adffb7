//! Guessing passwords: each abuse named after what stops it.

use std::time::Duration;

use serde_json::json;

use crate::support::{Answer, PASSWORD, TestServer, access_token};

fn log_in(server: &TestServer, identifier: &str, password: &str) -> Answer {
    let body = json!({"identifier": identifier, "password": password});
    server.post("/v1/sessions", &body.to_string())
}

/// Logs in with the access token of a live session in the header.
fn log_in_from(server: &TestServer, token: &str, identifier: &str, password: &str) -> Answer {
    let body = json!({"identifier": identifier, "password": password});
    server.post_as(token, "/v1/sessions", &body)
}

#[test]
fn a_hundred_parallel_guesses_spend_at_most_five_tries() {
    let server = TestServer::start();
    server.register("alice");
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let guesses: Vec<_> = (0..100)
            .map(|number| {
                let server = &server;
                scope.spawn(move || log_in(server, "alice", &format!("guess number {number}")))
            })
            .collect();
        let answers = guesses.into_iter().map(|guess| guess.join().unwrap());
        answers.map(|answer| answer.status).collect()
    });
    let count = |status: u16| statuses.iter().filter(|seen| **seen == status).count();
    assert_eq!((count(401), count(429)), (5, 95), "{statuses:?}");
    // The right one has to wait as well.
    let refused = log_in(&server, "alice", PASSWORD);
    assert_eq!(refused.status, 429);
    assert_eq!(refused.header("retry-after"), Some("1"));
    assert_eq!(refused.problem()["code"], "too-many-attempts");
    server.advance(Duration::from_secs(1));
    assert_eq!(log_in(&server, "alice", PASSWORD).status, 201);
    // Which forgives the others.
    assert_eq!(log_in(&server, "alice", "once more").status, 401);
}

#[test]
fn the_sixth_try_does_not_help_under_another_name_or_api() {
    let server = TestServer::start();
    let made = server.post(
        "/v1/accounts",
        r#"{"username":"Alice","password":"correct horse battery","email":"alice@mail.example"}"#,
    );
    assert_eq!(made.status, 201);
    for identifier in [
        "alice",
        "ALICE",
        "alice@mail.example",
        "ALICE@mail.example",
        "Alice",
    ] {
        assert_eq!(log_in(&server, identifier, "wrong").status, 401);
    }
    assert_eq!(log_in(&server, "Alice@mail.example", PASSWORD).status, 429);
    let sealed = json!({"username": "alice", "password": "AAAA"}).to_string();
    let refused = server.post("/api/login/", &sealed);
    assert_eq!(refused.status, 429);
    assert!(refused.header("retry-after").is_some());
    assert!(refused.json()["msg"].is_string());
}

#[test]
fn known_and_unknown_names_meet_the_same_waiting() {
    let server = TestServer::start();
    server.register("alice");
    let without_id = |answer: Answer| {
        let mut body = answer.problem();
        body["request_id"].take();
        (
            answer.status,
            answer.header("retry-after").map(str::to_owned),
            body,
        )
    };
    for number in 0..12 {
        let known = without_id(log_in(&server, "alice", "wrong"));
        let unknown = without_id(log_in(&server, "nobody", "wrong"));
        let no_name = without_id(log_in(&server, "no body", "wrong"));
        assert_eq!(known, unknown, "{number}");
        assert_eq!(known, no_name, "{number}");
        if number % 2 == 1 {
            server.advance(Duration::from_secs(3));
        }
    }
}

#[test]
fn a_stranger_cannot_lock_out_somebody_with_a_live_session() {
    let server = TestServer::start();
    let alice = server.log_in("alice");
    for _ in 0..20 {
        log_in(&server, "alice", "a stranger's guess");
    }
    assert_eq!(log_in(&server, "alice", PASSWORD).status, 429);
    let opened = log_in_from(&server, &alice, "alice", PASSWORD);
    assert_eq!(opened.status, 201);
    // She can also prove her password inside the session.
    let body = json!({"current_password": PASSWORD, "new_password": "wrong donkey accumulator"});
    let changed = server.send_as(&alice, "PUT", "/v1/me/password", &body.to_string());
    assert_eq!(changed.status, 204);
}

#[test]
fn a_live_session_of_ones_own_does_not_help_with_somebody_elses_password() {
    let server = TestServer::start();
    server.register("alice");
    let mallory = server.log_in("mallory");
    for _ in 0..5 {
        assert_eq!(log_in_from(&server, &mallory, "alice", "wrong").status, 401);
    }
    assert_eq!(log_in_from(&server, &mallory, "alice", "wrong").status, 429);
    assert_eq!(log_in(&server, "alice", PASSWORD).status, 429);
}

#[test]
fn guesses_out_of_a_stolen_session_are_counted_too() {
    let server = TestServer::start();
    let alice = server.log_in("alice");
    for _ in 0..5 {
        assert_eq!(log_in_from(&server, &alice, "alice", "wrong").status, 401);
    }
    assert_eq!(log_in_from(&server, &alice, "alice", PASSWORD).status, 429);
}

#[test]
fn failures_and_successes_stand_in_the_audit_trail() {
    let server = TestServer::start();
    server.register("alice");
    // Within one millisecond the trail has no order.
    server.advance(Duration::from_millis(1));
    let alice = access_token(&server.open_session("alice"));
    server.advance(Duration::from_millis(1));
    log_in(&server, "alice", "wrong");
    let trail = server.get_as(&alice, "/v1/me/audit").json();
    let kinds: Vec<&str> = trail["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["kind"].as_str().unwrap())
        .collect();
    assert_eq!(
        kinds,
        ["login.failed", "login.succeeded", "account.registered"]
    );
}
