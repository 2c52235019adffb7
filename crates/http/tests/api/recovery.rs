//! A forgotten password is replaced by whoever reads the mail, in three steps.

use std::time::Duration;

use serde_json::{Value, json};

use crate::second_factor::switch_on;
use crate::support::{Answer, PASSWORD, TestServer, access_token};

const EMAIL: &str = "alice@mail.example";
const NEW: &str = "wrong donkey accumulator";

/// Alice, whose address nobody has proved.
fn register(server: &TestServer) {
    let body = json!({"username": "alice", "password": PASSWORD, "email": EMAIL});
    assert_eq!(server.post("/v1/accounts", &body.to_string()).status, 201);
    // Mails of one moment leave in any order: this one first.
    server.deliver_mail();
}

fn start(server: &TestServer, identifier: &str) -> Answer {
    let body = json!({"identifier": identifier});
    server.post("/v1/recoveries", &body.to_string())
}

fn started(server: &TestServer, identifier: &str) -> String {
    let answer = start(server, identifier);
    assert_eq!(answer.status, 202, "{answer:?}");
    answer.json()["id"].as_str().unwrap().to_owned()
}

fn verify(server: &TestServer, id: &str, code: &str) -> Answer {
    let body = json!({"code": code});
    server.post(&format!("/v1/recoveries/{id}/verify"), &body.to_string())
}

fn complete(server: &TestServer, id: &str, body: &Value) -> Answer {
    server.post(&format!("/v1/recoveries/{id}/complete"), &body.to_string())
}

/// A recovery whose code was given: its id and its token.
fn verified(server: &TestServer) -> (String, Value) {
    let id = started(server, "alice");
    let answer = verify(server, &id, &server.mailed_code(EMAIL));
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    (id, answer.json()["token"].take())
}

fn log_in(server: &TestServer, password: &str) -> Answer {
    let body = json!({"identifier": "alice", "password": password});
    server.post("/v1/sessions", &body.to_string())
}

fn code_of(answer: &Answer) -> Value {
    let problem = answer.problem();
    match problem["errors"][0]["code"].as_str() {
        Some(code) => json!(code),
        None => problem["code"].clone(),
    }
}

/// All that a stranger can tell answers apart by, but for the id and the times that each has.
fn visible(answer: &Answer) -> String {
    let mut text = answer.without_date();
    let id = answer.header("x-request-id").unwrap();
    text = text.replace(id, "REQUEST");
    match serde_json::from_str::<Value>(&answer.body) {
        Ok(body) => match body["id"].as_str() {
            Some(id) => text.replace(id, "ID"),
            None => text,
        },
        Err(_) => text,
    }
}

#[test]
fn three_steps_lead_to_a_new_password_and_prove_the_address() {
    let server = TestServer::start();
    register(&server);
    let session = server.open_session("alice");
    let (id, token) = verified(&server);
    let done = complete(&server, &id, &json!({"token": token, "new_password": NEW}));
    assert_eq!((done.status, done.body.as_str()), (204, ""));

    assert_eq!(log_in(&server, PASSWORD).status, 401);
    let opened = log_in(&server, NEW);
    assert_eq!(opened.status, 201, "{opened:?}");
    assert_eq!(opened.json()["account"]["email_verified"], true);
    let ended = server.get_as(&access_token(&session), "/v1/me");
    assert_eq!(ended.problem()["code"], "session-ended");

    server.deliver_mail();
    let notice = server.mailer.last_to(EMAIL).unwrap();
    let template = notice.outgoing.mail.message.template();
    assert_eq!(template.name(), "password-reset");
    let kinds = server.audit_kinds(&access_token(&opened.json()));
    for kind in ["recovery.started", "password.reset", "email.verified"] {
        assert!(kinds.contains(&kind.to_owned()), "{kinds:?}");
    }
}

#[test]
fn known_and_unknown_answer_alike() {
    let server = TestServer::start();
    register(&server);
    server.register("bob");
    let known = start(&server, "alice");
    for identifier in [
        "ALICE",
        EMAIL,
        "bob",
        "nobody",
        "nobody@mail.example",
        "no body@",
    ] {
        let answer = start(&server, identifier);
        assert_eq!(visible(&answer), visible(&known), "{identifier}");
    }
    let ids = ["alice", "nobody"].map(|identifier| started(&server, identifier));
    let never = "018f4e9c-7c3a-7d52-9a5e-0242ac120002".to_owned();
    let [known, unknown] = ids;
    let [known, unknown, never] =
        [known, unknown, never].map(|id| visible(&verify(&server, &id, "00000000")));
    assert_eq!(known, unknown);
    assert_eq!(known, never);
}

#[test]
fn a_code_is_dead_after_use_expiry_and_replacement() {
    let server = TestServer::start();
    register(&server);
    let id = started(&server, "alice");
    let code = server.mailed_code(EMAIL);
    assert_eq!(verify(&server, &id, &code).status, 200);
    assert_eq!(code_of(&verify(&server, &id, &code)), "wrong-code");

    let expired = started(&server, "alice");
    let code = server.mailed_code(EMAIL);
    server.advance(Duration::from_secs(10 * 60));
    assert_eq!(code_of(&verify(&server, &expired, &code)), "wrong-code");

    let first = started(&server, "alice");
    server.deliver_mail();
    let second = started(&server, "alice");
    let of_the_second = server.mailed_code(EMAIL);
    assert_eq!(
        code_of(&verify(&server, &first, &of_the_second)),
        "wrong-code"
    );
    assert_eq!(verify(&server, &second, &of_the_second).status, 200);
}

#[test]
fn an_outsider_cannot_burn_a_victims_code() {
    let server = TestServer::start();
    register(&server);
    let victims = started(&server, "alice");
    let code = server.mailed_code(EMAIL);
    let outsiders = started(&server, "alice");
    for _ in 0..10 {
        assert_eq!(
            code_of(&verify(&server, &outsiders, "00000000")),
            "wrong-code"
        );
    }
    assert_eq!(verify(&server, &victims, &code).status, 200);
}

#[test]
fn a_hundred_parallel_guesses_spend_at_most_three_tries() {
    let server = TestServer::start();
    register(&server);
    let id = started(&server, "alice");
    let code = server.mailed_code(EMAIL);
    std::thread::scope(|scope| {
        for _ in 0..10 {
            scope.spawn(|| {
                for _ in 0..10 {
                    assert_eq!(verify(&server, &id, "00000000").status, 422);
                }
            });
        }
    });
    // All three are gone.
    assert_eq!(code_of(&verify(&server, &id, &code)), "wrong-code");
}

#[test]
fn steps_cannot_be_skipped() {
    let server = TestServer::start();
    register(&server);
    let id = started(&server, "alice");
    let forged = format!("sprc_{}", "0".repeat(64));
    for token in ["", "x", &forged, &server.mailed_code(EMAIL)] {
        let refused = complete(&server, &id, &json!({"token": token, "new_password": NEW}));
        assert_eq!(refused.status, 422);
        assert_eq!(code_of(&refused), "invalid-recovery-token");
    }
    // A token is good for its own recovery, once, for ten minutes.
    let (first, token) = verified(&server);
    let body = json!({"token": token, "new_password": NEW});
    assert_eq!(
        code_of(&complete(&server, &id, &body)),
        "invalid-recovery-token"
    );
    assert_eq!(complete(&server, &first, &body).status, 204);
    assert_eq!(
        code_of(&complete(&server, &first, &body)),
        "invalid-recovery-token"
    );
    let (late, token) = verified(&server);
    server.advance(Duration::from_secs(10 * 60));
    let body = json!({"token": token, "new_password": "one more donkey"});
    assert_eq!(
        code_of(&complete(&server, &late, &body)),
        "invalid-recovery-token"
    );
    assert_eq!(log_in(&server, NEW).status, 201);
}

#[test]
fn a_reset_never_clears_the_second_factor() {
    let server = TestServer::start();
    register(&server);
    let owner = access_token(&server.open_session("alice"));
    let (app, recovery_codes) = switch_on(&server, &owner);
    server.advance(Duration::from_secs(30));
    let (id, token) = verified(&server);
    let with = |otp: Value| json!({"token": token, "new_password": NEW, "otp": otp});
    for (otp, code) in [
        (json!(null), "second-factor-required"),
        (json!("000000"), "wrong-second-factor"),
        (json!("0000-0000-0000-0000"), "wrong-second-factor"),
    ] {
        let refused = complete(&server, &id, &with(otp));
        assert_eq!((refused.status, code_of(&refused)), (401, json!(code)));
    }
    assert_eq!(
        complete(&server, &id, &with(json!(app.code(&server)))).status,
        204
    );
    let asked = log_in(&server, NEW);
    assert_eq!(code_of(&asked), "second-factor-required");
    assert_eq!(asked.problem()["factors"][0], "totp");

    let (id, token) = verified(&server);
    let body = json!({"token": token, "new_password": PASSWORD, "otp": recovery_codes[0]});
    assert_eq!(complete(&server, &id, &body).status, 204);
    assert_eq!(
        code_of(&log_in(&server, PASSWORD)),
        "second-factor-required"
    );
    let ticket = log_in(&server, PASSWORD).problem()["ticket"].take();
    let second = json!({"ticket": ticket, "code": recovery_codes[1]});
    let opened = server.post("/v1/sessions/factors", &second.to_string());
    let kinds = server.audit_kinds(&access_token(&opened.json()));
    let used = kinds
        .iter()
        .filter(|kind| *kind == "factor.recovery-code-used");
    assert_eq!(used.count(), 2, "{kinds:?}");
}

/// Whoever reads the mail has proved that by the recovery's code; a code of a login proves no more than that.
#[test]
fn a_mailed_code_is_no_second_factor_of_a_recovery() {
    let server = TestServer::start();
    register(&server);
    let owner = access_token(&server.open_session("alice"));
    let body = json!({"code": server.mailed_code(EMAIL)});
    assert_eq!(
        server.post_as(&owner, "/v1/me/email/verify", &body).status,
        200
    );
    assert_eq!(
        server
            .send_as(&owner, "PUT", "/v1/me/factors/email-code", "")
            .status,
        200
    );
    switch_on(&server, &owner);
    let (id, token) = verified(&server);
    let asked = json!({"username": "alice", "email": EMAIL}).to_string();
    assert_eq!(server.post("/v1/email-codes", &asked).status, 202);
    let body = json!({"token": token, "new_password": NEW, "otp": server.mailed_code(EMAIL)});
    assert_eq!(
        code_of(&complete(&server, &id, &body)),
        "wrong-second-factor"
    );
}

#[test]
fn the_host_header_never_reaches_a_mail() {
    let server = TestServer::start();
    register(&server);
    let body = json!({"identifier": "alice"}).to_string();
    let request = format!(
        "POST /v1/recoveries HTTP/1.1\r\nhost: evil.example\r\nx-forwarded-host: evil.example\r\n\
         forwarded: host=evil.example\r\ncontent-type: application/json\r\nconnection: close\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    assert_eq!(server.send_raw(request.as_bytes()).status, 202);
    for mail in server.deliver_mail() {
        assert!(!mail.raw.contains("evil.example"), "{}", mail.raw);
    }
}

#[test]
fn a_common_password_is_refused_and_the_token_stays_good() {
    let server = TestServer::start();
    register(&server);
    let (id, token) = verified(&server);
    let refused = complete(
        &server,
        &id,
        &json!({"token": token, "new_password": "password1"}),
    );
    assert_eq!(refused.status, 422);
    assert_eq!(
        refused.problem()["errors"],
        json!([{
            "pointer": "/new_password",
            "detail": "this password is among the first that everybody tries: choose another",
            "code": "common-password",
        }])
    );
    let body = json!({"token": token, "new_password": NEW});
    assert_eq!(complete(&server, &id, &body).status, 204);
}

#[test]
fn a_forgotten_password_that_was_guessed_too_often_is_open_again() {
    let server = TestServer::start();
    register(&server);
    for _ in 0..5 {
        assert_eq!(log_in(&server, "a wrong password").status, 401);
    }
    assert_eq!(log_in(&server, PASSWORD).status, 429);
    let (id, token) = verified(&server);
    let body = json!({"token": token, "new_password": NEW});
    assert_eq!(complete(&server, &id, &body).status, 204);
    assert_eq!(log_in(&server, NEW).status, 201);
}
