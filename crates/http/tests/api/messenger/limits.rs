//! The rates of the contract.

use std::cell::Cell;
use std::time::Duration;

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

/// So many at once, then one more in each part of the interval, and after the whole of it as many as before. The clock
/// stands still in between: the counts are exact.
fn is_exactly(server: &TestServer, count: u32, interval: Duration, ask: &dyn Fn() -> u16) {
    for number in 0..count {
        assert_ne!(ask(), 429, "{number} of {count}");
    }
    assert_eq!(ask(), 429);
    server.advance(interval / count);
    assert_ne!(ask(), 429);
    assert_eq!(ask(), 429);
    server.advance(interval);
    for number in 0..count {
        assert_ne!(ask(), 429, "{number} of {count}");
    }
    assert_eq!(ask(), 429);
}

const MINUTE: Duration = Duration::from_secs(60);

#[test]
fn the_rates_of_the_contract_are_the_rates() {
    let server = TestServer::start_ticking();
    let alice = Person::new(&server, "alice");
    // Its own request for a key was the first.
    server.advance(60 * MINUTE);
    let key = || {
        let body = json!({"username": "alice"});
        server.say_to("/api/data_key/", &body).status
    };
    is_exactly(&server, 3, 60 * MINUTE, &key);

    let start = |token: &str| {
        let body = json!({"username": "nobody"});
        let path = "/api/start_conversation/";
        server.post_as(token, path, &body).status
    };
    let refresh = || {
        let header = format!("Bearer {}", alice.refresh);
        let headers = [("authorization", header.as_str())];
        server.send("POST", "/api/refresh_token/", &headers, "")
    };
    is_exactly(&server, 5, MINUTE, &|| refresh().status);
    server.advance(MINUTE);
    let fresh = || {
        refresh().json()["access_token"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let access = fresh();
    is_exactly(&server, 10, 15 * MINUTE, &|| start(&access));

    server.advance(15 * MINUTE);
    let access = fresh();
    let post = |path: &str, body: &serde_json::Value| server.post_as(&access, path, body).status;
    let second = Duration::from_secs(1);
    let letter = super::client::letter("nobody", 1);
    is_exactly(&server, 5, second, &|| post("/api/send_message/", &letter));
    let ack = json!({"type": "notification", "identity": {"id": 1}});
    is_exactly(&server, 5, second, &|| post("/api/ack/", &ack));
    let settings = json!({"privacy.messages": true});
    let path = "/api/update_settings/";
    is_exactly(&server, 10, MINUTE, &|| post(path, &settings));
    let span = json!({"username": "alice", "from_ts": 0, "to_ts": 0}).to_string();
    let path = "/api/get_messages/";
    let read = || server.send_as(&access, "GET", path, &span).status;
    is_exactly(&server, 10, MINUTE, &read);
}

/// Five a minute, and of them ten in half an hour.
#[test]
fn five_a_minute_and_ten_in_thirty_minutes() {
    for path in ["/api/register/", "/api/login/"] {
        let server = TestServer::start_ticking();
        let names = Cell::new(0);
        // Another name each time: guesses are counted as well.
        let ask = || {
            let name = format!("somebody{}", names.replace(names.get() + 1));
            let body = json!({"username": name, "password": "AAAA", "public_key": "x"});
            server.say_to(path, &body)
        };
        let served = |count: usize| {
            for number in 0..count {
                let answer = ask();
                assert_ne!(answer.status, 429, "{path} {number} {answer:?}");
            }
            let refused = ask();
            assert_eq!(refused.status, 429, "{path}");
            refused
                .header("retry-after")
                .unwrap()
                .parse::<u64>()
                .unwrap()
        };
        assert_eq!(served(5), 12, "{path}");
        // What was refused was not counted.
        assert_eq!(served(0), 12, "{path}");
        server.advance(MINUTE);
        served(5);
        // The minute is over, the half hour is not: one each three minutes.
        server.advance(MINUTE);
        assert_eq!(served(0), 60, "{path}");
        server.advance(MINUTE);
        assert_eq!(served(1), 180, "{path}");
        server.advance(30 * MINUTE);
        served(5);
        server.advance(MINUTE);
        served(5);
        server.advance(MINUTE);
        served(0);
    }
}
