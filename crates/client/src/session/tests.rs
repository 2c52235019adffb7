use std::time::Duration;

use serde_json::json;

use crate::ClientError;
use crate::testing::{Answer, FakeServer, Request, problem, tokens};

const ME: &str = "GET /v1/me";
const REFRESH: &str = "POST /v1/sessions/refresh";

fn me() -> Answer {
    Answer::Json(
        200,
        json!({"id": "019aa6b0-7c3a-7d52-9a5e-0242ac120002", "username": "alice", "email": null,
            "created_at": "2026-11-21T13:04:05.678Z"}),
    )
}

/// The generation of the token in a request to refresh.
fn generation(request: &Request) -> usize {
    let token = request.json["refresh_token"].as_str().unwrap();
    token.trim_start_matches("spr_").parse().unwrap()
}

fn lines(server: &FakeServer, line: &str) -> usize {
    server
        .seen()
        .iter()
        .filter(|seen| seen.line == line)
        .count()
}

#[tokio::test]
async fn many_calls_at_once_spend_a_refresh_token_once() {
    let server = FakeServer::start(|_, request| match request.line.as_str() {
        REFRESH => Answer::Json(200, tokens(generation(request) + 1)),
        ME if request.token.as_deref() == Some("a_1") => me(),
        _ => problem(401, "expired-token"),
    })
    .await;
    let client = server.client();
    let calls: Vec<_> = (0..16)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.me().await })
        })
        .collect();
    for call in calls {
        assert_eq!(call.await.unwrap().unwrap().username, "alice");
    }
    assert_eq!(lines(&server, REFRESH), 1);
    assert_eq!(client.refresh_token().expose(), "spr_1");
}

#[tokio::test]
async fn a_token_that_is_not_taken_is_renewed_once_and_no_more() {
    let server = FakeServer::start(|_, request| match request.line.as_str() {
        REFRESH => Answer::Json(200, tokens(generation(request) + 1)),
        _ => problem(401, "expired-token"),
    })
    .await;
    let refused = server.client().me().await.unwrap_err();
    assert!(matches!(refused, ClientError::SessionOver(_)), "{refused}");
    assert_eq!(refused.code(), Some("expired-token"));
    assert_eq!(lines(&server, REFRESH), 2);
}

#[tokio::test]
async fn a_session_that_has_ended_is_told_and_not_renewed() {
    let server = FakeServer::start(|_, request| match request.line.as_str() {
        REFRESH => Answer::Json(200, tokens(1)),
        _ => problem(401, "session-ended"),
    })
    .await;
    let refused = server.client().me().await.unwrap_err();
    assert!(matches!(refused, ClientError::SessionOver(_)), "{refused}");
    assert_eq!(lines(&server, REFRESH), 1);
}

#[tokio::test]
async fn an_answer_to_a_refresh_that_is_lost_is_asked_for_again() {
    let server = FakeServer::start(|number, request| match request.line.as_str() {
        REFRESH if number == 1 => Answer::HangUp,
        REFRESH => Answer::Json(200, tokens(generation(request) + 1)),
        _ => me(),
    })
    .await;
    server.client().me().await.unwrap();
    let tokens: Vec<_> = server.seen().iter().take(2).map(generation).collect();
    assert_eq!(tokens, [0, 0], "the same token, which has one successor");
}

#[tokio::test]
async fn a_caller_that_gives_up_loses_no_successor() {
    let server = FakeServer::start(|_, request| match request.line.as_str() {
        REFRESH => {
            std::thread::sleep(Duration::from_millis(300));
            Answer::Json(200, tokens(generation(request) + 1))
        }
        _ => me(),
    })
    .await;
    let client = server.client();
    let impatient = tokio::time::timeout(Duration::from_millis(100), client.me());
    assert!(impatient.await.is_err());
    client.me().await.unwrap();
    assert_eq!(lines(&server, REFRESH), 1);
}

#[tokio::test]
async fn no_token_and_no_password_in_debug() {
    let server = FakeServer::start(|_, _| Answer::Json(201, tokens(7))).await;
    let client = server.server.log_in("alice", "hunter2").await.unwrap();
    let shown = format!("{client:?}");
    for secret in ["hunter2", "a_7", "spr_7"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}
