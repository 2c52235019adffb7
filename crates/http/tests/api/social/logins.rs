//! Codes, tokens and their ends.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sealpost_domain::mail::MailMessage;
use serde_json::{Value, json};

use super::client::{Login, PASSWORD, email_of, start};
use crate::support::{Answer, TestServer};

fn claims(jwt: &str) -> Value {
    let payload = jwt.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

fn refresh(server: &TestServer, token: &str) -> Answer {
    server.send(
        "POST",
        "/api/token/refresh/",
        &[("bearer", &format!("Token {token}"))],
        "",
    )
}

#[test]
fn a_code_is_good_for_one_login_and_five_minutes() {
    let server = start();
    server.join("w");
    let code = server.code_for("w");
    assert_eq!(server.try_login("w", PASSWORD, &code).status, 200);
    assert_eq!(server.try_login("w", PASSWORD, &code).status, 400);
    let code = server.code_for("w");
    server.advance(Duration::from_secs(5 * 60));
    assert_eq!(server.try_login("w", PASSWORD, &code).status, 400);
    // A new one replaces the old one, a minute later at the earliest.
    let first = server.code_for("w");
    assert_eq!(server.code_for("w"), first);
    server.advance(Duration::from_secs(61));
    let second = server.code_for("w");
    if first != second {
        assert_eq!(server.try_login("w", PASSWORD, &first).status, 400);
    }
    assert_eq!(server.try_login("w", PASSWORD, &second).status, 200);
}

#[test]
fn the_first_login_proves_the_address_and_no_other_mail_is_sent_before() {
    let server = start();
    server.join("w");
    assert!(server.deliver_mail().is_empty());
    let w = server.come_in("w");
    let body = json!({"new_password1": "popopopo1234", "new_password2": "popopopo1234"});
    assert_eq!(
        server
            .ask(&w, "POST", "/auth/password/change/", &body)
            .status,
        200
    );
    let last = server.deliver_mail().pop().unwrap().outgoing.mail;
    assert_eq!(last.to.as_str(), email_of("w"));
    assert_eq!(last.message, MailMessage::PasswordChanged);
}

#[test]
fn tokens_say_what_the_document_shows() {
    let server = start();
    let w = server.arrive("w");
    let (access, refresh) = (claims(&w.access), claims(&w.refresh));
    for (claims, kind, seconds) in [(&access, "access", 3_600), (&refresh, "refresh", 86_400)] {
        assert_eq!(claims["token_type"], kind);
        let lifetime = claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap();
        assert_eq!(lifetime, seconds);
        assert_eq!(claims["jti"].as_str().unwrap().len(), 32);
        assert_eq!(claims["user_id"], access["user_id"]);
    }
    assert_ne!(access["jti"], refresh["jti"]);
    server.advance(Duration::from_secs(3_600 + 6));
    assert_eq!(server.get_as(&w.access, "/users/user_list/").status, 401);
    assert_eq!(
        server
            .ask(&w, "GET", "/users/user_list/", &Value::Null)
            .status,
        200
    );
}

#[test]
fn a_refresh_token_is_rotated_and_a_lost_answer_comes_again() {
    let server = start();
    let w = server.arrive("w");
    let first = refresh(&server, &w.refresh);
    assert_eq!(first.status, 200, "{first:?}");
    server.advance(Duration::from_secs(9));
    let again = refresh(&server, &w.refresh);
    assert_eq!((again.status, again.json()), (200, first.json()));
    let next = first.json()["refresh_token"].as_str().unwrap().to_owned();
    assert_ne!(next, w.refresh);
    // From the two other places, too.
    let second = server.tell("/api/token/refresh/", &json!({"refresh": next}));
    let next = second.json()["refresh_token"].as_str().unwrap().to_owned();
    let third = server.send(
        "POST",
        "/api/token/refresh/",
        &[("authorization", &format!("Bearer {next}"))],
        "",
    );
    assert_eq!(third.status, 200, "{third:?}");
    let next = third.json()["refresh_token"].as_str().unwrap().to_owned();
    server.advance(Duration::from_secs(24 * 60 * 60 + 6));
    assert_eq!(refresh(&server, &next).status, 401);
}

#[test]
fn a_spent_refresh_token_ends_the_login() {
    let server = start();
    let w = server.arrive("w");
    let next = refresh(&server, &w.refresh).json();
    server.advance(Duration::from_secs(11));
    assert_eq!(refresh(&server, &w.refresh).status, 401);
    let next = next["refresh_token"].as_str().unwrap();
    assert_eq!(refresh(&server, next).status, 401);
    assert_eq!(
        server
            .ask(&w, "GET", "/users/user_list/", &Value::Null)
            .status,
        401
    );
}

#[test]
fn a_changed_password_ends_every_other_login() {
    let server = start();
    let here = server.arrive("w");
    let there = server.come_in("w");
    let body = json!({"new_password1": "popopopo1234", "new_password2": "popopopo1234"});
    assert_eq!(
        server
            .ask(&here, "POST", "/auth/password/change/", &body)
            .status,
        200
    );
    assert_eq!(
        server
            .ask(&there, "GET", "/users/user_list/", &Value::Null)
            .status,
        401
    );
    assert_eq!(refresh(&server, &there.refresh).status, 401);
    assert_eq!(
        server
            .ask(&here, "GET", "/users/user_list/", &Value::Null)
            .status,
        200
    );
}

#[test]
fn who_logs_out_is_gone_whatever_other_logins_they_have() {
    let server = start();
    let viewer = server.arrive("viewer");
    let first = server.arrive("w");
    let second = server.come_in("w");
    let connected = || {
        let people = server
            .ask(&viewer, "GET", "/users/user_list/", &Value::Null)
            .json();
        people[1]["is_connected"].as_bool().unwrap()
    };
    assert!(connected());
    server.flush_presence();
    server.ask(&first, "POST", "/auth/logout/", &Value::Null);
    assert!(!connected());
    // The other login brings them back.
    server.ask(&second, "GET", "/users/friend_list/", &Value::Null);
    assert!(connected());
    // And nobody stays who says nothing.
    server.flush_presence();
    server.advance(Duration::from_secs(91));
    assert!(!connected());
}

#[test]
fn an_account_of_another_door_logs_in_as_its_second_factor_allows() {
    let server = start();
    server.register("native");
    let body = json!({"username": "native", "password": crate::support::PASSWORD});
    Login::of(&server.tell("/auth/login/", &body));
    // And one of this door is asked for its code by the native one, and let in by no other with a bare password.
    server.join("w");
    let body = json!({"identifier": "w", "password": PASSWORD});
    let asked = server.post("/v1/sessions", &body.to_string());
    assert_eq!(asked.problem()["code"], "second-factor-required");
    assert_eq!(asked.problem()["factors"], json!(["email-code"]));
}
