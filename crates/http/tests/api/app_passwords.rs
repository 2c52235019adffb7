//! Passwords for one program each.

use std::time::Duration;

use sealpost_domain::accounts::RegistrationPolicy;
use sealpost_http::Settings;
use serde_json::{Value, json};

use crate::second_factor::switch_on;
use crate::support::{Answer, PASSWORD, TestServer, access_token};

const PATH: &str = "/v1/me/app-passwords";

fn create(server: &TestServer, token: &str, body: &Value) -> Answer {
    server.post_as(token, PATH, body)
}

#[test]
fn shown_once_listed_and_revoked() {
    let server = TestServer::start();
    let token = server.log_in("alice");
    let made = create(
        &server,
        &token,
        &json!({"name": "backup script", "dialect": "vault"}),
    );
    assert_eq!(made.status, 201, "{made:?}");
    assert_eq!(made.header("cache-control"), Some("no-store"));
    let made = made.json();
    let secret = made["app_password"].as_str().unwrap();
    assert!(secret.starts_with("spa_") && secret.len() == 30, "{secret}");

    let listed = server.get_as(&token, PATH);
    assert!(!listed.body.contains(secret), "{listed:?}");
    assert_eq!(
        listed.json(),
        json!({
            "data": [{
                "id": made["id"],
                "name": "backup script",
                "dialect": "vault",
                "created_at": made["created_at"],
                "last_used_at": null,
            }],
            "next_cursor": null,
        })
    );
    assert!(
        !server
            .stored()
            .windows(26)
            .any(|bytes| bytes == &secret.as_bytes()[4..])
    );

    let path = format!("{PATH}/{}", made["id"].as_str().unwrap());
    let bob = server.log_in("bob");
    assert_eq!(server.send_as(&bob, "DELETE", &path, "").status, 404);
    assert_eq!(server.send_as(&token, "DELETE", &path, "").status, 204);
    assert_eq!(server.send_as(&token, "DELETE", &path, "").status, 404);
    assert_eq!(server.get_as(&token, PATH).json()["data"], json!([]));
    let kinds = server.audit_kinds(&token);
    for kind in ["app-password.added", "app-password.revoked"] {
        assert!(kinds.contains(&kind.to_owned()), "{kinds:?}");
    }
}

#[test]
fn each_bad_field_is_named() {
    let server = TestServer::start();
    let token = server.log_in("alice");
    for (body, pointer, code) in [
        (
            json!({"name": "", "dialect": "vault"}),
            "/name",
            "invalid-name",
        ),
        (
            json!({"name": "x", "dialect": "http"}),
            "/dialect",
            "unknown-dialect",
        ),
        (
            json!({"name": "x", "dialect": "native"}),
            "/dialect",
            "native-dialect",
        ),
        (
            json!({"name": "x", "dialect": "channel"}),
            "/password",
            "password-needed",
        ),
    ] {
        let refused = create(&server, &token, &body);
        assert_eq!(refused.status, 422, "{body}");
        let error = refused.problem()["errors"][0].take();
        assert_eq!(
            (&error["pointer"], &error["code"]),
            (&json!(pointer), &json!(code))
        );
    }
}

#[test]
fn one_for_channel_wants_the_password_of_the_account() {
    let server = TestServer::start();
    let token = server.log_in("alice");
    let body = |password: &str| json!({"name": "x", "dialect": "channel", "password": password});
    let refused = create(&server, &token, &body("wrong horse battery"));
    assert_eq!(refused.status, 403);
    assert_eq!(refused.problem()["code"], "wrong-password");
    assert_eq!(create(&server, &token, &body(PASSWORD)).status, 201);
}

#[test]
fn an_old_login_makes_none() {
    let server = TestServer::start();
    server.register("alice");
    let old = server.aged_session("alice", Duration::from_secs(15 * 60 + 1));
    let refused = create(&server, &old, &json!({"name": "x", "dialect": "vault"}));
    assert_eq!(refused.status, 401);
    let problem = refused.problem();
    assert_eq!(problem["code"], "insufficient-user-authentication");
}

#[test]
fn the_fifty_first_is_refused() {
    let server = TestServer::start();
    let token = server.log_in("alice");
    let body = json!({"name": "x", "dialect": "mailbox"});
    for _ in 0..50 {
        assert_eq!(create(&server, &token, &body).status, 201);
    }
    let refused = create(&server, &token, &body);
    assert_eq!(refused.status, 409);
    assert_eq!(refused.problem()["code"], "too-many-app-passwords");
}

/// Logs alice in to the dialect `messenger`.
fn enter(server: &TestServer, password: &str) -> Answer {
    let body = json!({"username": "alice", "password": server.sealed(password)});
    server.post("/api/login/", &body.to_string())
}

#[test]
fn one_opens_its_dialect_past_the_second_factor_and_what_it_opened_ends_with_it() {
    // The dialect gives an address few keys at once.
    let settings = Settings {
        drain_delay: Duration::ZERO,
        limits: false,
        ..Settings::default()
    };
    let server = TestServer::start_set(RegistrationPolicy::Open, settings);
    let token = server.log_in("alice");
    let made = create(
        &server,
        &token,
        &json!({"name": "old client", "dialect": "messenger"}),
    );
    let made = made.json();
    let secret = made["app_password"].as_str().unwrap();
    let other = create(&server, &token, &json!({"name": "x", "dialect": "vault"})).json();
    switch_on(&server, &token);
    for refused in [PASSWORD, other["app_password"].as_str().unwrap()] {
        assert_eq!(enter(&server, refused).status, 401);
    }
    // The native API has a place for the second factor, and takes none.
    let body = json!({"identifier": "alice", "password": secret}).to_string();
    assert_eq!(server.post("/v1/sessions", &body).status, 401);

    let entered = enter(&server, secret);
    assert_eq!(entered.status, 200, "{entered:?}");
    let opened = access_token(&entered.json());
    let probe = || {
        let body = json!({"username": "alice"});
        server
            .post_as(&opened, "/api/start_conversation/", &body)
            .status
    };
    assert_ne!(probe(), 401);
    let listed = server.get_as(&token, PATH).json();
    let used = listed["data"].as_array().unwrap().iter();
    let used: Vec<_> = used.filter(|app| app["last_used_at"].is_string()).collect();
    assert!(used.len() == 1 && used[0]["id"] == made["id"], "{listed}");

    let path = format!("{PATH}/{}", made["id"].as_str().unwrap());
    assert_eq!(server.send_as(&token, "DELETE", &path, "").status, 204);
    assert_eq!(probe(), 401);
    assert_eq!(enter(&server, secret).status, 401);
    assert_eq!(server.get_as(&token, "/v1/me").status, 200);
}
