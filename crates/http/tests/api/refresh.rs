//! Refresh tokens: spent by use, with a grace for answers that were lost.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Answer, TestServer, access_token};

fn refresh(server: &TestServer, token: &Value) -> Answer {
    let body = json!({"refresh_token": token}).to_string();
    server.post("/v1/sessions/refresh", &body)
}

fn assert_refused(answer: &Answer, code: &str) {
    assert_eq!(answer.status, 401, "{answer:?}");
    assert_eq!(
        answer.header("www-authenticate"),
        Some(r#"Bearer realm="sealpost""#)
    );
    assert_eq!(answer.problem()["code"], code);
}

#[test]
fn a_session_goes_on_with_a_new_pair_of_tokens() {
    let server = TestServer::start();
    server.register("alice");
    let opened = server.open_session("alice");
    server.advance(Duration::from_secs(700));
    let dead = server.get_as(&access_token(&opened), "/v1/me");
    assert_eq!(dead.problem()["code"], "expired-token");

    let refreshed = refresh(&server, &opened["refresh_token"]);
    assert_eq!(refreshed.status, 200, "{refreshed:?}");
    let refreshed = refreshed.json();
    for same in ["session_id", "account", "token_type", "expires_in"] {
        assert_eq!(refreshed[same], opened[same], "{same}");
    }
    for new in ["access_token", "refresh_token"] {
        assert_ne!(refreshed[new], opened[new], "{new}");
    }
    let keys = |value: &Value| {
        value
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect::<Vec<_>>()
    };
    assert_eq!(keys(&refreshed), keys(&opened));
    assert_eq!(
        server.get_as(&access_token(&refreshed), "/v1/me").status,
        200
    );
    assert_eq!(refresh(&server, &refreshed["refresh_token"]).status, 200);
}

#[test]
fn an_answer_that_was_lost_can_be_asked_for_again_for_ten_seconds() {
    let server = TestServer::start();
    server.register("alice");
    let first = server.open_session("alice")["refresh_token"].take();
    let second = refresh(&server, &first).json()["refresh_token"].take();
    server.advance(Duration::from_secs(10));
    let again = refresh(&server, &first);
    assert_eq!(again.status, 200);
    assert_eq!(again.json()["refresh_token"], second);
    // Whoever uses the successor has had the answer; then the predecessor is in other hands.
    assert_eq!(refresh(&server, &second).status, 200);
    assert_refused(&refresh(&server, &first), "refresh-token-reused");
}

#[test]
fn a_spent_token_that_comes_back_later_ends_the_session() {
    let server = TestServer::start();
    server.register("alice");
    let opened = server.open_session("alice");
    let others = access_token(&server.open_session("alice"));
    let refreshed = refresh(&server, &opened["refresh_token"]).json();
    server.advance(Duration::from_secs(11));
    assert_refused(
        &refresh(&server, &opened["refresh_token"]),
        "refresh-token-reused",
    );
    for ended in [&opened, &refreshed] {
        let refused = server.get_as(&access_token(ended), "/v1/me");
        assert_eq!(refused.problem()["code"], "session-ended");
    }
    assert_refused(
        &refresh(&server, &refreshed["refresh_token"]),
        "invalid-refresh-token",
    );
    assert_eq!(server.get_as(&others, "/v1/me").status, 200);
}

#[test]
fn what_is_no_token_and_a_token_of_nobody_are_told_alike() {
    let server = TestServer::start();
    let token = server.log_in("alice");
    let unknown = format!("spr_{}", "0".repeat(64));
    let trace = |token: &str| {
        let body = json!({"refresh_token": token}).to_string();
        let headers = [
            ("content-type", "application/json"),
            ("x-request-id", "same"),
        ];
        server.send("POST", "/v1/sessions/refresh", &headers, &body)
    };
    let expected = trace(&unknown);
    assert_refused(&expected, "invalid-refresh-token");
    for wrong in ["", "spr_", "x", &unknown.to_uppercase(), &token] {
        assert_eq!(
            trace(wrong).without_date(),
            expected.without_date(),
            "{wrong}"
        );
    }
}

#[test]
fn tokens_do_not_outlive_their_session() {
    let month = Duration::from_secs(30 * 24 * 60 * 60);
    let server = TestServer::start();
    server.register("alice");
    let opened = server.open_session("alice");
    server.advance(month - Duration::from_secs(100));
    let last = refresh(&server, &opened["refresh_token"]).json();
    assert_eq!(last["expires_in"], 100);
    server.advance(Duration::from_secs(99));
    assert_eq!(server.get_as(&access_token(&last), "/v1/me").status, 200);
    server.advance(Duration::from_secs(1));
    assert_refused(
        &refresh(&server, &last["refresh_token"]),
        "invalid-refresh-token",
    );
    server.advance(Duration::from_secs(5));
    let dead = server.get_as(&access_token(&last), "/v1/me");
    assert_eq!(dead.problem()["code"], "expired-token");
}
