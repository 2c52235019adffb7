//! Each line of the contract's table, to the letter.

use std::time::Duration;

use sealpost_domain::accounts::Username;
use sealpost_domain::channels::ChannelRules;
use sealpost_domain::custodial_keys::CustodialKey;
use sealpost_domain::keys::{KeyId, PublicKey};
use serde_json::{Map, Value, json};

use super::client::{Client, OTHER_PASSWORD, PASSWORD, PUBLIC_KEY, done, refused, start};
use crate::support::TestServer;

fn server() -> TestServer {
    start(ChannelRules::default())
}

#[test]
fn create_session_key() {
    let server = server();
    let small = include_str!("../../../../crypto/testdata/rsa-1024-public.pem");
    for body in [
        json!({}),
        json!({"public_key": ""}),
        json!({"public_key": 7}),
        json!({"public_key": "00ff"}),
        json!({"public_key": small}),
        json!({"public_key": PUBLIC_KEY, "cipher": "A256ECB"}),
        json!({"public_key": PUBLIC_KEY, "cipher": "none"}),
    ] {
        let answer = server.post("/create_session_key", &body.to_string());
        assert_eq!(
            (answer.status, answer.body.as_str()),
            (404, "\"Error!\""),
            "{body}"
        );
        assert_eq!(answer.header("content-type"), Some("application/json"));
    }
    let answer = server.post("/create_session_key", "no JSON");
    assert_eq!(answer.status, 400);
    assert!(answer.json().is_string(), "{answer:?}");
}

#[test]
fn a_session_that_is_not_there_and_one_that_is_too_old() {
    let server = server();
    let paths = [
        "/register_user",
        "/login_user",
        "/encrypt/alice",
        "/decrypt",
        "/change_username",
        "/change_password",
        "/forgot_password",
        "/confirm_forgot_password",
        "/final_forgot_password",
    ];
    let old = Client::open(&server);
    server.advance(Duration::from_secs(60 * 60));
    for path in paths {
        for body in [
            json!({}),
            json!({"session_key": 1}),
            json!({"session_key": "A".repeat(400)}),
        ] {
            let answer = server.post(path, &body.to_string());
            let expected = (404, "\"Session not found!\"");
            assert_eq!(
                (answer.status, answer.body.as_str()),
                expected,
                "{path} {body}"
            );
        }
        let answer = old.send(path, &[]);
        let expected = (408, "\"Session timeout exceeded!\"");
        assert_eq!((answer.status, answer.body.as_str()), expected, "{path}");
    }
    // Every request starts the hour anew.
    let mut young = Client::open(&server);
    for _ in 0..3 {
        server.advance(Duration::from_secs(59 * 60));
        assert_eq!(young.decrypt("x"), refused(201, "No authorization"));
    }
}

#[test]
fn register_user() {
    let server = server();
    let mut client = Client::open(&server);
    let mut register = |username: &str, email: &str, password: &str| {
        let fields = [
            ("username", username),
            ("email", email),
            ("password", password),
        ];
        client.say("/register_user", &fields)
    };
    let format = |what: &str| refused(201, &format!("{what} format not corrected"));
    assert_eq!(
        register("a b", "a@example.org", PASSWORD),
        format("Username")
    );
    assert_eq!(register("alice", "nobody", PASSWORD), format("Email"));
    for weak in ["password", "Passw0rd", "PASSW0RD_", "passw0rd_", "Pa_0"] {
        assert_eq!(register("alice", "a@example.org", weak), format("Password"));
    }
    assert_eq!(register("alice", "a@example.org", PASSWORD), done());
    assert_eq!(
        register("ALICE", "b@example.org", PASSWORD),
        refused(201, "Username is busy")
    );
    assert_eq!(
        register("bob", "A@example.org", PASSWORD),
        refused(201, "Email is busy")
    );
}

#[test]
fn login_user() {
    let server = server();
    Client::open(&server).register("alice");
    let mut client = Client::open(&server);
    let said = client.say("/login_user", &[("email", "alice"), ("password", PASSWORD)]);
    assert_eq!(said, refused(201, "Email format not corrected"));
    assert_eq!(
        client.log_in("nobody", PASSWORD),
        refused(201, "User is not found")
    );
    assert_eq!(
        client.log_in("alice", OTHER_PASSWORD),
        refused(201, "Password is wrong")
    );
    assert_eq!(client.log_in("alice", PASSWORD), done());
}

#[test]
fn five_wrong_passwords_block_the_account_here_and_nowhere_else() {
    let server = server();
    let mut victim = Client::open(&server);
    victim.register("alice");
    let mut client = Client::open(&server);
    for _ in 0..5 {
        assert_eq!(
            client.log_in("alice", OTHER_PASSWORD),
            refused(201, "Password is wrong")
        );
    }
    let blocked = refused(202, "Account block. Change the password!");
    assert_eq!(client.log_in("alice", PASSWORD), blocked);
    server.advance(Duration::from_secs(30 * 60));
    assert_eq!(client.log_in("alice", PASSWORD), blocked);
    // Whoever is logged in is not blocked by the guesses of others.
    let change = [("new_username", "alicia"), ("password", PASSWORD)];
    assert_eq!(victim.say("/change_username", &change), done());
    server.enter_natively("alicia", PASSWORD);
}

#[test]
fn encrypt_and_decrypt() {
    let server = server();
    let mut stranger = Client::open(&server);
    let logged_out = refused(201, "No authorization");
    assert_eq!(
        stranger.say("/encrypt/alice", &[("message", "x")]),
        logged_out
    );
    assert_eq!(stranger.decrypt("x"), logged_out);
    let mut alice = Client::open(&server);
    alice.register("alice");
    for nobody in ["bob", "a%20b", "%F0%9F%98%80"] {
        let said = alice.say(&format!("/encrypt/{nobody}"), &[("message", "x")]);
        assert_eq!(said, refused(201, "User is not found"), "{nobody}");
    }
    for nothing in ["", "x", "a.b.c.d.e"] {
        assert_eq!(alice.decrypt(nothing), logged_out);
    }
    let long = "x".repeat(64 * 1024);
    let sealed = alice.encrypt("alice", &long);
    assert_eq!(alice.decrypt(&sealed).message, Some(long.clone()));
    let said = alice.say("/encrypt/alice", &[("message", &(long + "x"))]);
    assert_eq!(said, refused(201, "Bad request"));
}

#[test]
fn change_username_and_change_password() {
    let server = server();
    let mut alice = Client::open(&server);
    let names = |name| [("new_username", name), ("password", PASSWORD)];
    let passwords = |old, new| [("password", old), ("new_password", new)];
    let logged_out = alice.say("/change_username", &names("alicia"));
    assert_eq!(logged_out, refused(201, "No authorization"));
    let logged_out = alice.say("/change_password", &passwords(PASSWORD, OTHER_PASSWORD));
    assert_eq!(logged_out, refused(401, "No authorization"));
    alice.register("alice");
    Client::open(&server).register("bob");
    let said = alice.say("/change_username", &names("BOB"));
    assert_eq!(said, refused(201, "Username is busy"));
    let said = alice.say("/change_username", &names("a b"));
    assert_eq!(said, refused(201, "Username format not corrected"));
    let said = alice.say("/change_password", &passwords(PASSWORD, "weak"));
    assert_eq!(said, refused(201, "Password format not corrected"));
    let wrong = refused(201, "Password is wrong");
    for _ in 0..3 {
        let said = alice.say(
            "/change_password",
            &passwords(OTHER_PASSWORD, OTHER_PASSWORD),
        );
        assert_eq!(said, wrong);
    }
    for _ in 0..2 {
        let change = [("new_username", "alicia"), ("password", OTHER_PASSWORD)];
        assert_eq!(alice.say("/change_username", &change), wrong);
    }
    // Five came out of this login.
    let blocked = refused(202, "Account block. Change the password!");
    assert_eq!(alice.say("/change_username", &names("alicia")), blocked);
    let said = alice.say("/change_password", &passwords(PASSWORD, OTHER_PASSWORD));
    assert_eq!(said, blocked);
}

#[test]
fn the_steps_of_recovery() {
    let server = server();
    let mut client = Client::open(&server);
    let invalid = refused(201, "Invalid session");
    let email = [("email", "alice@example.org")];
    let said = client.say("/forgot_password", &[("email", "alice")]);
    assert_eq!(said, refused(201, "Email format not corrected"));
    assert_eq!(
        client.say("/confirm_forgot_password", &[("code", "ABCDEF")]),
        invalid
    );
    let new = [("new_password", OTHER_PASSWORD)];
    assert_eq!(client.say("/final_forgot_password", &new), invalid);
    assert_eq!(client.say("/forgot_password", &email), done());
    assert_eq!(client.say("/final_forgot_password", &new), invalid);
    let said = client.say("/confirm_forgot_password", &[("code", "ABCDEF")]);
    assert_eq!(said, refused(201, "Invalid code"));
}

#[test]
fn an_unknown_address_is_told_where_the_operator_wants_it() {
    let server = start(ChannelRules {
        reveal_unknown_email: true,
        ..ChannelRules::default()
    });
    let mut client = Client::open(&server);
    let said = client.say("/forgot_password", &[("email", "alice@example.org")]);
    assert_eq!(said, refused(201, "Email not found!"));
    client.register("alice");
    let said = client.say("/forgot_password", &[("email", "Alice@example.org")]);
    assert_eq!(said, done());
}

#[test]
fn a_field_that_is_missing_or_does_not_open_leaves_the_session_usable() {
    let server = server();
    let mut client = Client::open(&server);
    client.register("alice");
    let bad = refused(201, "Bad request");
    for (path, fields) in [
        ("/register_user", &["username", "email", "password"][..]),
        ("/login_user", &["email", "password"]),
        ("/encrypt/alice", &["message"]),
        ("/decrypt", &["message"]),
        ("/change_username", &["new_username", "password"]),
        ("/change_password", &["password", "new_password"]),
        ("/forgot_password", &["email"]),
        ("/confirm_forgot_password", &["code"]),
        ("/final_forgot_password", &["new_password"]),
    ] {
        for broken in fields {
            for value in [None, Some(json!(7)), Some(json!("")), Some(json!("AAAA"))] {
                let mut body = Map::new();
                for name in fields {
                    let sealed: Value = client.seal(name, "text").into();
                    body.insert((*name).to_owned(), sealed);
                }
                body.remove(*broken);
                body.extend(value.map(|value| ((*broken).to_owned(), value)));
                let answer = client.send_raw(path, body);
                assert_eq!(client.go_on(&answer), bad, "{path} {broken}");
            }
        }
    }
}

#[test]
fn switched_off_it_is_not_there() {
    let settings = sealpost_http::Settings {
        drain_delay: Duration::ZERO,
        dialects: sealpost_http::Dialects {
            channel: false,
            ..sealpost_http::Dialects::ALL
        },
        ..sealpost_http::Settings::default()
    };
    let open = sealpost_domain::accounts::RegistrationPolicy::Open;
    let server = TestServer::start_set(open, settings);
    for path in ["/create_session_key", "/encrypt/alice", "/decrypt/"] {
        assert_eq!(server.post(path, "{}").problem()["code"], "unknown-path");
    }
}

/// What the contract has for `/encrypt`; the session goes on.
#[test]
fn a_server_that_fails_says_so_and_the_session_goes_on() {
    let server = server();
    let mut client = Client::open(&server);
    client.register("alice");
    let failed = refused(201, "Error server");
    // The session is looked up by one.
    server.break_reads_after(Some(1));
    let said = client.say("/encrypt/alice", &[("message", "x")]);
    assert_eq!(said, failed);
    // Before the session is known there are no keys to go on with.
    let answer = client.send("/decrypt", &[("message", "x")]);
    assert_eq!(answer.status, 500);
    assert!(answer.json().is_string(), "{answer:?}");
    server.break_reads_after(None);
    assert_eq!(
        client.say("/encrypt/alice", &[("message", "x")]).status,
        200
    );
}

#[test]
fn a_damaged_key_is_the_servers_failure_and_nobody_elses() {
    let server = server();
    let mut client = Client::open(&server);
    client.register("alice");
    client.register("bob");
    server.change(|tx| {
        let alice = Username::parse("alice").unwrap();
        let alice = tx.accounts().find_by_username(&alice)?.unwrap().id;
        let key = tx.keys().list(alice)?.remove(0);
        let old = key.id;
        let damaged = PublicKey {
            id: KeyId::from_bytes([9; 16]),
            jwk: "{}".to_owned(),
            thumbprint: [9; 32],
            ..key
        };
        assert!(tx.keys().insert_new(alice, &damaged)?);
        let custodial = tx.custodial_keys().find(alice)?.unwrap();
        let custodial = CustodialKey {
            key: damaged.id,
            ..custodial
        };
        assert!(tx.custodial_keys().put(&custodial, Some(old))?);
        Ok(())
    });
    let said = client.say("/encrypt/alice", &[("message", "x")]);
    assert_eq!(said, refused(201, "Error server"));
    let said = client.say("/encrypt/bob", &[("message", "x")]);
    assert_eq!(said.status, 200);
}
