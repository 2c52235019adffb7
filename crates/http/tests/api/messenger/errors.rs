//! The golden table: every line of the contract's errors, and the frame's own in the dialect's shape.

use sealpost_domain::accounts::RegistrationPolicy;
use sealpost_http::{Dialects, Settings};
use serde_json::{Value, json};

use super::client::{PASSWORD, PRIVATE_KEY, PUBLIC_KEY, start};
use crate::support::{Answer, TestServer};

pub(super) fn assert_said(answer: &Answer, status: u16, msg: &str) {
    assert_eq!(
        (answer.status, &answer.json()),
        (status, &json!({"msg": msg})),
        "{answer:?}"
    );
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert!(answer.header("x-request-id").is_some());
}

const PASSWORD_RULE: &str = "password: encrypt it with the current data key, a new ciphertext each time; it has 10 to 128 printable ASCII characters, among them a lower-case and an upper-case letter, a digit and a punctuation mark";
const USERNAME_RULE: &str = "username: a username has 2 to 32 characters, and no spaces and dots";
pub(super) const NO_USER: &str =
    "there is no such user, or they have no key for end-to-end messages";

fn register(server: &TestServer, changed: &Value) -> Answer {
    let mut body = json!({"username": "new_one", "password": server.sealed(PASSWORD), "private_key": PRIVATE_KEY});
    for (name, value) in changed.as_object().unwrap() {
        body[name] = value.clone();
    }
    server.say_to("/api/register/", &body)
}

#[test]
fn a_field_that_breaks_a_rule_is_named() {
    let server = start();
    let des3 = include_str!("../../../../crypto/testdata/private_pem/legacy-des-ede3-cbc.pem");
    let clear = include_str!("../../../../crypto/testdata/rsa-2048.pem");
    let either = "private_key: send either private_key or public_key";
    for (changed, msg) in [
        (json!({"username": "a"}), USERNAME_RULE),
        (json!({"username": "a.b"}), USERNAME_RULE),
        (json!({"password": server.sealed("short")}), PASSWORD_RULE),
        (
            json!({"password": server.sealed("no upper case 1!")}),
            PASSWORD_RULE,
        ),
        (json!({"password": "AAAA"}), PASSWORD_RULE),
        (json!({"private_key": null}), either),
        (json!({"public_key": PUBLIC_KEY}), either),
        (
            json!({"private_key": des3}),
            "private_key: private keys encrypted with DES-EDE3-CBC are not read: use AES-CBC",
        ),
        (
            json!({"private_key": clear}),
            "private_key: this private key is not encrypted: take it for compromised and make a new pair",
        ),
        (
            json!({"password": server.sealed("An0ther password!")}),
            "private_key: this private key does not open with the password, or is no RSA key",
        ),
        (json!({"private_key": 7}), "private_key: expected a string"),
        (
            json!({"private_key": null, "public_key": "x"}),
            "public_key: not a public key: expected a JWK (RSA, X25519, P-256 or Ed25519), or the PEM of an RSA public key",
        ),
    ] {
        assert_said(&register(&server, &changed), 400, msg);
    }
    let two = register(&server, &json!({"username": "a", "password": "AAAA"}));
    assert_said(&two, 400, &format!("{USERNAME_RULE}; {PASSWORD_RULE}"));
    // Nothing of all that made an account.
    assert_eq!(register(&server, &json!({})).status, 200);
    let taken = register(&server, &json!({"username": "NEW_one"}));
    assert_said(
        &taken,
        409,
        "username: this username is taken: choose another",
    );
}

#[test]
fn bodies_that_cannot_be_read() {
    let server = start();
    for (body, msg) in [
        ("", "this needs a JSON object as its body"),
        (
            "nope",
            "the body is not JSON: expected ident at line 1 column 2",
        ),
        ("[]", "expected a JSON object"),
        ("{}", "username: this field is missing"),
        (r#"{"username":7}"#, "username: expected a string"),
    ] {
        assert_said(&server.post("/api/data_key/", body), 400, msg);
    }
    let bad = server.say_to("/api/data_key/", &json!({"username": "a b"}));
    let msg =
        "username: a username has no white space, no '@' and no control or invisible characters";
    assert_said(&bad, 400, msg);
    let text = server.send(
        "POST",
        "/api/login/",
        &[("content-type", "text/plain")],
        "{}",
    );
    assert_said(&text, 415, "send the body as application/json in UTF-8");
    let ignored = json!({"username": "alice", "more": 1});
    assert_eq!(server.say_to("/api/data_key/", &ignored).status, 200);
}

#[test]
fn the_frame_speaks_the_dialect_too() {
    let server = start();
    let nothing = "nothing is served at this path; /openapi.json lists what is";
    assert_said(&server.get("/api/login/"), 405, "this path takes POST");
    assert_said(&server.get("/api/login"), 405, "this path takes POST");
    assert_said(&server.get("/api/unknown"), 404, nothing);
    let huge = "x".repeat(65 * 1024);
    let huge = server.post("/api/login/", &huge);
    assert_said(&huge, 413, "the body may have at most 65536 bytes");
    // Not this dialect's.
    let refresh = server.get("/api/token/refresh/");
    assert_eq!(refresh.status, 405);
    let detail = "Method \"GET\" not allowed.";
    assert_eq!(refresh.json(), json!({"detail": detail}));
}

#[test]
fn tokens_that_are_not_taken() {
    let server = start();
    let made = server.enrol("alice").json();
    let native = server.log_in("native");
    let body = json!({"username": "bob"}).to_string();
    let ask = |headers: &[(&str, &str)]| {
        let headers = [&[("content-type", "application/json")], headers].concat();
        server.send("POST", "/api/start_conversation/", &headers, &body)
    };
    assert_said(&ask(&[]), 401, "Missing Authorization header");
    let malformed = "the Authorization header must be: Bearer, a space, and a token";
    let access = made["access_token"].as_str().unwrap();
    for header in [
        "",
        "Bearer",
        "Bearer ",
        "Basic eDp5",
        access,
        "Bearer one.two",
    ] {
        assert_said(&ask(&[("authorization", header)]), 422, malformed);
    }
    let good = format!("Bearer {access}");
    let twice = ask(&[("authorization", &good), ("authorization", &good)]);
    assert_said(&twice, 422, malformed);
    let refresh = made["refresh_token"].as_str().unwrap();
    for token in [refresh, &native, "a.b.c"] {
        let answer = ask(&[("authorization", &format!("Bearer {token}"))]);
        assert_said(&answer, 401, "the access token is not valid here");
    }
    // And the dialect's is good nowhere else.
    assert_eq!(server.get_as(access, "/v1/me").status, 401);
    server.advance(std::time::Duration::from_secs(30 * 60 + 5));
    let expired = ask(&[("authorization", &good)]);
    assert_said(
        &expired,
        401,
        "the access token has expired: refresh the session or log in again",
    );
}

#[test]
fn nobody_and_nobody_with_a_key_are_the_same() {
    let server = start();
    let token = server.enrol("alice").json()["access_token"]
        .as_str()
        .unwrap()
        .to_owned();
    server.register("keyless");
    let start = |username: &str| {
        server.post_as(
            &token,
            "/api/start_conversation/",
            &json!({"username": username}),
        )
    };
    for username in ["nobody", "keyless", "no user name"] {
        assert_said(&start(username), 404, NO_USER);
    }
    let oneself = "username: a conversation needs somebody else: this username is your own";
    assert_said(&start("alice"), 400, oneself);
}

#[test]
fn closed_registration() {
    let settings = Settings {
        limits: false,
        drain_delay: std::time::Duration::ZERO,
        ..Settings::default()
    };
    let server = TestServer::start_set(RegistrationPolicy::Closed, settings);
    assert_said(
        &server.enrol("alice"),
        403,
        "registration is closed on this server",
    );
}

#[test]
fn by_invite_it_is_closed_but_for_who_sends_the_header() {
    let settings = Settings {
        limits: false,
        drain_delay: std::time::Duration::ZERO,
        ..Settings::default()
    };
    let server = TestServer::start_set(RegistrationPolicy::Invite, settings);
    let closed = "registration is closed on this server";
    assert_said(&server.enrol("alice"), 403, closed);
    let enrol = |username: &str, code: &str| {
        let password = server.sealed(PASSWORD);
        let body = json!({"username": username, "password": password, "public_key": PUBLIC_KEY});
        let headers = [
            ("content-type", "application/json"),
            ("sealpost-invite", code),
        ];
        server.send("POST", "/api/register/", &headers, &body.to_string())
    };
    let (_, code) = server.invite(1);
    let refused = "invite: this invite is not good, or not any more";
    assert_said(&enrol("alice", "spi_wrong"), 403, refused);
    assert_eq!(enrol("alice", code.expose()).status, 200);
    assert_said(&enrol("bob", code.expose()), 403, refused);
}

#[test]
fn switched_off_it_is_not_there() {
    let settings = Settings {
        dialects: Dialects {
            messenger: false,
            ..Dialects::ALL
        },
        drain_delay: std::time::Duration::ZERO,
        ..Settings::default()
    };
    let server = TestServer::start_set(RegistrationPolicy::Open, settings);
    for path in [
        "data_key",
        "register",
        "login",
        "logout",
        "refresh_token",
        "start_conversation",
        "send_message",
        "get_messages",
        "update_settings",
        "ack",
        "notifications",
    ] {
        for slash in ["", "/"] {
            let answer = server.post(&format!("/api/{path}{slash}"), "{}");
            assert_eq!(answer.problem()["code"], "unknown-path", "{path}{slash}");
        }
    }
    let paths = server.get("/openapi.json").json()["paths"].take();
    let paths = paths.as_object().unwrap();
    // The one that is left is `social`'s.
    let left: Vec<&String> = paths
        .keys()
        .filter(|path| path.starts_with("/api/"))
        .collect();
    assert_eq!(left, ["/api/token/refresh/"]);
}
