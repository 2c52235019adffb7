//! The golden table: every line of the contract's errors, and the frame's own in the dialect's shape.

use std::time::Duration;

use sealpost_domain::accounts::RegistrationPolicy;
use sealpost_http::{Dialects, Settings};
use serde_json::{Value, json};

use super::client::{PASSWORD, newcomer, start};
use crate::support::{Answer, TestServer};

fn assert_said(answer: &Answer, status: u16, text: &str) {
    assert_eq!((answer.status, &*answer.body), (status, text), "{answer:?}");
    assert_eq!(
        answer.header("content-type"),
        Some("text/plain; charset=utf-8")
    );
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}

fn create(server: &TestServer, changed: &Value) -> Answer {
    let mut body = newcomer("new_one", "PUBLIC_KEY");
    for (name, value) in changed.as_object().unwrap() {
        body[name] = value.clone();
    }
    server.post("/create_user", &body.to_string())
}

#[test]
fn create_user() {
    let server = start();
    let private = include_str!("../../../../crypto/testdata/rsa-2048.pem");
    let bot = "You may be a bot!";
    let wrong = json!({"question": "Fyyyill in de ____ hooman.", "answer": "spaces"});
    for (changed, text) in [
        (json!({"dict_fill_in_the_blanks": wrong}), bot),
        (json!({"dict_fill_in_the_blanks": {}}), bot),
        (
            json!({"username": "a b"}),
            "username: a username has no white space, no '@' and no control or invisible characters",
        ),
        (
            json!({"password": "short"}),
            "password: a password has 8 to 128 characters",
        ),
        (json!({"public_key": ""}), "public_key: the key is empty"),
        (
            json!({"public_key": "k".repeat(16_385)}),
            "public_key: a key has at most 16384 bytes",
        ),
        (
            json!({"public_key": private}),
            "public_key: this holds a private key: send the public half only, and take this pair for compromised",
        ),
        (json!({"public_key": 7}), "public_key: expected a string"),
    ] {
        assert_said(&create(&server, &changed), 400, text);
    }
    let mut without = newcomer("new_one", "KEY");
    without
        .as_object_mut()
        .unwrap()
        .remove("dict_fill_in_the_blanks");
    assert_said(&server.post("/create_user", &without.to_string()), 400, bot);
    // Nothing of all that made an account.
    assert_said(&create(&server, &json!({})), 200, "OK");
    let taken = create(&server, &json!({"username": "NEW_one"}));
    assert_said(&taken, 400, "Username 'NEW_one' is already taken!");
}

#[test]
fn authenticate() {
    let server = start();
    server.mailbox_create("alice", "KEY");
    let enter = |username: &str, password: &str| {
        let body = json!({"username": username, "password": password});
        server.post("/authenticate", &body.to_string())
    };
    let wrong = enter("alice", "not the password");
    assert_said(&wrong, 400, "Wrong username or password!");
    for (username, password) in [
        ("nobody", PASSWORD),
        ("no user name", PASSWORD),
        ("alice", ""),
    ] {
        let answer = enter(username, password);
        assert_said(&answer, 400, "Wrong username or password!");
        assert_eq!(answer.header("set-cookie"), None);
    }
}

#[test]
fn upload_message() {
    let server = start();
    let alice = server.mailbox_person("alice");
    server.mailbox_create("bob", "KEY");
    let upload = |changed: Value| {
        let mut body = json!({
            "username": "alice", "destname": "bob", "message_text": "m",
            "timestamp": 1, "session_id": alice.session,
        });
        for (name, value) in changed.as_object().unwrap() {
            body[name] = value.clone();
        }
        server.post("/upload_message", &body.to_string())
    };
    let number = "timestamp: a number of seconds since 1970, of at most 32 characters";
    for (changed, status, text) in [
        (json!({"session_id": "x"}), 401, "session expired"),
        (json!({"session_id": ""}), 401, "session expired"),
        (json!({"username": "bob"}), 401, "session expired"),
        (
            json!({"destname": "nobody"}),
            400,
            "Username 'nobody' doesn't exist!",
        ),
        (
            json!({"destname": "a b"}),
            400,
            "Username 'a b' doesn't exist!",
        ),
        (
            json!({"message_text": ""}),
            400,
            "message_text: the body is empty",
        ),
        (
            json!({"message_text": "m".repeat(65_537)}),
            400,
            "message_text: a body has at most 65536 bytes; anything bigger is a file",
        ),
        (
            json!({"message_text": null}),
            400,
            "message_text: expected a string",
        ),
        (json!({"timestamp": "now"}), 400, number),
        (json!({"timestamp": null}), 400, number),
    ] {
        assert_said(&upload(changed), status, text);
    }
    let missing = server.post("/upload_message", "{}");
    assert_said(&missing, 400, "username: this field is missing");
    server.advance(Duration::from_secs(5 * 60));
    assert_said(&upload(json!({})), 401, "session expired");
}

#[test]
fn a_session_that_is_not_good() {
    let server = start();
    let alice = server.mailbox_person("alice");
    server.mailbox_create("bob", "KEY");
    let native = server.log_in("native");
    for cookie in [
        String::new(),
        "username=alice".to_owned(),
        format!("session_id={}", alice.session),
        format!("username=bob; session_id={}", alice.session),
        format!("username=alice; session_id={}x", alice.session),
        format!("username=native; session_id={native}"),
    ] {
        for (path, body, status) in [
            ("/download_messages", "", 400),
            ("/delete_user", r#"{"password":"password"}"#, 401),
            (
                "/reset_password",
                r#"{"old_password":"password","new_password":"new_password"}"#,
                401,
            ),
            (
                "/reset_public_key",
                r#"{"password":"password","new_public_key":"K"}"#,
                401,
            ),
            ("/upload_avatar", "", 401),
            ("/delete_avatar", "", 401),
        ] {
            let headers = [("content-type", "application/json"), ("cookie", &*cookie)];
            let answer = server.send("POST", path, &headers, body);
            assert_said(&answer, status, "session expired");
        }
    }
    assert_eq!(server.mailbox_download(&alice).status, 200);
}

#[test]
fn passwords_that_are_asked_for_once_more() {
    let server = start();
    let alice = server.mailbox_person("alice");
    for (path, body) in [
        ("/delete_user", json!({"password": "wrong one"})),
        (
            "/reset_password",
            json!({"old_password": "wrong one", "new_password": "new_password"}),
        ),
        (
            "/reset_public_key",
            json!({"password": "wrong one", "new_public_key": "NEW"}),
        ),
    ] {
        let answer = server.mailbox_post(&alice, path, &body);
        assert_said(&answer, 400, "Wrong password!");
    }
    let short = json!({"old_password": PASSWORD, "new_password": "short"});
    let short = server.mailbox_post(&alice, "/reset_password", &short);
    assert_said(
        &short,
        400,
        "new_password: a password has 8 to 128 characters",
    );
    let empty = json!({"password": PASSWORD, "new_public_key": ""});
    let empty = server.mailbox_post(&alice, "/reset_public_key", &empty);
    assert_said(&empty, 400, "new_public_key: the key is empty");
    assert_eq!(
        server.mailbox_key("alice").json()["public_key"],
        "PUBLIC_KEY"
    );
}

#[test]
fn get_public_key() {
    let server = start();
    server.register("keyless");
    for name in ["nobody", "keyless", "a b"] {
        let text = format!("Username '{name}' doesn't exist!");
        assert_said(&server.mailbox_key(name), 400, &text);
    }
}

#[test]
fn the_frame_speaks_the_dialect_too() {
    let server = start();
    let text = server.send(
        "POST",
        "/authenticate",
        &[("content-type", "text/plain")],
        "{}",
    );
    assert_said(&text, 415, "send the body as application/json in UTF-8");
    let put = server.send("PUT", "/authenticate", &[], "");
    assert_eq!(put.status, 405);
    assert_eq!(put.header("allow"), Some("GET, POST, HEAD"));
    let huge = server.post("/authenticate", &"x".repeat(65 * 1024));
    assert_said(&huge, 413, "the body may have at most 65536 bytes");
    assert_said(
        &server.post("/create_user", ""),
        400,
        "this needs a JSON object as its body",
    );
}

#[test]
fn closed_registration() {
    let settings = || Settings {
        limits: false,
        drain_delay: Duration::ZERO,
        ..Settings::default()
    };
    let closed = "registration is closed on this server";
    let server = TestServer::start_set(RegistrationPolicy::Closed, settings());
    assert_said(&create(&server, &json!({})), 403, closed);
    let server = TestServer::start_set(RegistrationPolicy::Invite, settings());
    assert_said(&create(&server, &json!({})), 403, closed);
    let (_, code) = server.invite(1);
    let headers = [
        ("content-type", "application/json"),
        ("sealpost-invite", code.expose()),
    ];
    let body = newcomer("alice", "KEY").to_string();
    let made = server.send("POST", "/create_user", &headers, &body);
    assert_said(&made, 200, "OK");
}

#[test]
fn past_a_limit() {
    let server = TestServer::start();
    let ask = || server.mailbox_key("nobody");
    // A thousand an hour, and what grows back while a busy machine asks.
    let begun = std::time::Instant::now();
    let refused = (0_u64..)
        .take_while(|asked| *asked <= 1_000 + (begun.elapsed().as_secs() + 4) * 1_000 / 3_600)
        .map(|_| ask())
        .find(|answer| answer.status != 400);
    let refused = refused.unwrap();
    assert_eq!(refused.status, 429);
    assert!(refused.body.starts_with("too many requests"), "{refused:?}");
    assert!(refused.header("retry-after").is_some());
}

#[test]
fn switched_off_it_is_not_there() {
    let settings = Settings {
        dialects: Dialects {
            mailbox: false,
            ..Dialects::ALL
        },
        drain_delay: Duration::ZERO,
        ..Settings::default()
    };
    let server = TestServer::start_set(RegistrationPolicy::Open, settings);
    for path in [
        "create_user",
        "authenticate",
        "upload_message",
        "download_messages",
        "get_public_key",
        "delete_user",
        "reset_password",
        "reset_public_key",
        "upload_avatar",
        "delete_avatar",
        "get_avatar",
    ] {
        for slash in ["", "/"] {
            let answer = server.post(&format!("/{path}{slash}"), "{}");
            assert_eq!(answer.problem()["code"], "unknown-path", "{path}{slash}");
        }
    }
}
