//! What people meet.

use std::time::Duration;

use sealpost_domain::accounts::{AccountId, RegistrationPolicy};
use serde_json::json;

use super::{code_of, come_back, come_back_with, log_in, set_out};
use crate::second_factor::switch_on;
use crate::support::{NOW, PASSWORD, TestServer, access_token};

#[test]
fn a_stranger_gets_an_account_and_finds_it_again() {
    let server = TestServer::start();
    let first = log_in(&server, "corp", "1,alice,alice@mail.example,true");
    assert_eq!(first.status, 201, "{first:?}");
    let first = first.json();
    assert_eq!(first["account"]["username"], "alice");
    assert_eq!(first["account"]["email"], "alice@mail.example");
    let token = access_token(&first);
    assert_eq!(server.get_as(&token, "/v1/me").status, 200);

    // Whatever else the provider tells the next time.
    let again = log_in(&server, "corp", "1,alison,other@mail.example,true").json();
    assert_eq!(again["account"], first["account"]);
    assert_ne!(again["session_id"], first["session_id"]);

    let listed = server.get_as(&token, "/v1/me/identities").json();
    let identity = &listed["data"][0];
    assert_eq!(identity["provider"], "corp");
    assert_eq!(identity["issuer"], "https://corp.example");
    assert_eq!(identity["subject"], "1");
    assert_eq!(identity["username"], "alison");
    assert_eq!(listed["data"].as_array().unwrap().len(), 1);

    // Somebody else there, and the same subject elsewhere, are others.
    for (provider, subject, name) in [("corp", 2, "alice-2"), ("other", 1, "alice-3")] {
        let code = format!("{subject},alice,,false");
        let other = log_in(&server, provider, &code).json();
        assert_eq!(other["account"]["username"], name);
        assert_eq!(other["account"]["email"], json!(null));
    }
}

#[test]
fn no_password_opens_an_account_that_has_none() {
    let server = TestServer::start();
    log_in(&server, "corp", "1,alice,,false");
    for password in ["!", "!!!!!!!!", PASSWORD] {
        let guess = json!({"identifier": "alice", "password": password}).to_string();
        let refused = server.post("/v1/sessions", &guess);
        assert_eq!(code_of(&refused), (401, "wrong-credentials".to_owned()));
    }
}

#[test]
fn an_account_that_has_no_password_gets_one_from_its_owner_alone() {
    let server = TestServer::start();
    let token = access_token(&log_in(&server, "corp", "1,alice,,false").json());
    let guess = json!({"current_password": "!", "new_password": PASSWORD}).to_string();
    let refused = server.send_as(&token, "PUT", "/v1/me/password", &guess);
    assert_eq!(code_of(&refused), (403, "wrong-password".to_owned()));
    let first = json!({"new_password": PASSWORD}).to_string();
    server.advance(Duration::from_secs(9 * 60));
    server.advance(Duration::from_secs(9 * 60));
    let late = server.send_as(&token, "PUT", "/v1/me/password", &first);
    assert_eq!(late.status, 401, "{late:?}");
    let token = access_token(&log_in(&server, "corp", "1,alice,,false").json());
    let set = server.send_as(&token, "PUT", "/v1/me/password", &first);
    assert_eq!(set.status, 204, "{set:?}");
    let login = json!({"identifier": "alice", "password": PASSWORD}).to_string();
    assert_eq!(server.post("/v1/sessions", &login).status, 201);

    let second = server.send_as(&token, "PUT", "/v1/me/password", &first);
    assert_eq!(second.problem()["errors"][0]["code"], "missing-field");
}

#[test]
fn a_proved_address_recovers_an_account_that_has_no_password() {
    let server = TestServer::start();
    log_in(&server, "corp", "1,alice,alice@mail.example,true");
    server.recover("alice@mail.example", PASSWORD);
    let login = json!({"identifier": "alice", "password": PASSWORD}).to_string();
    assert_eq!(server.post("/v1/sessions", &login).status, 201);
}

#[test]
fn the_last_way_into_an_account_without_password_stays() {
    let server = TestServer::start();
    let token = access_token(&log_in(&server, "corp", "1,alice,,false").json());
    let listed = server.get_as(&token, "/v1/me/identities").json();
    let path = format!(
        "/v1/me/identities/{}",
        listed["data"][0]["id"].as_str().unwrap()
    );
    let kept = server.send_as(&token, "DELETE", &path, "");
    assert_eq!(code_of(&kept), (409, "last-way-in".to_owned()));

    let mallory = server.log_in("mallory");
    let foreign = server.send_as(&mallory, "DELETE", &path, "");
    assert_eq!(code_of(&foreign), (404, "not-found".to_owned()));

    server.advance(Duration::from_secs(9 * 60));
    server.advance(Duration::from_secs(9 * 60));
    let fresh = access_token(&log_in(&server, "corp", "1,alice,,false").json());
    let with_old = server.send_as(&token, "DELETE", &path, "");
    assert_eq!(with_old.status, 401, "{with_old:?}");
    assert_eq!(server.send_as(&fresh, "DELETE", &path, "").status, 409);
}

#[test]
fn what_the_provider_says_no_to_comes_to_nothing() {
    let server = TestServer::start();
    for (query, expected) in [
        ("error=access_denied", (403, "federation-denied")),
        ("error=server_error", (503, "federation-provider-failed")),
        ("code=wrong", (401, "federation-refused")),
        ("code=down", (503, "federation-provider-failed")),
        ("x=y", (503, "federation-provider-failed")),
    ] {
        let way = set_out(&server, "corp");
        let query = format!("state={}&{query}", way.state);
        let answer = come_back_with(&server, "corp", &query, &way.cookie);
        assert_eq!(code_of(&answer), (expected.0, expected.1.to_owned()));
        let again = come_back(&server, "corp", &way, "1,alice,,false");
        assert_eq!(again.status, 403, "it is used up");
    }
    for path in ["start", "callback"] {
        let unknown = server.get(&format!("/v1/oauth/nobody/{path}"));
        assert_eq!(code_of(&unknown), (404, "not-found".to_owned()));
    }
}

/// The provider vouches for the first step, and for nothing more.
#[test]
fn a_provider_does_not_stand_in_for_the_second_factor() {
    let server = TestServer::start();
    let token = access_token(&log_in(&server, "corp", "1,alice,,false").json());
    let (app, _) = switch_on(&server, &token);
    server.advance(Duration::from_secs(30));
    let asked = log_in(&server, "corp", "1,alice,,false");
    let expected = (401, "second-factor-required".to_owned());
    assert_eq!(code_of(&asked), expected);
    assert_eq!(asked.problem()["factors"][0], "totp");
    let mut second = json!({"ticket": asked.problem()["ticket"], "code": "000000"});
    let refused = server.post("/v1/sessions/factors", &second.to_string());
    assert_eq!(refused.problem()["code"], "wrong-second-factor");
    second["code"] = json!(app.code(&server));
    let opened = server.post("/v1/sessions/factors", &second.to_string());
    assert_eq!(opened.status, 201, "{opened:?}");
    let fresh = access_token(&opened.json());
    assert_eq!(server.get_as(&fresh, "/v1/me").json()["username"], "alice");
}

#[test]
fn closed_registration_is_closed_to_strangers_from_providers_too() {
    let server = TestServer::start_with(RegistrationPolicy::Closed, Duration::ZERO);
    let refused = log_in(&server, "corp", "1,alice,alice@mail.example,true");
    assert_eq!(code_of(&refused), (403, "registration-closed".to_owned()));
}

#[test]
fn a_disabled_account_stays_closed() {
    let server = TestServer::start();
    let made = log_in(&server, "corp", "1,alice,,false").json();
    let id: AccountId = made["account"]["id"].as_str().unwrap().parse().unwrap();
    assert!(server.change(move |tx| tx.accounts().set_disabled(id, Some(NOW))));
    let refused = log_in(&server, "corp", "1,alice,,false");
    assert_eq!(code_of(&refused), (403, "account-disabled".to_owned()));
}
