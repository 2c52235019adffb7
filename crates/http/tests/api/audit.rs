//! The audit trail: what happened to an account's security, for its owner alone.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{PASSWORD, TestServer, access_token};

/// RFC 8037, appendix A.2.
const ED25519: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

fn trail(server: &TestServer, token: &str) -> Vec<Value> {
    let listed = server.get_as(token, "/v1/me/audit");
    assert_eq!(listed.status, 200, "{listed:?}");
    let events = listed.json()["data"].as_array().unwrap().clone();
    // Logins have tests of their own.
    let is_login = |event: &Value| event["kind"].as_str().unwrap().starts_with("login.");
    events
        .into_iter()
        .filter(|event| !is_login(event))
        .collect()
}

fn kinds(events: &[Value]) -> Vec<&str> {
    events
        .iter()
        .map(|event| event["kind"].as_str().unwrap())
        .collect()
}

#[test]
fn what_happens_to_an_account_is_listed_newest_first() {
    let server = TestServer::start();
    let token = server.log_in("alice");
    let session = server.get_as(&token, "/v1/sessions").json()["data"][0]["id"].take();
    // Ids are in the order of time, and the clock stands still by itself.
    let tick = || server.advance(Duration::from_millis(5));

    tick();
    let key = json!({"use": "sign", "jwk": {"kty": "OKP", "crv": "Ed25519", "x": ED25519}});
    let key = server.post_as(&token, "/v1/me/keys", &key).json()["id"].take();
    tick();
    let path = format!("/v1/me/keys/{}", key.as_str().unwrap());
    assert_eq!(server.send_as(&token, "DELETE", &path, "").status, 204);
    tick();
    let other = access_token(&server.open_session("alice"));
    assert_eq!(
        server
            .send_as(&other, "DELETE", "/v1/sessions/current", "")
            .status,
        204
    );
    tick();
    let change = json!({"current_password": PASSWORD, "new_password": "wrong donkey accumulator"});
    let changed = server.send_as(&token, "PUT", "/v1/me/password", &change.to_string());
    assert_eq!(changed.status, 204);

    let events = trail(&server, &token);
    assert_eq!(
        kinds(&events),
        [
            "password.changed",
            "session.ended",
            "key.revoked",
            "key.published",
            "account.registered"
        ]
    );
    let published = &events[3];
    assert_eq!(published["id"].as_str().unwrap().len(), 36);
    assert_eq!(
        (
            &published["session_id"],
            &published["dialect"],
            &published["subject_id"]
        ),
        (&session, &json!("native"), &key)
    );
    assert_eq!(published["created_at"], "2026-11-21T13:04:05.683Z");
    let registered = &events[4];
    assert_eq!(
        (&registered["session_id"], &registered["subject_id"]),
        (&Value::Null, &Value::Null)
    );
}

#[test]
fn a_trail_comes_page_by_page_and_is_its_owners_alone() {
    let server = TestServer::start();
    let (alice, bob) = (server.log_in("alice"), server.log_in("bob"));
    server.advance(Duration::from_millis(5));
    let key = json!({"use": "sign", "jwk": {"kty": "OKP", "crv": "Ed25519", "x": ED25519}});
    assert_eq!(server.post_as(&alice, "/v1/me/keys", &key).status, 201);

    let first = server.get_as(&alice, "/v1/me/audit?limit=1").json();
    assert_eq!(first["data"][0]["kind"], "key.published");
    let cursor = first["next_cursor"].as_str().unwrap();
    let rest = server.get_as(&alice, &format!("/v1/me/audit?cursor={cursor}"));
    let rest = rest.json();
    let rest = rest["data"].as_array().unwrap();
    assert!(
        rest.iter()
            .any(|event| event["kind"] == "account.registered")
    );
    assert!(!rest.contains(&first["data"][0]));

    assert_eq!(kinds(&trail(&server, &bob)), ["account.registered"]);
    let refused = server.get_as(&bob, "/v1/me/audit?cursor=nonsense");
    assert_eq!(
        (refused.status, &refused.problem()["code"]),
        (400, &json!("invalid-cursor"))
    );
}

#[test]
fn the_reuse_of_a_refresh_token_stands_in_the_trail() {
    let server = TestServer::start();
    server.register("alice");
    let stolen = server.open_session("alice");
    let body = json!({"refresh_token": stolen["refresh_token"]}).to_string();
    assert_eq!(server.post("/v1/sessions/refresh", &body).status, 200);
    server.advance(Duration::from_secs(11));
    let reused = server.post("/v1/sessions/refresh", &body);
    assert_eq!(reused.problem()["code"], "refresh-token-reused");
    // The session is gone by now: its end is written down once.
    assert_eq!(server.post("/v1/sessions/refresh", &body).status, 401);

    let token = access_token(&server.open_session("alice"));
    let events = trail(&server, &token);
    assert_eq!(
        kinds(&events),
        ["session.refresh-token-reused", "account.registered"]
    );
    assert_eq!(events[0]["session_id"], stolen["session_id"]);
    assert_eq!(events[0]["subject_id"], stolen["session_id"]);
}
