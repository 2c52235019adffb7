use serde_json::json;

use crate::support::TestServer;

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
