//! What the threat model names for this dialect, each prevented.

use std::thread;
use std::time::Duration;

use sealpost_domain::channels::ChannelRules;
use sealpost_domain::sessions::Dialect;
use serde_json::{Map, Value, json};

use super::client::{Client, OTHER_PASSWORD, PASSWORD, done, plaintext, refused, start};
use crate::support::{TestServer, logged};

#[test]
fn a_session_key_is_good_once() {
    let server = start(ChannelRules::default());
    let mut client = Client::open(&server);
    let recorded = client.clone();
    client.register("alice");
    // A replay of what was recorded, before and after further requests.
    for _ in 0..2 {
        let replayed = recorded.send("/decrypt", &[("message", "x")]);
        let expected = (404, "\"Session not found!\"");
        assert_eq!((replayed.status, replayed.body.as_str()), expected);
        assert_eq!(client.decrypt("x").status, 201);
    }
}

#[test]
fn of_parallel_requests_with_one_session_key_one_wins() {
    let server = start(ChannelRules::default());
    let mut client = Client::open(&server);
    client.register("alice");
    for _ in 0..5 {
        let answers: Vec<_> = thread::scope(|scope| {
            let client = &client;
            let send = || client.send("/encrypt/alice", &[("message", "x")]);
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(send)).collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .collect()
        });
        let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
        assert_eq!((won.len(), lost.len()), (1, 7));
        assert!(
            lost.iter()
                .all(|answer| answer.body == "\"Session not found!\"")
        );
        client.go_on(won[0]);
    }
}

#[test]
fn whoever_fixed_a_session_does_not_share_the_login() {
    let server = start(ChannelRules::default());
    Client::open(&server).register("alice");
    let mut victim = Client::open(&server);
    // The attacker knows the session key that the victim logs in with, which travels in clear.
    let attacker = victim.clone();
    assert_eq!(victim.log_in("alice", PASSWORD), done());
    assert_eq!(attacker.send("/decrypt", &[("message", "x")]).status, 404);
}

#[test]
fn a_field_does_not_pass_as_another_and_not_when_touched() {
    let server = start(ChannelRules::default());
    let mut client = Client::open(&server);
    client.register("alice");
    let bad = refused(201, "Bad request");
    // Swapped: the present password would become the new one.
    let swapped = Map::from_iter([
        (
            "password".to_owned(),
            Value::from(client.seal("new_password", OTHER_PASSWORD)),
        ),
        (
            "new_password".to_owned(),
            Value::from(client.seal("password", PASSWORD)),
        ),
    ]);
    let answer = client.send_raw("/change_password", swapped);
    assert_eq!(client.go_on(&answer), bad);
    let mut touched = client.seal("message", "x").into_bytes();
    touched[20] = if touched[20] == b'A' { b'B' } else { b'A' };
    let touched = String::from_utf8(touched).unwrap();
    let answer = client.send_raw(
        "/encrypt/alice",
        Map::from_iter([("message".to_owned(), Value::from(touched))]),
    );
    assert_eq!(client.go_on(&answer), bad);
    // A field of an earlier request is under an earlier key.
    let old = client.seal("message", "x");
    client.decrypt("x");
    let answer = client.send_raw(
        "/encrypt/alice",
        Map::from_iter([("message".to_owned(), Value::from(old))]),
    );
    assert_eq!(client.go_on(&answer), bad);
}

#[test]
fn body_and_path_must_name_the_same_user() {
    let server = start(ChannelRules::default());
    let mut client = Client::open(&server);
    client.register("alice");
    Client::open(&server).register("bob");
    let fields = |username| [("username", username), ("message", "x")];
    let said = client.say("/encrypt/alice", &fields("bob"));
    assert_eq!(said, refused(201, "Bad request"));
    assert_eq!(client.say("/encrypt/bob", &fields("bob")).status, 200);
}

#[test]
fn a_ciphertext_opens_for_its_addressee_alone_and_not_when_touched() {
    let server = start(ChannelRules::default());
    let (mut alice, mut bob) = (Client::open(&server), Client::open(&server));
    alice.register("alice");
    bob.register("bob");
    let sealed = alice.encrypt("bob", "secret");
    let closed = refused(201, "No authorization");
    assert_eq!(alice.decrypt(&sealed), closed);
    let mut parts: Vec<String> = sealed.split('.').map(str::to_owned).collect();
    for part in 0..parts.len() {
        let whole = parts[part].clone();
        let at = whole.len() / 2;
        let letter = if whole[at..].starts_with('A') {
            "B"
        } else {
            "A"
        };
        parts[part].replace_range(at..=at, letter);
        assert_eq!(bob.decrypt(&parts.join(".")), closed, "{part}");
        parts[part] = whole;
    }
    assert_eq!(bob.decrypt(&sealed), plaintext("secret"));
}

#[test]
fn whatever_ends_the_session_ends_the_login() {
    let server = start(ChannelRules::default());
    let closed = refused(201, "No authorization");
    let mut alice = Client::open(&server);
    alice.register("alice");
    let sealed = alice.encrypt("alice", "secret");
    // Revoked by its owner.
    let token = server.enter_natively("alice", PASSWORD);
    let listed = server.get_as(&token, "/v1/sessions").json();
    let sessions = listed["data"].as_array().unwrap().iter();
    let id = sessions
        .filter(|session| session["dialect"] == Dialect::Channel.name())
        .map(|session| session["id"].as_str().unwrap())
        .next()
        .unwrap();
    let path = format!("/v1/sessions/{id}");
    assert_eq!(server.send_as(&token, "DELETE", &path, "").status, 204);
    assert_eq!(alice.decrypt(&sealed), closed);
    // Disabled by the operator.
    alice.log_in("alice", PASSWORD);
    assert_eq!(alice.decrypt(&sealed), plaintext("secret"));
    server.disable("alice");
    assert_eq!(alice.decrypt(&sealed), closed);
    let said = alice.log_in("alice", PASSWORD);
    assert_eq!(said.status, 201);
    assert!(said.error.unwrap().contains("disabled"));
    // Gone for good.
    let mut bob = Client::open(&server);
    bob.register("bob");
    let token = server.enter_natively("bob", PASSWORD);
    assert_eq!(server.send_as(&token, "DELETE", "/v1/me", "").status, 204);
    assert_eq!(bob.decrypt("x"), closed);
    assert_eq!(
        bob.log_in("bob", PASSWORD),
        refused(201, "User is not found")
    );
}

#[test]
fn a_second_login_ends_the_first_of_the_channel() {
    let server = start(ChannelRules::default());
    Client::open(&server).register("bob");
    let mut client = Client::open(&server);
    client.register("alice");
    let sealed = client.encrypt("alice", "hers");
    assert_eq!(client.log_in("bob", PASSWORD), done());
    assert_eq!(client.decrypt(&sealed), refused(201, "No authorization"));
    let token = server.enter_natively("alice", PASSWORD);
    let listed = server.get_as(&token, "/v1/sessions").json();
    assert_eq!(listed["data"].as_array().unwrap().len(), 1);
}

#[test]
fn what_is_over_is_swept_with_its_login() {
    let server = start(ChannelRules::default());
    let mut client = Client::open(&server);
    client.register("alice");
    Client::open(&server);
    server.advance(Duration::from_secs(60 * 60));
    assert_eq!(server.sweep_channels(), 0);
    assert_eq!(client.send("/decrypt", &[]).status, 408);
    server.advance(Duration::from_secs(60 * 60));
    assert_eq!(server.sweep_channels(), 2);
    assert_eq!(client.send("/decrypt", &[]).status, 404);
    let token = server.enter_natively("alice", PASSWORD);
    let listed = server.get_as(&token, "/v1/sessions").json();
    assert_eq!(listed["data"].as_array().unwrap().len(), 1);
}

#[test]
fn guesses_count_with_those_at_every_other_door() {
    let server = start(ChannelRules::default());
    Client::open(&server).register("alice");
    for _ in 0..5 {
        let body = json!({"identifier": "alice", "password": OTHER_PASSWORD});
        assert_eq!(server.post("/v1/sessions", &body.to_string()).status, 401);
    }
    let mut client = Client::open(&server);
    let answer = client.send(
        "/login_user",
        &[("email", "alice@example.org"), ("password", PASSWORD)],
    );
    assert_eq!(answer.status, 429);
    assert!(answer.header("retry-after").is_some());
    // The session goes on, and a password that nobody looked at blocks nobody.
    client.go_on(&answer);
    for _ in 0..6 {
        client.log_in("alice", PASSWORD);
    }
    server.advance(Duration::from_secs(15 * 60));
    assert_eq!(client.log_in("alice", PASSWORD), done());
}

#[test]
fn nobody_decrypts_more_than_sixty_times_a_minute() {
    let server = TestServer::start_counting();
    let (mut alice, mut again) = (Client::open(&server), Client::open(&server));
    alice.register("alice");
    let sealed = alice.encrypt("alice", "hers");
    again.log_in("alice", PASSWORD);
    // From however many sessions, and whether it opens or not.
    for _ in 0..20 {
        assert_eq!(alice.decrypt(&sealed), plaintext("hers"));
        assert_eq!(again.decrypt(&sealed), plaintext("hers"));
        assert_eq!(again.decrypt("x").status, 201);
    }
    let answer = alice.send("/decrypt", &[("message", &sealed)]);
    assert_eq!(answer.status, 429);
    assert_eq!(answer.header("retry-after"), Some("1"));
    // The session goes on, and others are not held up.
    alice.go_on(&answer);
    let mut bob = Client::open(&server);
    bob.register("bob");
    assert_eq!(bob.decrypt("x").status, 201);
    server.advance(Duration::from_secs(1));
    assert_eq!(alice.decrypt(&sealed), plaintext("hers"));
    assert_eq!(again.decrypt(&sealed).status, 429);
}

#[test]
fn no_secret_reaches_the_log() {
    let server = start(ChannelRules::default());
    let mut client = Client::open(&server);
    client.register("alice");
    let sealed = client.encrypt("alice", "a very secret message");
    let before = client.session_key.clone();
    client.decrypt(&sealed);
    let log = logged();
    for secret in [
        PASSWORD,
        "a very secret message",
        &before,
        &client.session_key,
        "alice@example",
    ] {
        assert!(!log.contains(secret));
    }
}
