//! Refreshing and logging out.

use std::time::Duration;

use serde_json::json;

use super::client::{Person, start};
use super::errors::assert_said;
use crate::support::{Answer, TestServer};

const DEAD: &str = "this refresh token is not good here, or not any more: log in again";

fn renew(server: &TestServer, token: &str) -> Answer {
    let header = format!("Bearer {token}");
    server.send(
        "POST",
        "/api/refresh_token/",
        &[("authorization", &header)],
        "",
    )
}

fn log_out(server: &TestServer, token: &str) -> Answer {
    let header = format!("Bearer {token}");
    server.send("POST", "/api/logout/", &[("authorization", &header)], "")
}

fn works(server: &TestServer, access: &str) -> bool {
    let body = json!({"privacy.messages": true});
    server
        .post_as(access, "/api/update_settings/", &body)
        .status
        == 200
}

#[test]
fn a_refresh_token_gives_access_tokens_for_thirty_days() {
    let server = start();
    let alice = Person::new(&server, "alice");
    let minute = Duration::from_secs(60);
    for age in [0, 31, 60 * 24 * 15] {
        server.advance(age * minute);
        let renewed = renew(&server, &alice.refresh);
        assert_eq!(renewed.status, 200, "{renewed:?}");
        assert_eq!(renewed.header("cache-control"), Some("no-store"));
        let renewed = renewed.json();
        assert_eq!(renewed.as_object().unwrap().len(), 1, "{renewed}");
        assert!(works(&server, renewed["access_token"].as_str().unwrap()));
        assert_eq!(works(&server, &alice.access), age == 0);
    }
    server.advance(60 * 24 * 15 * minute);
    assert_said(&renew(&server, &alice.refresh), 401, DEAD);
}

#[test]
fn logging_out_ends_the_session_with_all_its_tokens() {
    let server = start();
    let alice = Person::new(&server, "alice");
    let entered = server.enter("alice", super::client::PASSWORD).json();
    let other = entered["access_token"].as_str().unwrap();
    let renewed = renew(&server, &alice.refresh).json();
    let renewed = renewed["access_token"].as_str().unwrap();
    let out = log_out(&server, &alice.access);
    assert_eq!(
        (out.status, out.json()),
        (200, json!({"msg": "Access token has been revoked."}))
    );
    let ended = "the session has been ended: log in again";
    for access in [alice.access.as_str(), renewed] {
        assert_said(&log_out(&server, access), 401, ended);
        assert!(!works(&server, access));
    }
    assert_said(&renew(&server, &alice.refresh), 401, DEAD);
    assert!(works(&server, other), "another login is not concerned");
}

#[test]
fn each_kind_of_token_is_good_for_its_own() {
    let server = start();
    let alice = Person::new(&server, "alice");
    let native = server.log_in("native");
    for token in [
        alice.access.as_str(),
        &native,
        "a.b.c",
        &alice.refresh[..alice.refresh.len() - 1],
    ] {
        assert_said(&renew(&server, token), 401, DEAD);
    }
    let strange = "the access token is not valid here";
    assert_said(&log_out(&server, &alice.refresh), 401, strange);
    assert_said(&log_out(&server, &native), 401, strange);
    assert_said(
        &renew(&server, &format!("a.b.{}", "c".repeat(5_000))),
        401,
        "the token is not valid here",
    );
    let body = json!({"refresh_token": alice.refresh}).to_string();
    assert_eq!(server.post("/v1/sessions/refresh", &body).status, 401);
    // Nothing of that harmed the session.
    assert!(works(&server, &alice.access) && renew(&server, &alice.refresh).status == 200);
}

#[test]
fn headers_that_are_none() {
    let server = start();
    let malformed = "the Authorization header must be: Bearer, a space, and a token";
    for path in [
        "/api/refresh_token/",
        "/api/logout",
        "/api/ack/",
        "/api/notifications/",
    ] {
        let method = if path.contains("notifications") {
            "GET"
        } else {
            "POST"
        };
        let ask = |headers: &[(&str, &str)]| server.send(method, path, headers, "");
        assert_said(&ask(&[]), 401, "Missing Authorization header");
        for header in ["", "Bearer", "Basic eDp5", "Bearer one.two"] {
            assert_said(&ask(&[("authorization", header)]), 422, malformed);
        }
    }
}

#[test]
fn a_disabled_account_gets_no_tokens() {
    let server = start();
    let alice = Person::new(&server, "alice");
    server.disable("alice");
    assert_said(&renew(&server, &alice.refresh), 401, DEAD);
    assert!(!works(&server, &alice.access));
}

#[test]
fn a_new_password_ends_what_the_refresh_token_could_do() {
    let server = start();
    let alice = Person::new(&server, "alice");
    let login = json!({"identifier": "alice", "password": super::client::PASSWORD}).to_string();
    let native = crate::support::access_token(&server.post("/v1/sessions", &login).json());
    let body = json!({"current_password": super::client::PASSWORD, "new_password": "wrong donkey accumulator"});
    let changed = server.send_as(&native, "PUT", "/v1/me/password", &body.to_string());
    assert_eq!(changed.status, 204, "{changed:?}");
    assert_said(&renew(&server, &alice.refresh), 401, DEAD);
    assert!(!works(&server, &alice.access));
}
