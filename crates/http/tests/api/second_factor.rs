//! A second factor: an authenticator app, recovery codes, codes by mail.

use std::time::Duration;

use sealpost_crypto::HmacHotp;
use sealpost_domain::Secret;
use sealpost_domain::ports::{Clock as _, Hotp as _};
use serde_json::{Value, json};

use crate::support::{Answer, PASSWORD, TestServer};

/// An app that was set up.
pub(crate) struct App(Secret<Vec<u8>>);

impl App {
    fn new(secret: &str) -> Self {
        let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        let bits: String = secret
            .chars()
            .map(|letter| format!("{:05b}", letters.find(letter).unwrap()))
            .collect();
        let bytes = bits.as_bytes().chunks_exact(8).map(|byte| {
            let byte = std::str::from_utf8(byte).unwrap();
            u8::from_str_radix(byte, 2).unwrap()
        });
        Self(Secret::new(bytes.collect()))
    }

    /// What it shows now.
    pub(crate) fn code(&self, server: &TestServer) -> String {
        let step = server.clock.now().as_millis() / 30_000;
        format!("{:06}", HmacHotp.password(&self.0, step))
    }
}

/// Sets an app up and switches it on; with the recovery codes that came.
pub(crate) fn switch_on(server: &TestServer, token: &str) -> (App, Vec<String>) {
    let begun = server.send_as(token, "POST", "/v1/me/factors/totp", "");
    assert_eq!(begun.status, 201, "{begun:?}");
    let begun = begun.json();
    let app = App::new(begun["secret"].as_str().unwrap());
    assert!(begun["qr_svg"].as_str().unwrap().contains("<svg"));
    let url = begun["otpauth_url"].as_str().unwrap();
    assert!(url.starts_with("otpauth://totp/sealpost.test:alice?secret="));
    let body = json!({"code": app.code(server)});
    let confirmed = server.post_as(token, "/v1/me/factors/totp/confirm", &body);
    assert_eq!(confirmed.status, 200, "{confirmed:?}");
    let codes = confirmed.json()["recovery_codes"].take();
    (app, serde_json::from_value(codes).unwrap())
}

/// The first step; the ticket.
fn begin(server: &TestServer) -> String {
    let body = json!({"identifier": "alice", "password": PASSWORD});
    let asked = server.post("/v1/sessions", &body.to_string());
    assert_eq!(asked.status, 401);
    let problem = asked.problem();
    assert_eq!(problem["code"], "second-factor-required");
    problem["ticket"].as_str().unwrap().to_owned()
}

fn complete(server: &TestServer, ticket: &str, code: &str) -> Answer {
    let body = json!({"ticket": ticket, "code": code});
    server.post("/v1/sessions/factors", &body.to_string())
}

fn code_of(answer: &Answer) -> Value {
    answer.problem()["code"].clone()
}

/// On to the next code: each is good once.
fn next(server: &TestServer) {
    server.advance(Duration::from_secs(30));
}

#[test]
fn a_login_takes_two_steps_and_each_code_is_good_once() {
    let server = TestServer::start();
    let token = server.log_in("alice");
    let (app, codes) = switch_on(&server, &token);
    assert_eq!(codes.len(), 10);
    let ticket = begin(&server);
    // The code that switched the app on is used up.
    let reused = complete(&server, &ticket, &app.code(&server));
    assert_eq!(code_of(&reused), "wrong-second-factor");
    next(&server);
    let shown = app.code(&server);
    let opened = complete(&server, &ticket, &shown);
    assert_eq!(opened.status, 201);
    let fresh = opened.json()["access_token"].as_str().unwrap().to_owned();
    assert_eq!(server.get_as(&fresh, "/v1/me").status, 200);
    // Neither the ticket nor the code is good again.
    let again = complete(&server, &ticket, &shown);
    assert_eq!(code_of(&again), "invalid-ticket");
    let other = begin(&server);
    let replayed = complete(&server, &other, &shown);
    assert_eq!(code_of(&replayed), "wrong-second-factor");
}

#[test]
fn a_ticket_dies_of_age_of_tries_and_of_a_new_password() {
    let server = TestServer::start();
    let token = server.log_in("alice");
    let (app, _) = switch_on(&server, &token);
    next(&server);

    let old = begin(&server);
    server.advance(Duration::from_secs(300));
    let late = complete(&server, &old, &app.code(&server));
    assert_eq!(code_of(&late), "invalid-ticket");

    let tried = begin(&server);
    for _ in 0..5 {
        let wrong = complete(&server, &tried, "000000");
        assert_eq!(code_of(&wrong), "wrong-second-factor");
    }
    server.advance(Duration::from_secs(2));
    let spent = complete(&server, &tried, &app.code(&server));
    assert_eq!(code_of(&spent), "invalid-ticket");

    let token = {
        server.advance(Duration::from_secs(16 * 60));
        let ticket = begin(&server);
        let opened = complete(&server, &ticket, &app.code(&server));
        opened.json()["access_token"].as_str().unwrap().to_owned()
    };
    let waiting = begin(&server);
    let body = json!({"current_password": PASSWORD, "new_password": "wrong donkey accumulator"});
    let changed = server.send_as(&token, "PUT", "/v1/me/password", &body.to_string());
    assert_eq!(changed.status, 204);
    next(&server);
    let void = complete(&server, &waiting, &app.code(&server));
    assert_eq!(code_of(&void), "invalid-ticket");
}

#[test]
fn wrong_codes_are_counted_across_tickets() {
    let server = TestServer::start();
    let token = server.log_in("alice");
    let (app, _) = switch_on(&server, &token);
    next(&server);
    for _ in 0..5 {
        let ticket = begin(&server);
        let wrong = complete(&server, &ticket, "000000");
        assert_eq!(code_of(&wrong), "wrong-second-factor");
    }
    let ticket = begin(&server);
    let refused = complete(&server, &ticket, &app.code(&server));
    assert_eq!(refused.status, 429);
    server.advance(Duration::from_secs(1));
    assert_eq!(complete(&server, &ticket, &app.code(&server)).status, 201);
}

#[test]
fn a_recovery_code_stands_in_once_however_it_is_typed() {
    let server = TestServer::start();
    let token = server.log_in("alice");
    let (_, codes) = switch_on(&server, &token);
    let typed = codes[3].to_lowercase().replace('-', " ");
    assert_eq!(complete(&server, &begin(&server), &typed).status, 201);
    let again = complete(&server, &begin(&server), &codes[3]);
    assert_eq!(code_of(&again), "wrong-second-factor");
    let left = server.get_as(&token, "/v1/me/factors").json();
    assert_eq!(left["recovery_codes"], 9);

    let replaced = server.send_as(&token, "POST", "/v1/me/factors/recovery-codes", "");
    assert_eq!(replaced.status, 201);
    let void = complete(&server, &begin(&server), &codes[4]);
    assert_eq!(code_of(&void), "wrong-second-factor");
}

#[test]
fn apis_without_a_second_step_fail_closed() {
    let server = TestServer::start();
    let token = server.log_in("alice");
    switch_on(&server, &token);
    let ciphertext = server.sealed(PASSWORD);
    let body = json!({"username": "alice", "password": ciphertext}).to_string();
    let refused = server.post("/api/login/", &body);
    assert_eq!(refused.status, 401);
    assert_eq!(refused.json()["msg"], "wrong username or password");
}

#[test]
fn changing_factors_needs_a_fresh_login() {
    let server = TestServer::start();
    let token = server.log_in("alice");
    server.advance(Duration::from_secs(15 * 60 + 1));
    // The access token is over by now; a refreshed one says when the login was.
    let session = server.open_session("alice");
    server.advance(Duration::from_secs(15 * 60 + 1));
    let refresh = json!({"refresh_token": session["refresh_token"]}).to_string();
    let token_of = |answer: Answer| answer.json()["access_token"].as_str().unwrap().to_owned();
    let stale = token_of(server.post("/v1/sessions/refresh", &refresh));
    for (method, path) in [
        ("POST", "/v1/me/factors/totp"),
        ("DELETE", "/v1/me/factors/totp"),
        ("PUT", "/v1/me/factors/email-code"),
        ("DELETE", "/v1/me/factors/email-code"),
        ("POST", "/v1/me/factors/recovery-codes"),
    ] {
        let refused = server.send_as(&stale, method, path, "");
        assert_eq!(refused.status, 401, "{method} {path}");
        assert_eq!(code_of(&refused), "insufficient-user-authentication");
    }
    assert_eq!(server.get_as(&token, "/v1/me/factors").status, 401);
    assert_eq!(server.get_as(&stale, "/v1/me/factors").status, 200);
}

#[test]
fn what_cannot_be_switched_is_said() {
    let server = TestServer::start();
    let token = server.log_in("alice");
    let ask = |method: &str, path: &str| server.send_as(&token, method, path, "");
    let no_address = ask("PUT", "/v1/me/factors/email-code");
    assert_eq!(code_of(&no_address), "email-not-verified");
    assert_eq!(ask("DELETE", "/v1/me/factors/totp").status, 404);
    let nothing = ask("POST", "/v1/me/factors/recovery-codes");
    assert_eq!(code_of(&nothing), "no-second-factor");
    let unbegun = server.post_as(
        &token,
        "/v1/me/factors/totp/confirm",
        &json!({"code": "123456"}),
    );
    assert_eq!(unbegun.status, 404);

    switch_on(&server, &token);
    assert_eq!(
        code_of(&ask("POST", "/v1/me/factors/totp")),
        "factor-already-on"
    );
    assert_eq!(ask("DELETE", "/v1/me/factors/totp").status, 204);
    let off = server.get_as(&token, "/v1/me/factors").json();
    assert_eq!(
        off,
        json!({"totp": null, "email_code": null, "recovery_codes": 0})
    );
    assert_eq!(server.open_session("alice")["token_type"], "Bearer");
}

#[test]
fn asking_for_a_code_tells_nothing() {
    let server = TestServer::start();
    server.register("alice");
    for body in [
        json!({"username": "alice", "email": "alice@mail.example"}),
        json!({"username": "nobody", "email": "nobody@mail.example"}),
        json!({"ticket": format!("spt_{}", "0".repeat(64))}),
        json!({"ticket": "none"}),
    ] {
        let answer = server.post("/v1/email-codes", &body.to_string());
        assert_eq!((answer.status, answer.body.as_str()), (202, ""), "{body}");
    }
    for body in [
        json!({}),
        json!({"username": "alice"}),
        json!({"ticket": 7}),
    ] {
        assert_eq!(
            server.post("/v1/email-codes", &body.to_string()).status,
            400
        );
    }
}
