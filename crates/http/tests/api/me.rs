//! Who may see their account: anonymous, wrong, expired, of another API, and the owner.

use std::time::Duration;

use sealpost_domain::accounts::AccountId;
use sealpost_domain::ports::AccessClaims;
use sealpost_domain::sessions::{Dialect, SessionId};
use serde_json::json;

use crate::support::{Answer, ISSUER, NOW, QUOTA, TestServer};

const INVALID: &str = r#"Bearer realm="sealpost", error="invalid_token""#;

fn assert_refused(answer: &Answer, code: &str, title: &str, detail: &str, challenge: &str) {
    assert_eq!(answer.status, 401, "{answer:?}");
    assert_eq!(answer.header("www-authenticate"), Some(challenge));
    assert_eq!(
        answer.problem(),
        json!({
            "type": format!("urn:sealpost:problem:{code}"),
            "title": title,
            "status": 401,
            "detail": detail,
            "code": code,
        })
    );
}

#[test]
fn the_owner_sees_their_account() {
    let server = TestServer::start();
    let token = server.log_in("alice");
    let seen = server.get_as(&token, "/v1/me");
    assert_eq!(seen.status, 200);
    let mut account = seen.json();
    assert_eq!(account["id"].take().as_str().unwrap().len(), 36);
    assert_eq!(
        account,
        json!({"id": null, "username": "alice", "email": null, "email_verified": false, "avatar_url": "/media/avatars/default.png", "created_at": "2026-11-21T13:04:05.678Z",
            "storage": {"used": 0, "quota": QUOTA}})
    );
    let scheme = format!("bEARER {token}");
    assert_eq!(
        server
            .send("GET", "/v1/me", &[("Authorization", &scheme)], "")
            .status,
        200
    );
}

#[test]
fn nobody_else_does() {
    let server = TestServer::start();
    let token = server.log_in("alice");
    let missing = "this needs the header Authorization: Bearer with an access token";
    let plain = r#"Bearer realm="sealpost""#;
    assert_refused(
        &server.get("/v1/me"),
        "missing-token",
        "Missing token",
        missing,
        plain,
    );
    for path in [
        format!("/v1/me?access_token={token}"),
        format!("/v1/me?token={token}"),
    ] {
        assert_refused(
            &server.get(&path),
            "missing-token",
            "Missing token",
            missing,
            plain,
        );
    }
    let basic = server.send(
        "GET",
        "/v1/me",
        &[("authorization", "Basic YWxpY2U6eA==")],
        "",
    );
    assert_refused(&basic, "missing-token", "Missing token", missing, plain);
    let garbage = "the access token is not valid here";
    for wrong in [
        "garbage",
        "a.b.c",
        &"x".repeat(5_000),
        &token.replace('.', "A."),
    ] {
        assert_refused(
            &server.get_as(wrong, "/v1/me"),
            "invalid-token",
            "Invalid token",
            garbage,
            INVALID,
        );
    }
}

#[test]
fn an_expired_token_says_so() {
    let server = TestServer::start();
    let token = server.log_in("alice");
    server.clock.advance(Duration::from_secs(606));
    assert_refused(
        &server.get_as(&token, "/v1/me"),
        "expired-token",
        "Expired token",
        "the access token has expired: refresh the session or log in again",
        INVALID,
    );
}

#[test]
fn a_token_of_another_kind_is_no_token_here() {
    let server = TestServer::start();
    server.log_in("alice");
    let claims = AccessClaims {
        issuer: ISSUER.to_owned(),
        audience: Dialect::Native.audience().to_owned(),
        account: AccountId::from_bytes([1; 16]),
        username: None,
        token_id: None,
        session: SessionId::from_bytes([2; 16]),
        issued_at: NOW,
        expires_at: NOW + Duration::from_secs(60),
        authenticated_at: NOW,
    };
    let detail = "the access token is not valid here";
    let other_dialect = AccessClaims {
        audience: Dialect::Vault.audience().to_owned(),
        ..claims.clone()
    };
    let other_server = AccessClaims {
        issuer: "https://elsewhere.example".to_owned(),
        ..claims.clone()
    };
    for claims in [other_dialect, other_server] {
        let token = server.signer.sign(&claims).unwrap();
        assert_refused(
            &server.get_as(&token, "/v1/me"),
            "invalid-token",
            "Invalid token",
            detail,
            INVALID,
        );
    }
    let session = server.post(
        "/v1/sessions",
        r#"{"identifier":"alice","password":"correct horse battery"}"#,
    );
    let refresh = session.json()["refresh_token"].as_str().unwrap().to_owned();
    assert_refused(
        &server.get_as(&refresh, "/v1/me"),
        "invalid-token",
        "Invalid token",
        detail,
        INVALID,
    );
    // A genuine token of an account that is gone.
    let token = server.signer.sign(&claims).unwrap();
    let detail = "this account no longer exists";
    assert_refused(
        &server.get_as(&token, "/v1/me"),
        "account-gone",
        "Account gone",
        detail,
        INVALID,
    );
}

#[test]
fn two_authorization_headers_are_refused() {
    let server = TestServer::start();
    let token = format!("Bearer {}", server.log_in("alice"));
    let headers = [
        ("authorization", token.as_str()),
        ("authorization", "Bearer other"),
    ];
    let refused = server.send("GET", "/v1/me", &headers, "");
    assert_eq!(refused.status, 400);
    assert_eq!(refused.problem()["code"], "duplicate-authorization");
}
