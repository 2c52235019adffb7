//! A new password: for whoever knows the old one and has logged in lately.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Answer, PASSWORD, TestServer, access_token};

const NEW: &str = "wrong donkey accumulator";

fn change(server: &TestServer, token: &str, current: &str, new: &str) -> Answer {
    let body = json!({"current_password": current, "new_password": new});
    server.send_as(token, "PUT", "/v1/me/password", &body.to_string())
}

fn log_in(server: &TestServer, password: &str) -> Answer {
    let body = json!({"identifier": "alice", "password": password});
    server.post("/v1/sessions", &body.to_string())
}

#[test]
fn a_new_password_ends_every_other_session() {
    let server = TestServer::start();
    let (token, bobs) = (server.log_in("alice"), server.log_in("bob"));
    let other = server.open_session("alice");
    let changed = change(&server, &token, PASSWORD, NEW);
    assert_eq!((changed.status, changed.body.as_str()), (204, ""));

    let ended = server.get_as(&access_token(&other), "/v1/me");
    assert_eq!(ended.problem()["code"], "session-ended");
    let refresh = json!({"refresh_token": other["refresh_token"]}).to_string();
    assert_eq!(server.post("/v1/sessions/refresh", &refresh).status, 401);
    for kept in [&token, &bobs] {
        assert_eq!(server.get_as(kept, "/v1/me").status, 200);
    }
    assert_eq!(log_in(&server, PASSWORD).status, 401);
    assert_eq!(log_in(&server, NEW).status, 201);
}

#[test]
fn whoever_does_not_know_the_old_one_changes_nothing() {
    let server = TestServer::start();
    let token = server.log_in("alice");
    let other = access_token(&server.open_session("alice"));
    let refused = change(&server, &token, "wrong horse battery", NEW);
    assert_eq!(refused.status, 403);
    assert_eq!(
        refused.problem(),
        json!({
            "type": "urn:sealpost:problem:wrong-password",
            "title": "Wrong password",
            "status": 403,
            "detail": "the current password is wrong",
            "code": "wrong-password",
            "errors": [{
                "pointer": "/current_password",
                "detail": "the current password is wrong",
                "code": "wrong-password",
            }],
        })
    );
    assert_eq!(server.get_as(&other, "/v1/me").status, 200);
    assert_eq!(log_in(&server, PASSWORD).status, 201);
}

#[test]
fn a_new_password_keeps_the_rules() {
    let server = TestServer::start();
    let token = server.log_in("alice");
    let refused = change(&server, &token, PASSWORD, "short");
    assert_eq!(refused.status, 422);
    assert_eq!(
        refused.problem()["errors"],
        json!([{
            "pointer": "/new_password",
            "detail": "a password has 8 to 128 characters",
            "code": "invalid-password",
        }])
    );
}

/// Alice's session, `age` after she logged in, kept alive by refreshing it.
fn aged_session(server: &TestServer, age: Duration) -> String {
    let opened = server.open_session("alice");
    server.advance(age);
    let refresh = json!({"refresh_token": opened["refresh_token"]}).to_string();
    access_token(&server.post("/v1/sessions/refresh", &refresh).json())
}

#[test]
fn an_old_login_is_not_enough() {
    let server = TestServer::start();
    server.register("alice");
    let aged = aged_session(&server, Duration::from_secs(15 * 60 + 1));
    let refused = change(&server, &aged, PASSWORD, NEW);
    assert_eq!(refused.status, 401);
    assert_eq!(
        refused.header("www-authenticate"),
        Some(r#"Bearer error="insufficient_user_authentication", max_age=900"#)
    );
    assert_eq!(
        refused.problem(),
        json!({
            "type": "urn:sealpost:problem:insufficient-user-authentication",
            "title": "Insufficient user authentication",
            "status": 401,
            "detail": "changing the password needs a login not older than 15 minutes: log in again",
            "code": "insufficient-user-authentication",
        })
    );
    // The session itself is as good as before, and a new login is enough.
    assert_eq!(server.get_as(&aged, "/v1/me").status, 200);
    let fresh = access_token(&server.open_session("alice"));
    assert_eq!(change(&server, &fresh, PASSWORD, NEW).status, 204);
}

#[test]
fn a_login_of_just_under_fifteen_minutes_is_enough() {
    let server = TestServer::start();
    server.register("alice");
    let aged = aged_session(&server, Duration::from_secs(15 * 60 - 1));
    assert_eq!(change(&server, &aged, PASSWORD, NEW).status, 204);
}

#[test]
fn nobody_is_asked_for_less_than_both_passwords() {
    let server = TestServer::start();
    let token = server.log_in("alice");
    for (body, pointer) in [
        (json!({"new_password": NEW}), "/current_password"),
        (json!({"current_password": PASSWORD}), "/new_password"),
    ] {
        let refused = server.send_as(&token, "PUT", "/v1/me/password", &body.to_string());
        assert_eq!(refused.status, 400);
        let problem: Value = refused.problem();
        assert_eq!(problem["errors"][0]["pointer"], pointer);
    }
}
