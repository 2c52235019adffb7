use std::time::Duration;

use serde_json::json;

use crate::support::{PASSWORD, TestServer, access_token};

fn server_with_alice() -> TestServer {
    let server = TestServer::start();
    let made = server.post(
        "/v1/accounts",
        r#"{"username":"Alice","password":"correct horse battery","email":"Alice@mail.example"}"#,
    );
    assert_eq!(made.status, 201);
    server
}

#[test]
fn logging_in_gives_tokens_and_the_account() {
    let server = server_with_alice();
    for identifier in ["Alice", "alice", "ALICE@MAIL.EXAMPLE"] {
        let opened = server.post(
            "/v1/sessions",
            &format!(r#"{{"identifier":"{identifier}","password":"correct horse battery"}}"#),
        );
        assert_eq!(opened.status, 201, "{identifier}");
        let mut session = opened.json();
        assert_eq!(
            session["access_token"]
                .take()
                .as_str()
                .unwrap()
                .split('.')
                .count(),
            3
        );
        assert!(
            session["refresh_token"]
                .take()
                .as_str()
                .unwrap()
                .starts_with("spr_")
        );
        assert_eq!(session["session_id"].take().as_str().unwrap().len(), 36);
        assert_eq!(session["account"]["id"].take().as_str().unwrap().len(), 36);
        assert_eq!(
            session,
            json!({
                "access_token": null,
                "refresh_token": null,
                "token_type": "Bearer",
                "expires_in": 600,
                "session_id": null,
                "account": {
                    "id": null,
                    "username": "Alice",
                    "email": "Alice@mail.example",
                    "email_verified": false,
                    "avatar_url": "/media/avatars/default.png",
                    "created_at": "2026-11-21T13:04:05.678Z",
                },
            })
        );
    }
}

#[test]
fn a_wrong_password_and_an_unknown_name_are_told_alike() {
    let server = server_with_alice();
    for body in [
        r#"{"identifier":"alice","password":"wrong horse battery"}"#,
        r#"{"identifier":"nobody","password":"correct horse battery"}"#,
        r#"{"identifier":"nobody@mail.example","password":"correct horse battery"}"#,
        r#"{"identifier":"","password":""}"#,
    ] {
        let refused = server.post("/v1/sessions", body);
        assert_eq!(refused.status, 401, "{body}");
        assert_eq!(
            refused.header("www-authenticate"),
            Some(r#"Bearer realm="sealpost""#)
        );
        assert_eq!(
            refused.problem(),
            json!({
                "type": "urn:sealpost:problem:wrong-credentials",
                "title": "Wrong credentials",
                "status": 401,
                "detail": "wrong username, mail address or password",
                "code": "wrong-credentials",
            })
        );
    }
}

/// Logs alice in with this program; the access token.
fn log_in_with(server: &TestServer, client: &str) -> String {
    let body = json!({"identifier": "alice", "password": PASSWORD}).to_string();
    let headers = [("content-type", "application/json"), ("user-agent", client)];
    let opened = server.send("POST", "/v1/sessions", &headers, &body);
    assert_eq!(opened.status, 201);
    access_token(&opened.json())
}

#[test]
fn the_owner_sees_their_sessions_newest_first() {
    let server = server_with_alice();
    log_in_with(&server, &"x".repeat(200));
    server.advance(Duration::from_secs(60));
    server.open_session("alice");
    server.advance(Duration::from_secs(60));
    let token = log_in_with(&server, "sealpost-cli/0.1");
    server.log_in("bob");
    let listed = server.get_as(&token, "/v1/sessions");
    assert_eq!(listed.status, 200);
    let mut list = listed.json();
    for session in list["data"].as_array_mut().unwrap() {
        assert_eq!(session["id"].take().as_str().unwrap().len(), 36);
    }
    let entry = |client: serde_json::Value, minute: u32, current: bool| {
        let (opened, ends) = (
            format!("2026-11-21T13:0{minute}:05.678Z"),
            format!("2026-12-21T13:0{minute}:05.678Z"),
        );
        json!({
            "id": null, "dialect": "native", "client": client, "created_at": opened,
            "authenticated_at": opened, "expires_at": ends, "current": current,
        })
    };
    assert_eq!(
        list,
        json!({
            "data": [
                entry(json!("sealpost-cli/0.1"), 6, true),
                entry(json!(null), 5, false),
                entry(json!("x".repeat(120)), 4, false),
            ],
            "next_cursor": null,
        })
    );
}

#[test]
fn a_session_that_was_ended_is_dead_at_once() {
    let server = server_with_alice();
    let [mine, other] = [server.open_session("alice"), server.open_session("alice")];
    let [my_token, other_token] = [access_token(&mine), access_token(&other)];
    assert_eq!(server.get_as(&other_token, "/v1/me").status, 200);
    let path = format!("/v1/sessions/{}", other["session_id"].as_str().unwrap());
    let ended = server.send_as(&my_token, "DELETE", &path, "");
    assert_eq!((ended.status, ended.body.as_str()), (204, ""));

    let refused = server.get_as(&other_token, "/v1/me");
    assert_eq!(refused.status, 401);
    assert_eq!(
        refused.header("www-authenticate"),
        Some(r#"Bearer realm="sealpost", error="invalid_token""#)
    );
    assert_eq!(
        refused.problem(),
        json!({
            "type": "urn:sealpost:problem:session-ended",
            "title": "Session ended",
            "status": 401,
            "detail": "the session has been ended: log in again",
            "code": "session-ended",
        })
    );
    let refresh = json!({"refresh_token": other["refresh_token"]}).to_string();
    let refused = server.post("/v1/sessions/refresh", &refresh);
    assert_eq!(refused.problem()["code"], "invalid-refresh-token");
    // It is gone for its owner too, and theirs goes on.
    assert_eq!(server.send_as(&my_token, "DELETE", &path, "").status, 404);
    let left = server.get_as(&my_token, "/v1/sessions").json();
    assert_eq!(left["data"].as_array().unwrap().len(), 1);
    assert_eq!(left["data"][0]["id"], mine["session_id"]);
}

#[test]
fn logging_out_ends_the_session_that_asks() {
    let server = server_with_alice();
    let (token, kept) = (
        access_token(&server.open_session("alice")),
        access_token(&server.open_session("alice")),
    );
    let path = "/v1/sessions/current";
    assert_eq!(server.send_as(&token, "DELETE", path, "").status, 204);
    let refused = server.send_as(&token, "DELETE", path, "");
    assert_eq!(refused.status, 401);
    assert_eq!(refused.problem()["code"], "session-ended");
    assert_eq!(server.get_as(&kept, "/v1/me").status, 200);
}

#[test]
fn an_instance_that_does_not_hear_of_ended_sessions_vouches_for_nobody() {
    let server = server_with_alice();
    let token = access_token(&server.open_session("alice"));
    server.clock.advance(Duration::from_secs(6));
    let refused = server.get_as(&token, "/v1/me");
    assert_eq!(refused.status, 503);
    assert_eq!(refused.header("retry-after"), Some("2"));
    assert_eq!(refused.header("www-authenticate"), None);
    assert_eq!(refused.problem()["code"], "tokens-unavailable");
    assert_eq!(server.get("/v1/server").status, 200);
    server.advance(Duration::ZERO);
    assert_eq!(server.get_as(&token, "/v1/me").status, 200);
}
