//! What the threats page warns of: each abuse named after what it prevents.

use std::time::Duration;

use serde_json::json;

use super::client::{PASSWORD, UNKNOWN, assert_said, decrypt};
use crate::second_factor::switch_on;
use crate::support::{Answer, TestServer, logged};

#[test]
fn the_key_of_a_foreign_file_is_like_that_of_none() {
    let server = TestServer::start();
    let (owner, other) = (server.keeper("owner"), server.keeper("other"));
    let id = server.load(&owner, b"content");
    let key = |token: &str, id: &str| server.fetch(token, &format!("/get_crypto_key/{id}"));
    let [foreign, unknown] = [id.as_str(), UNKNOWN].map(|id| key(&other, id));
    assert_said(&unknown, 404, "No file with such a file ID was found");
    assert_eq!(foreign.without_date(), unknown.without_date());
    // The encrypted file is for everybody, and stays shut.
    let file = server.fetch(&other, &format!("/download/{id}"));
    assert_eq!(file.status, 200);
    let own = server.load(&other, b"content");
    assert_eq!(decrypt(&key(&other, &own).body, &file.body), None);
    assert_eq!(
        decrypt(&key(&owner, &id).body, &file.body).unwrap(),
        b"content"
    );
}

#[test]
fn no_key_leaves_without_a_line_in_the_audit_trail() {
    let server = TestServer::start();
    let native = server.log_in("alice");
    let token = server.sign_in("alice", crate::support::PASSWORD).body;
    let id = server.load(&token, b"content");
    let disclosed = || {
        let kinds = server.audit_kinds(&native);
        let kinds = kinds.iter().filter(|kind| *kind == "file.key-disclosed");
        kinds.count()
    };
    assert_eq!(disclosed(), 0);
    assert_eq!(server.fetch(&token, &format!("/download/{id}")).status, 200);
    assert_eq!(disclosed(), 0);
    let key = format!("/get_crypto_key/{id}");
    assert_eq!(server.fetch(&token, &key).status, 200);
    assert_eq!(disclosed(), 1);
}

#[test]
fn unknown_users_and_wrong_passwords_are_the_same_bytes() {
    let server = TestServer::start();
    assert_eq!(server.sign_up("User", PASSWORD).status, 200);
    let expected = server.sign_in("User", "wrong password");
    assert_said(&expected, 401, "Could not verify");
    let long = "x".repeat(5_000);
    for (name, password) in [
        ("nobody", PASSWORD),
        ("no user name", PASSWORD),
        ("user@mail.example", PASSWORD),
        (&*long, PASSWORD),
        ("User", "x"),
        ("User", &long),
    ] {
        let answer = server.sign_in(name, password);
        assert_eq!(answer.without_date(), expected.without_date(), "{name}");
    }
}

#[test]
fn the_sixth_try_through_this_door_does_not_help() {
    let server = TestServer::start();
    assert_eq!(server.sign_up("User", PASSWORD).status, 200);
    let live = server.sign_in("User", PASSWORD).body;
    let native = json!({"identifier": "User", "password": "wrong password"}).to_string();
    for _ in 0..3 {
        assert_eq!(server.post("/v1/sessions", &native).status, 401);
    }
    for _ in 0..2 {
        assert_eq!(server.sign_in("User", "wrong password").status, 401);
    }
    let refused = server.sign_in("User", PASSWORD);
    assert_eq!(refused.header("retry-after"), Some("1"));
    assert_said(&refused, 429, &refused.body);
    // No stranger locks out who has a live session.
    let headers = [
        ("User_Name", "User"),
        ("User_Password", PASSWORD),
        ("x-access-tokens", live.as_str()),
    ];
    assert_eq!(server.send("GET", "/login", &headers, "").status, 200);
}

#[test]
fn a_second_factor_shuts_the_door_to_bare_passwords() {
    let server = TestServer::start();
    let native = server.log_in("alice");
    let password = crate::support::PASSWORD;
    assert_eq!(server.sign_in("alice", password).status, 200);
    let app_password = |dialect: &str| {
        let body = json!({"name": dialect, "dialect": dialect});
        let made = server.post_as(&native, "/v1/me/app-passwords", &body);
        made.json()["app_password"].as_str().unwrap().to_owned()
    };
    let (own, foreign) = (app_password("vault"), app_password("messenger"));
    switch_on(&server, &native);
    for wrong in [password, &foreign] {
        let answer = server.sign_in("alice", wrong);
        assert_said(&answer, 401, "Could not verify");
    }
    let entered = server.sign_in("alice", &own);
    assert_eq!(entered.status, 200, "{entered:?}");
    let ok = "Login is OK, your name: alice";
    assert_said(&server.fetch(&entered.body, "/test_login"), 200, ok);
}

/// Sends these lines of a head as they are.
fn raw(server: &TestServer, first: &str, lines: &[&[u8]]) -> Answer {
    let head = format!("{first} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n");
    let lines: Vec<u8> = lines
        .iter()
        .flat_map(|line| [line, &b"\r\n"[..]].concat())
        .collect();
    server.send_raw(&[head.as_bytes(), &lines, b"\r\n"].concat())
}

#[test]
fn headers_that_could_be_read_in_two_ways_are_refused() {
    let server = TestServer::start();
    let told = |name: &str| format!("The header {name} came more than once, or in two spellings");
    let token = server.keeper("User");
    let token_line = format!("x-access-tokens: {token}");
    for other in [
        "New_User_Name",
        "New-User-Name",
        "new-user-name",
        "New_User-Name",
    ] {
        let answer = raw(
            &server,
            "POST /registration",
            &[
                b"New_User_Name: one",
                format!("{other}: two").as_bytes(),
                b"New_User_Password: Password",
            ],
        );
        assert_said(&answer, 400, &told("New_User_Name"));
    }
    for other in ["User_Password", "User-Password"] {
        let answer = raw(
            &server,
            "GET /login",
            &[
                b"User_Name:User",
                b"User_Password:Password",
                format!("{other}: Password").as_bytes(),
            ],
        );
        assert_said(&answer, 400, &told("User_Password"));
    }
    for other in ["x-access-tokens", "X_Access_Tokens"] {
        let answer = raw(
            &server,
            "GET /test_login",
            &[
                token_line.as_bytes(),
                format!("{other}: {token}").as_bytes(),
            ],
        );
        assert_said(&answer, 400, &told("x-access-tokens"));
    }
    // What a proxy may have made of a stranger's header is not read as ours.
    let hyphens: [&[u8]; 2] = [b"User-Name: User", b"User-Password: Password"];
    let answer = raw(&server, "GET /login", &hyphens);
    assert_said(&answer, 401, "Not login or password");
}

#[test]
fn header_values_are_utf8() {
    let server = TestServer::start();
    let name = "Zoë-用户";
    let made = server.sign_up(name, "Pässwörd");
    assert_said(&made, 200, &format!("Registration user {name} is done!"));
    let token = server.sign_in(name, "Pässwörd");
    assert_eq!(token.status, 200);
    let ok = format!("Login is OK, your name: {name}");
    assert_said(&server.fetch(&token.body, "/test_login"), 200, &ok);
    let latin1: [&[u8]; 2] = [b"User_Name: Zo\xEB", b"User_Password: Password"];
    let answer = raw(&server, "GET /login", &latin1);
    assert_said(&answer, 400, "The header User_Name is not UTF-8");
    let token: [&[u8]; 1] = [b"x-access-tokens: \xEB"];
    let answer = raw(&server, "GET /test_login", &token);
    assert_said(&answer, 401, "Token is invalid");
}

#[test]
fn no_link_and_no_page_of_another_site_logs_anybody_in() {
    let server = TestServer::start();
    assert_eq!(server.sign_up("User", PASSWORD).status, 200);
    let refused = "Log in from a program, not by a link or from a page of another site";
    for method in ["GET", "POST"] {
        for (header, status) in [
            (("sec-fetch-mode", "navigate"), 403),
            (("sec-fetch-site", "cross-site"), 403),
            (("sec-fetch-site", "same-site"), 403),
            (("sec-fetch-site", "same-origin"), 200),
            (("sec-fetch-mode", "cors"), 200),
        ] {
            let headers = [("User_Name", "User"), ("User_Password", PASSWORD), header];
            let answer = server.send(method, "/login", &headers, "");
            assert_eq!(answer.status, status, "{header:?}");
            if status == 403 {
                assert_said(&answer, 403, refused);
            }
        }
    }
}

#[test]
fn a_password_change_ends_the_tokens_of_this_dialect() {
    let server = TestServer::start();
    let native = server.log_in("alice");
    let password = crate::support::PASSWORD;
    let token = server.sign_in("alice", password).body;
    let change = json!({"current_password": password, "new_password": "another good one"});
    let changed = server.send_as(&native, "PUT", "/v1/me/password", &change.to_string());
    assert_eq!(changed.status, 204);
    assert_said(
        &server.fetch(&token, "/test_login"),
        401,
        "Token is invalid",
    );
    server.advance(Duration::from_secs(1));
    assert_said(&server.sign_in("alice", password), 401, "Could not verify");
}

#[test]
fn no_secret_of_a_header_reaches_the_log() {
    let server = TestServer::start();
    let password = "canary-vault-5102";
    assert_eq!(server.sign_up("loggy", password).status, 200);
    assert_eq!(server.sign_up("loggy", password).status, 400);
    let token = server.sign_in("loggy", password).body;
    assert_eq!(server.sign_in("loggy", "canary-vault-wrong").status, 401);
    let bad = server.fetch("canary-vault-token", "/test_login");
    assert_eq!(bad.status, 401);
    let id = server.load(&token, b"canary-vault-content");
    let key = server.fetch(&token, &format!("/get_crypto_key/{id}")).body;
    let twice: [&[u8]; 2] = [b"User_Name: canary-vault-1", b"User-Name: canary-vault-2"];
    assert_eq!(raw(&server, "GET /login", &twice).status, 400);
    drop(server);
    let log = logged();
    assert!(log.contains("/get_crypto_key/{id}"), "the log was captured");
    for secret in ["canary-vault", &token, &key] {
        let line = log.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "logged");
    }
}
