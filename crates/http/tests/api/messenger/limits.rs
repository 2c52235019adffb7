//! The rates of the contract.

use serde_json::json;

use super::client::{PASSWORD, Person, start};
use crate::support::{Answer, TestServer};

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

/// So many requests in a row are taken, and the next one has to wait at most so long.
fn holds(count: usize, longest: u64, mut ask: impl FnMut() -> Answer) {
    for number in 0..count {
        let answer = ask();
        assert_ne!(answer.status, 429, "{number} of {count}: {answer:?}");
    }
    // A machine that is slow for once gets one back in the meantime.
    let refused = (0..count)
        .map(|_| ask())
        .find(|answer| answer.status == 429);
    let refused = refused.unwrap();
    let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=longest).contains(&wait), "{wait}");
    assert!(
        refused.json()["msg"]
            .as_str()
            .unwrap()
            .starts_with("too many requests: ")
    );
}

#[test]
fn every_route_behind_a_login_has_its_rate_by_account() {
    let server = TestServer::start();
    let (alice, bob) = (Person::new(&server, "alice"), Person::new(&server, "bob"));
    let ack = json!({"type": "notification", "identity": {"id": 1}});
    let settings = json!({"privacy.messages": true});
    let span = json!({"username": "bob", "from_ts": 0, "to_ts": 0});
    holds(5, 1, || alice.write("nobody", 1));
    holds(5, 1, || alice.post("/api/ack/", &ack));
    holds(10, 6, || alice.post("/api/update_settings/", &settings));
    holds(10, 6, || alice.ask(&span));
    // Others are not concerned, from the same address.
    assert_eq!(bob.write("nobody", 1).status, 404);
    assert_eq!(bob.post("/api/ack/", &ack).status, 404);
    assert_eq!(bob.post("/api/update_settings/", &settings).status, 200);
    let renew = || {
        let header = format!("Bearer {}", alice.refresh);
        server.send(
            "POST",
            "/api/refresh_token/",
            &[("authorization", &header)],
            "",
        )
    };
    holds(5, 12, renew);
}

#[test]
fn logging_out_has_its_rate() {
    let server = TestServer::start();
    let alice = Person::new(&server, "alice");
    // One key serves six logins where each is another ciphertext; a data key is asked for three times an hour.
    let key = server
        .say_to("/api/data_key/", &json!({"username": "alice"}))
        .json();
    let key = key["key"].as_str().unwrap().to_owned();
    let mut tokens = vec![alice.access];
    for _ in 0..5 {
        let password = super::client::encrypt(&key, PASSWORD);
        let body = json!({"username": "alice", "password": password});
        let entered = server.say_to("/api/login/", &body).json();
        tokens.push(entered["access_token"].as_str().unwrap().to_owned());
    }
    let out = |token: &String| server.post_as(token, "/api/logout/", &json!({})).status;
    let statuses: Vec<u16> = tokens.iter().map(out).collect();
    assert_eq!(statuses, [200, 200, 200, 200, 200, 429]);
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
