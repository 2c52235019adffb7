//! Passwords under the data key: whatever is wrong with one, the answer is the same; what was accepted is used up.

use std::time::Duration;

use serde_json::{Value, json};

use super::client::{PASSWORD, PUBLIC_KEY, encrypt, start};
use crate::support::{Answer, TestServer};

fn log_in(server: &TestServer, username: &str, password: &str) -> Answer {
    let body = json!({"username": username, "password": password});
    server.send(
        "POST",
        "/api/login/",
        &[
            ("content-type", "application/json"),
            ("x-request-id", "same"),
        ],
        &body.to_string(),
    )
}

#[test]
fn every_failure_is_the_same_bytes() {
    let server = start();
    assert_eq!(server.enrol("alice").status, 200);
    let expected = log_in(&server, "alice", &server.sealed("another Passw0rd!"));
    assert_eq!(expected.status, 401);
    assert_eq!(expected.body, r#"{"msg":"wrong username or password"}"#);
    let good = server.sealed(PASSWORD);
    let spaced = format!(" {good}");
    for (username, password) in [
        ("nobody", good.as_str()),
        ("no user name", &good),
        ("alice@mail.example", &good),
        ("alice", ""),
        ("alice", PASSWORD),
        ("alice", "AAAA"),
        ("alice", &spaced),
        ("alice", &good[..680]),
        ("alice", &good.to_lowercase()),
    ] {
        // Guesses have to wait after the fifth.
        server.advance(Duration::from_secs(5 * 60));
        let answer = log_in(&server, username, password);
        assert_eq!(
            answer.without_date(),
            expected.without_date(),
            "{username} {password}"
        );
    }
    // None of that used it up.
    server.advance(Duration::from_secs(5 * 60));
    assert_eq!(log_in(&server, "alice", &good).status, 200);
}

#[test]
fn a_ciphertext_is_accepted_once() {
    let server = start();
    let sealed = server.sealed(PASSWORD);
    let register = |username: &str, sealed: &str| {
        let body = json!({"username": username, "password": sealed, "public_key": PUBLIC_KEY});
        server.say_to("/api/register/", &body)
    };
    assert_eq!(register("alice", &sealed).status, 200);
    assert_eq!(log_in(&server, "alice", &sealed).status, 401);
    assert_eq!(register("bob", &sealed).status, 400);
    let sealed = server.sealed(PASSWORD);
    assert_eq!(log_in(&server, "alice", &sealed).status, 200);
    assert_eq!(log_in(&server, "alice", &sealed).status, 401);
    assert_eq!(register("bob", &sealed).status, 400);
}

fn key(server: &TestServer) -> Value {
    server
        .say_to("/api/data_key/", &json!({"username": "x"}))
        .json()
}

#[test]
fn keys_rotate_and_the_last_one_opens_a_little_longer() {
    let server = start();
    assert_eq!(server.enrol("alice").status, 200);
    let (hour, first) = (Duration::from_secs(3_600), key(&server));
    let old = || encrypt(first["key"].as_str().unwrap(), PASSWORD);
    server.advance(23 * hour);
    server.maintain();
    assert_eq!(key(&server), first, "the next one waits for its time");
    server.advance(hour);
    assert_ne!(key(&server)["until"], first["until"]);
    server.advance(hour / 4 - Duration::from_secs(1));
    assert_eq!(log_in(&server, "alice", &old()).status, 200);
    // Here both pairs are the same one (it lies ready): the newer is gone, too, when nobody looks after them.
    server.advance(25 * hour);
    assert_eq!(log_in(&server, "alice", &old()).status, 401);
    let none = server.say_to("/api/data_key/", &json!({"username": "x"}));
    assert_eq!((none.status, none.header("retry-after")), (503, Some("2")));
    assert_eq!(
        none.body,
        r#"{"msg":"the key that passwords travel under is being made"}"#
    );
    let ready = || server.get("/readyz").status;
    assert_eq!(ready(), 503);
    server.maintain();
    assert_eq!(ready(), 200);
    assert_eq!(
        log_in(&server, "alice", &server.sealed(PASSWORD)).status,
        200
    );
}
