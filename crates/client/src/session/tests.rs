use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sealpost_domain::Secret;
use serde_json::json;

use super::{HeldToken, LogIn, TokenStore};
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
async fn a_token_for_other_requests_is_a_good_one() {
    let server =
        FakeServer::start(|_, request| Answer::Json(200, tokens(generation(request) + 1))).await;
    let client = server.client();
    for _ in 0..2 {
        assert_eq!(client.access_token().await.unwrap().expose(), "a_1");
    }
    assert_eq!(lines(&server, REFRESH), 1, "it is good for a while");
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

/// A place for a token that two clients share.
#[derive(Debug, Clone)]
struct Shelf {
    token: Arc<Mutex<String>>,
    full: bool,
}

impl Shelf {
    fn with(token: &str) -> Self {
        Self {
            token: Arc::new(Mutex::new(token.to_owned())),
            full: false,
        }
    }

    fn token(&self) -> String {
        self.token.lock().unwrap().clone()
    }
}

impl TokenStore for Shelf {
    fn hold(&self) -> io::Result<Box<dyn HeldToken>> {
        Ok(Box::new(self.clone()))
    }
}

impl HeldToken for Shelf {
    fn token(&self) -> Secret<String> {
        Secret::new(Self::token(self))
    }

    fn replace(&mut self, successor: &Secret<String>) -> io::Result<()> {
        if self.full {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.token.lock().unwrap().clone_from(successor.expose());
        Ok(())
    }
}

#[tokio::test]
async fn two_programs_with_one_store_spend_no_token_twice() {
    let shelf = Shelf::with("spr_0");
    let seen = shelf.clone();
    let server = FakeServer::start(move |_, request| match request.line.as_str() {
        REFRESH => Answer::Json(200, tokens(generation(request) + 1)),
        // Whatever comes with a new access token comes after the refresh token was kept.
        _ if request.token.as_deref().unwrap().replace("a_", "spr_") == seen.token() => me(),
        _ => problem(500, "too-early"),
    })
    .await;
    let [one, other] = [0, 1].map(|_| server.server.resume_from(Arc::new(shelf.clone())));
    one.me().await.unwrap();
    other.me().await.unwrap();
    one.refresh().await.unwrap();
    one.me().await.unwrap();
    let spent = server
        .seen()
        .into_iter()
        .filter(|seen| seen.line == REFRESH);
    let spent: Vec<_> = spent.map(|request| generation(&request)).collect();
    assert_eq!(spent, [0, 1, 2]);
    assert_eq!(shelf.token(), "spr_3");
}

#[tokio::test]
async fn a_successor_that_is_not_kept_is_not_used() {
    let server = FakeServer::start(|_, _| Answer::Json(200, tokens(1))).await;
    let mut shelf = Shelf::with("spr_0");
    shelf.full = true;
    let client = server.server.resume_from(Arc::new(shelf));
    for _ in 0..2 {
        let failed = client.me().await.unwrap_err();
        assert!(matches!(failed, ClientError::LocalFile(_)), "{failed}");
    }
    let seen = server.seen();
    assert!(
        seen.iter()
            .all(|seen| seen.line == REFRESH && generation(seen) == 0)
    );
    assert_eq!(seen.len(), 2);
}

#[tokio::test]
async fn a_second_factor_is_asked_for_and_proved() {
    let server = FakeServer::start(|_, request| match request.line.as_str() {
        "POST /v1/sessions" => Answer::Json(
            401,
            json!({"status": 401, "code": "second-factor-required", "detail": "", "request_id": "r-1",
                "ticket": "spt_canary", "factors": ["totp", "recovery-code"], "expires_at": "x"}),
        ),
        "POST /v1/email-codes" => Answer::Json(202, json!({})),
        _ if request.json == json!({"ticket": "spt_canary", "code": "123456"}) => {
            Answer::Json(201, tokens(7))
        }
        _ => problem(401, "wrong-second-factor"),
    })
    .await;
    let refused = server.server.log_in("alice", "hunter2").await.unwrap_err();
    assert_eq!(refused.code(), Some("second-factor-required"));
    assert!(!format!("{refused} {refused:?}").contains("spt_canary"));
    let begun = server.server.begin_log_in("alice", "hunter2").await;
    let LogIn::SecondFactor(pending) = begun.unwrap() else {
        panic!("open")
    };
    assert!(!format!("{pending:?}").contains("spt_canary"));
    assert_eq!(pending.factors(), ["totp", "recovery-code"]);
    pending.mail_code().await.unwrap();
    let wrong = pending.prove("000000").await.unwrap_err();
    assert_eq!(wrong.code(), Some("wrong-second-factor"));
    let client = pending.prove("123456").await.unwrap();
    assert_eq!(client.refresh_token().expose(), "spr_7");
}
