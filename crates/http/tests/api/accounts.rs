use sealpost_domain::accounts::RegistrationPolicy;
use serde_json::json;
use std::time::Duration;

use crate::support::TestServer;

#[test]
fn making_an_account_answers_with_it() {
    let server = TestServer::start();
    let made = server.post(
        "/v1/accounts",
        r#"{"username":"alice","password":"correct horse battery"}"#,
    );
    assert_eq!(made.status, 201);
    assert_eq!(made.header("location"), Some("/v1/users/alice"));
    assert_eq!(made.header("content-type"), Some("application/json"));
    let mut account = made.json();
    let id = account["id"].take();
    assert_eq!(id.as_str().unwrap().len(), 36);
    assert_eq!(
        account,
        json!({"id": null, "username": "alice", "email": null, "email_verified": false, "avatar_url": "/media/avatars/default.png", "created_at": "2026-11-21T13:04:05.678Z"})
    );
}

#[test]
fn a_name_is_kept_as_written_and_encoded_in_its_address() {
    let server = TestServer::start();
    let made = server.post(
        "/v1/accounts",
        r#"{"username":"Élise/7 ","password":"correct horse battery","email":"e@x.example"}"#,
    );
    assert_eq!(made.status, 422, "a space is refused");
    let made = server.post(
        "/v1/accounts",
        r#"{"username":"Élise/7%","password":"correct horse battery","email":"e@x.example"}"#,
    );
    assert_eq!(made.status, 201);
    assert_eq!(made.header("location"), Some("/v1/users/%C3%89lise%2F7%25"));
    assert_eq!(made.json()["username"], "Élise/7%");
    assert_eq!(made.json()["email"], "e@x.example");
}

#[test]
fn a_taken_name_is_a_conflict_whatever_its_case() {
    let server = TestServer::start();
    let body =
        |name: &str| format!(r#"{{"username":"{name}","password":"correct horse battery"}}"#);
    assert_eq!(server.post("/v1/accounts", &body("alice")).status, 201);
    let refused = server.post("/v1/accounts", &body("ALICE"));
    assert_eq!(refused.status, 409);
    assert_eq!(
        refused.problem(),
        json!({
            "type": "urn:sealpost:problem:username-taken",
            "title": "Username taken",
            "status": 409,
            "detail": "this username is taken: choose another",
            "code": "username-taken",
            "errors": [{
                "pointer": "/username",
                "detail": "this username is taken: choose another",
                "code": "username-taken",
            }],
        })
    );
}

#[test]
fn all_wrong_fields_are_told_at_once() {
    let server = TestServer::start();
    let refused = server.post(
        "/v1/accounts",
        r#"{"username":"a b","password":"short","email":"nobody"}"#,
    );
    assert_eq!(refused.status, 422);
    assert_eq!(
        refused.problem(),
        json!({
            "type": "urn:sealpost:problem:invalid-fields",
            "title": "Invalid fields",
            "status": 422,
            "detail": "the request breaks a rule; see errors",
            "code": "invalid-fields",
            "errors": [
                {
                    "pointer": "/username",
                    "detail": "a username has no white space, no '@' and no control or invisible characters",
                    "code": "invalid-username",
                },
                {
                    "pointer": "/password",
                    "detail": "a password has 8 to 128 characters",
                    "code": "invalid-password",
                },
                {
                    "pointer": "/email",
                    "detail": "a mail address looks like name@host.example and has at most 254 bytes",
                    "code": "invalid-email",
                },
            ],
        })
    );
}

#[test]
fn an_operator_can_close_registration() {
    let server = TestServer::start_with(RegistrationPolicy::Closed, Duration::ZERO);
    let refused = server.post(
        "/v1/accounts",
        r#"{"username":"alice","password":"correct horse battery"}"#,
    );
    assert_eq!(refused.status, 403);
    assert_eq!(refused.problem()["code"], "registration-closed");
    assert_eq!(
        server.get("/v1/server").json()["features"]["registration"],
        false
    );
}
