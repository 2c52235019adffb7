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

/// Tokens, app passwords and whatever is under way, through whichever API.
#[test]
fn a_password_change_ends_every_other_token_of_every_dialect() {
    let server = TestServer::start();
    let body = json!({"username": "alice", "password": PASSWORD, "email": "alice@mail.example"});
    assert_eq!(server.post("/v1/accounts", &body.to_string()).status, 201);
    server.deliver_mail();
    let kept = access_token(&server.open_session("alice"));
    let native = access_token(&server.open_session("alice"));
    let sealed = json!({"username": "alice", "password": server.sealed(PASSWORD)});
    let entered = server.post("/api/login/", &sealed.to_string()).json();
    let messenger = access_token(&entered);
    let probe = json!({"username": "alice"}).to_string();
    let as_messenger = || server.send_as(&messenger, "POST", "/api/start_conversation/", &probe);
    assert_ne!(as_messenger().status, 401);
    let app = json!({"name": "x", "dialect": "vault"});
    assert_eq!(
        server.post_as(&kept, "/v1/me/app-passwords", &app).status,
        201
    );
    let identifier = json!({"identifier": "alice"}).to_string();
    let recovery = server.post("/v1/recoveries", &identifier).json()["id"].take();
    let code = server.mailed_code("alice@mail.example");

    assert_eq!(change(&server, &kept, PASSWORD, NEW).status, 204);
    assert_eq!(server.get_as(&native, "/v1/me").status, 401);
    assert_eq!(as_messenger().status, 401);
    let left = server.get_as(&kept, "/v1/me/app-passwords").json();
    assert_eq!(left["data"], json!([]));
    let path = format!("/v1/recoveries/{}/verify", recovery.as_str().unwrap());
    let late = server.post(&path, &json!({"code": code}).to_string());
    assert_eq!(late.status, 422, "{late:?}");
    let left = server.get_as(&kept, "/v1/sessions").json();
    assert_eq!(left["data"].as_array().map(Vec::len), Some(1));
}

#[test]
fn the_owner_hears_of_a_new_password() {
    let server = TestServer::start();
    let token = server.log_in("alice");
    let email = "alice@mail.example";
    server.prove_address(&token, email);
    assert_eq!(change(&server, &token, PASSWORD, NEW).status, 204);
    server.deliver_mail();
    let notice = server.mailer.last_to(email).unwrap();
    let template = notice.outgoing.mail.message.template();
    assert_eq!(template.name(), "password-changed");
}

#[test]
fn a_password_that_everybody_tries_first_is_refused() {
    let server = TestServer::start();
    let token = server.log_in("alice");
    let refused = change(&server, &token, PASSWORD, "password1");
    assert_eq!(refused.status, 422);
    let error = refused.problem()["errors"][0].take();
    assert_eq!(
        (&error["pointer"], &error["code"]),
        (&json!("/new_password"), &json!("common-password"))
    );

    let body = json!({"username": "bob", "password": "iloveyou"});
    let refused = server.post("/v1/accounts", &body.to_string());
    assert_eq!(refused.status, 422);
    let error = refused.problem()["errors"][0].take();
    assert_eq!(
        (&error["pointer"], &error["code"]),
        (&json!("/password"), &json!("common-password"))
    );
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

#[test]
fn an_old_login_is_not_enough() {
    let server = TestServer::start();
    server.register("alice");
    let aged = server.aged_session("alice", Duration::from_secs(15 * 60 + 1));
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
    let aged = server.aged_session("alice", Duration::from_secs(15 * 60 - 1));
    assert_eq!(change(&server, &aged, PASSWORD, NEW).status, 204);
}

#[test]
fn nobody_is_asked_for_less_than_both_passwords() {
    let server = TestServer::start();
    let token = server.log_in("alice");
    for (body, status, pointer) in [
        (json!({"new_password": NEW}), 422, "/current_password"),
        (json!({"current_password": PASSWORD}), 400, "/new_password"),
    ] {
        let refused = server.send_as(&token, "PUT", "/v1/me/password", &body.to_string());
        assert_eq!(refused.status, status);
        let problem: Value = refused.problem();
        assert_eq!(problem["errors"][0]["pointer"], pointer);
    }
}
