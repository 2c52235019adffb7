//! The rates of the contract.

use serde_json::json;

use super::client::{PASSWORD, start};
use crate::support::TestServer;

#[test]
fn past_a_rate_it_is_429() {
    let server = TestServer::start();
    let ask = || server.say_to("/api/data_key/", &json!({"username": "alice"}));
    for _ in 0..3 {
        assert_eq!(ask().status, 200);
    }
    let refused = ask();
    assert_eq!(refused.status, 429);
    let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1_190..=1_200).contains(&wait), "{wait}");
    let text = refused.json()["msg"].as_str().unwrap().to_owned();
    assert!(
        text.starts_with("too many requests: try again in "),
        "{text}"
    );

    let log_in = || {
        let body = json!({"username": "alice", "password": "AAAA"});
        server.say_to("/api/login/", &body).status
    };
    assert_eq!([(); 6].map(|()| log_in()), [401, 401, 401, 401, 401, 429]);
    let register = || {
        let body = json!({"username": "alice", "password": "AAAA", "public_key": "x"});
        server.say_to("/api/register/", &body).status
    };
    assert_eq!([(); 6].map(|()| register()), [400, 400, 400, 400, 400, 429]);
}

#[test]
fn conversations_have_a_rate_of_their_own() {
    let server = TestServer::start();
    let token = server.enrol("alice").json()["access_token"]
        .as_str()
        .unwrap()
        .to_owned();
    let start = || {
        let body = json!({"username": "nobody"});
        server
            .post_as(&token, "/api/start_conversation/", &body)
            .status
    };
    for _ in 0..10 {
        assert_eq!(start(), 404);
    }
    assert_eq!(start(), 429);
}

#[test]
fn without_limits_guesses_alone_are_counted() {
    let server = start();
    for number in 0..8 {
        let name = format!("nobody{number}");
        assert_eq!(server.enter(&name, PASSWORD).status, 401);
    }
    for _ in 0..4 {
        assert_eq!(server.enter("nobody1", PASSWORD).status, 401);
    }
    assert_eq!(server.enter("nobody1", PASSWORD).status, 429);
}
