//! Registration by invite, through every door.

use std::time::Duration;

use sealpost_domain::accounts::RegistrationPolicy;
use sealpost_domain::invites::InviteCode;
use serde_json::{Value, json};

use crate::support::{Answer, TestServer};

fn start() -> TestServer {
    TestServer::start_with(RegistrationPolicy::Invite, Duration::ZERO)
}

fn join(server: &TestServer, username: &str, invite: &Value) -> Answer {
    let mut body = json!({"username": username, "password": "correct horse battery"});
    if !invite.is_null() {
        body["invite"] = invite.clone();
    }
    server.post("/v1/accounts", &body.to_string())
}

fn present(server: &TestServer, username: &str, code: &InviteCode) -> Answer {
    join(server, username, &json!(code.expose()))
}

#[test]
fn an_invite_makes_as_many_accounts_as_it_has_uses() {
    let server = start();
    let (_, code) = server.invite(2);
    assert_eq!(present(&server, "alice", &code).status, 201);
    // A refusal for another reason takes no use.
    assert_eq!(present(&server, "ALICE", &code).status, 409);
    assert_eq!(present(&server, "bob", &code).status, 201);
    assert_eq!(present(&server, "carol", &code).status, 403);
    let features = server.get("/v1/server").json()["features"].take();
    assert_eq!(
        features,
        json!({"registration": false, "registration_policy": "invite", "human_check": "off"})
    );
}

#[test]
fn without_an_invite_the_field_that_is_missing_is_named() {
    let server = start();
    let refused = join(&server, "alice", &Value::Null);
    assert_eq!(refused.status, 403);
    let told = "registration on this server needs an invite";
    assert_eq!(
        refused.problem(),
        json!({
            "type": "urn:sealpost:problem:invite-required",
            "title": "Invite required",
            "status": 403,
            "detail": told,
            "code": "invite-required",
            "errors": [{"pointer": "/invite", "detail": told, "code": "invite-required"}],
        })
    );
}

#[test]
fn a_stranger_learns_neither_what_is_wrong_with_an_invite_nor_which_names_are_taken() {
    let server = start();
    let (_, used_up) = server.invite(1);
    assert_eq!(present(&server, "alice", &used_up).status, 201);
    let (id, revoked) = server.invite(1);
    server.revoke_invite(id);
    let (_, expired) = server.invite(1);
    server.advance(Duration::from_secs(60 * 60));

    let unknown = format!("spi_{}", "0".repeat(32));
    let told = join(&server, "bob", &json!(unknown));
    assert_eq!(
        (told.status, &told.problem()["code"]),
        (403, &json!("invalid-invite"))
    );
    assert_eq!(told.problem()["errors"][0]["pointer"], "/invite");
    for code in [&used_up, &revoked, &expired] {
        for name in ["bob", "alice"] {
            assert_eq!(present(&server, name, code).problem(), told.problem());
        }
    }
    for wrong in ["", "spi_", "no code at all"] {
        assert_eq!(
            join(&server, "alice", &json!(wrong)).problem(),
            told.problem()
        );
    }
}

#[test]
fn where_anybody_may_register_an_invite_is_not_looked_at() {
    let server = TestServer::start();
    assert_eq!(join(&server, "alice", &json!("no code")).status, 201);
}

#[test]
fn the_code_is_nowhere_stored() {
    let server = start();
    let (_, code) = server.invite(1);
    assert_eq!(present(&server, "alice", &code).status, 201);
    let stored = server.stored();
    let secret = code.expose().as_bytes();
    assert!(!stored.windows(secret.len()).any(|window| window == secret));
}
