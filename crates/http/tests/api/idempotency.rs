//! `Idempotency-Key`: what is repeated happens once.

use std::io::Write as _;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Answer, PASSWORD, TestServer};

/// What the repeat of an answered request says of itself.
const REPLAYED: &str = "idempotency-replayed";

fn post(server: &TestServer, token: &str, path: &str, key: &str, body: &Value) -> Answer {
    let token = format!("Bearer {token}");
    let headers = [
        ("authorization", token.as_str()),
        ("content-type", "application/json"),
        ("idempotency-key", key),
    ];
    server.send("POST", path, &headers, &body.to_string())
}

fn register(server: &TestServer, key: &str, username: &str) -> Answer {
    let body = json!({"username": username, "password": PASSWORD});
    let headers = [
        ("content-type", "application/json"),
        ("idempotency-key", key),
    ];
    server.send("POST", "/v1/accounts", &headers, &body.to_string())
}

fn count(server: &TestServer, token: &str, path: &str) -> usize {
    let listed = server.get_as(token, path).json();
    listed["data"].as_array().unwrap().len()
}

/// The same answer, and only the second says that it was given before.
fn is_repeat(first: &Answer, second: &Answer) {
    assert_eq!(first.status, 201, "{first:?}");
    assert_eq!((first.status, &first.body), (second.status, &second.body));
    for header in ["content-type", "location", "etag"] {
        assert_eq!(first.header(header), second.header(header), "{header}");
    }
    assert_eq!(
        (first.header(REPLAYED), second.header(REPLAYED)),
        (None, Some("true"))
    );
}

#[test]
fn every_creating_route_is_repeated_without_effect() {
    let server = TestServer::start();
    let (alice, _bob) = (server.log_in("alice"), server.log_in("bob"));
    let start = || {
        let body = json!({"username": "bob"});
        post(&server, &alice, "/v1/conversations", "k1", &body)
    };
    let started = start();
    is_repeat(&started, &start());
    let conversation = started.json()["id"].as_str().unwrap().to_owned();

    let path = format!("/v1/conversations/{conversation}/messages");
    let send = || {
        let body = json!({"client_id": "c", "format": "text", "body": "once"});
        post(&server, &alice, &path, "k2", &body)
    };
    is_repeat(&send(), &send());
    assert_eq!(count(&server, &alice, &path), 1);

    let publish = || {
        let x = "3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08";
        let jwk = json!({"kty": "OKP", "crv": "X25519", "x": x});
        let body = json!({"use": "seal", "jwk": jwk});
        post(&server, &alice, "/v1/me/keys", "k3", &body)
    };
    is_repeat(&publish(), &publish());

    let upload = || {
        let token = format!("Bearer {alice}");
        let headers = [("authorization", token.as_str()), ("idempotency-key", "k4")];
        server.send("POST", "/v1/files?name=a", &headers, "bytes")
    };
    is_repeat(&upload(), &upload());
    assert_eq!(count(&server, &alice, "/v1/files"), 1);

    is_repeat(
        &register(&server, "k5", "carol"),
        &register(&server, "k5", "carol"),
    );
}

#[test]
fn a_key_names_one_request_of_one_person() {
    let server = TestServer::start();
    let (alice, bob) = (server.log_in("alice"), server.log_in("bob"));
    let body = |name: &str| json!({"username": name});
    let first = post(&server, &alice, "/v1/conversations", "k", &body("bob"));
    assert_eq!(first.status, 201);
    for (path, other) in [
        ("/v1/conversations", body("carol")),
        ("/v1/conversations?x", body("bob")),
        ("/v1/me/keys", body("bob")),
    ] {
        let refused = post(&server, &alice, path, "k", &other);
        assert_eq!(refused.status, 422, "{refused:?}");
        assert_eq!(refused.json()["code"], "idempotency-key-reused");
    }
    // Somebody else's key is their own: bob finds the conversation, and not alice's answer.
    let found = post(&server, &bob, "/v1/conversations", "k", &body("alice"));
    assert_eq!((found.status, found.header(REPLAYED)), (200, None));
    // And so is nobody's.
    let nobody = post(&server, "no-token", "/v1/conversations", "k", &body("bob"));
    assert_eq!(nobody.status, 401);
}

#[test]
fn a_refusal_frees_the_key() {
    let server = TestServer::start();
    let alice = server.log_in("alice");
    let start = || {
        let body = json!({"username": "dora"});
        post(&server, &alice, "/v1/conversations", "k", &body)
    };
    assert_eq!(start().status, 404);
    server.log_in("dora");
    is_repeat(&start(), &start());
}

#[test]
fn what_is_no_key_is_refused_before_anything_happens() {
    let server = TestServer::start();
    let longest = "k".repeat(255);
    for (key, status) in [
        ("", 400),
        ("a b", 400),
        (&*"k".repeat(256), 400),
        (&longest, 201),
    ] {
        let answer = register(&server, key, "alice");
        assert_eq!(answer.status, status, "{key}");
        if status == 400 {
            assert_eq!(answer.json()["code"], "invalid-idempotency-key");
        }
    }
    let headers = [
        ("content-type", "application/json"),
        ("idempotency-key", "a"),
        ("idempotency-key", "b"),
    ];
    let two = server.send("POST", "/v1/accounts", &headers, "{}");
    assert_eq!(
        (two.status, &two.json()["code"]),
        (400, &json!("invalid-idempotency-key"))
    );
}

#[test]
fn a_key_is_remembered_for_a_day() {
    let server = TestServer::start();
    let first = register(&server, "k", "alice");
    server.advance(Duration::from_secs(24 * 60 * 60 - 1));
    is_repeat(&first, &register(&server, "k", "alice"));
    server.advance(Duration::from_secs(1));
    let late = register(&server, "k", "alice");
    assert_eq!(
        (late.status, &late.json()["code"]),
        (409, &json!("username-taken"))
    );
}

#[test]
fn an_answer_that_carries_a_secret_is_not_kept() {
    let server = TestServer::start();
    let alice = server.log_in("alice");
    let login = json!({"identifier": "alice", "password": PASSWORD});
    let token = |answer: Answer| answer.json()["access_token"].to_string();
    let sessions = [(); 2].map(|()| token(post(&server, &alice, "/v1/sessions", "k", &login)));
    assert_ne!(sessions[0], sessions[1]);
    register(&server, "canary-key", "canary-name");
    let stored = server.stored();
    assert!(
        !stored.windows(10).any(|bytes| bytes == b"canary-key"),
        "the key is kept as a MAC"
    );
}

#[test]
fn many_at_once_do_it_once() {
    let server = TestServer::start();
    let alice = server.log_in("alice");
    let token = format!("Bearer {alice}");
    let headers = [("authorization", token.as_str()), ("idempotency-key", "k")];
    let answers: Vec<Answer> = std::thread::scope(|scope| {
        let uploads: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| server.send("POST", "/v1/files", &headers, "bytes")))
            .collect();
        uploads
            .into_iter()
            .map(|upload| upload.join().unwrap())
            .collect()
    });
    for answer in &answers {
        match answer.status {
            201 => {}
            409 => {
                assert_eq!(answer.json()["code"], "idempotency-key-in-use");
                assert!(answer.header("retry-after").is_some());
            }
            _ => panic!("{answer:?}"),
        }
    }
    assert_eq!(count(&server, &alice, "/v1/files"), 1);
    let last = server.send("POST", "/v1/files", &headers, "bytes");
    assert_eq!((last.status, last.header(REPLAYED)), (201, Some("true")));
}

#[test]
fn who_hung_up_finds_the_answer() {
    let server = TestServer::start();
    for number in 0..20 {
        let (key, name) = (format!("k{number}"), format!("user{number}"));
        let body = json!({"username": name, "password": PASSWORD}).to_string();
        let request = format!(
            "POST /v1/accounts HTTP/1.1\r\nhost: test\r\ncontent-type: application/json\r\nidempotency-key: {key}\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let mut stream = server.connect();
        stream.write_all(request.as_bytes()).unwrap();
        // Gone, some sooner and some later.
        std::thread::sleep(Duration::from_millis(number));
        drop(stream);
        let mut answer = register(&server, &key, &name);
        for _ in 0..200 {
            if answer.status != 409 {
                break;
            }
            assert_eq!(answer.json()["code"], "idempotency-key-in-use");
            std::thread::sleep(Duration::from_millis(20));
            answer = register(&server, &key, &name);
        }
        assert_eq!(answer.status, 201, "{answer:?}");
    }
}

/// What is noted for a key comes before new accounts are counted: a stranger must not fill the table by it.
#[test]
fn a_stranger_notes_no_more_keys_than_300_an_hour() {
    let server = TestServer::start_ticking();
    for number in 0..300 {
        // Refused for what it is, and the key is free again.
        let refused = register(&server, &format!("k-{number}"), "no name");
        assert_eq!(refused.status, 422, "{number} {refused:?}");
    }
    let refused = register(&server, "k-300", "alice");
    assert_eq!(refused.status, 429);
    assert_eq!(refused.header("retry-after"), Some("12"));
    // Without a key it is the count of new accounts that decides.
    server.register("bob");
    server.advance(Duration::from_secs(12));
    assert_eq!(register(&server, "k-300", "alice").status, 201);
}
