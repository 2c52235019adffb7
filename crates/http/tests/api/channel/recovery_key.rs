//! The recovery key: what it keeps, and for whom it does nothing.

use std::time::Duration;

use sealpost_domain::channels::ChannelRules;
use sealpost_domain::mail::MailMessage;
use serde_json::{Value, json};

use super::client::{Client, OTHER_PASSWORD, PASSWORD, Said, done, plaintext, refused, start};
use crate::second_factor::switch_on;
use crate::support::{Answer, TestServer};

const PATH: &str = "/v1/me/custodial-key/recovery-key";

fn make(server: &TestServer, token: &str) -> String {
    let made = server.post_as(token, PATH, &json!({"password": PASSWORD}));
    assert_eq!(made.status, 201, "{made:?}");
    assert_eq!(made.header("cache-control"), Some("no-store"));
    made.json()["recovery_key"].as_str().unwrap().to_owned()
}

/// Alice with a message for her, and her native token.
fn alice(server: &TestServer) -> (Client<'_>, String, String) {
    let mut alice = Client::open(server);
    alice.register("alice");
    let sealed = alice.encrypt("alice", "secret");
    let token = server.enter_natively("alice", PASSWORD);
    (alice, sealed, token)
}

/// Recovers in the dialect up to the last step.
fn begin(server: &TestServer) -> Client<'_> {
    let mut client = Client::open(server);
    server.deliver_mail();
    let asked = client.say("/forgot_password", &[("email", "alice@example.org")]);
    assert_eq!(asked, done());
    let code = server.mailed_code("alice@example.org");
    let confirmed = client.say("/confirm_forgot_password", &[("code", &code)]);
    assert_eq!(confirmed, done());
    client
}

fn finish(client: &mut Client<'_>, fields: &[(&str, &str)]) -> Said {
    let fields = [&[("new_password", OTHER_PASSWORD)], fields].concat();
    client.say("/final_forgot_password", &fields)
}

/// Recovers natively up to the last step, which is then tried with this.
fn complete(server: &TestServer, recovery_key: &str) -> Answer {
    let post = |path: &str, body: Value| server.post(path, &body.to_string());
    server.deliver_mail();
    let begun = post("/v1/recoveries", json!({"identifier": "alice"})).json();
    let path = format!("/v1/recoveries/{}", begun["id"].as_str().unwrap());
    let code = json!({"code": server.mailed_code("alice@example.org")});
    let verified = post(&format!("{path}/verify"), code).json();
    let body = json!({
        "token": verified["token"], "new_password": OTHER_PASSWORD, "recovery_key": recovery_key,
    });
    post(&format!("{path}/complete"), body)
}

fn state(server: &TestServer, token: &str) -> Value {
    server.get_as(token, "/v1/me/custodial-key").json()
}

#[test]
fn with_it_a_recovery_keeps_what_was_encrypted() {
    let server = start(ChannelRules::default());
    let (mut alice, sealed, token) = alice(&server);
    let before = state(&server, &token);
    assert_eq!(before["recovery_key"], false);
    let key = make(&server, &token);
    let after = state(&server, &token);
    assert_eq!(after["recovery_key"], true);

    let mut client = begin(&server);
    // Nothing is replaced, so nothing is said.
    assert_eq!(finish(&mut client, &[("recovery_key", &key)]), done());
    assert_eq!(alice.decrypt(&sealed), refused(201, "No authorization"));
    assert_eq!(alice.log_in("alice", OTHER_PASSWORD), done());
    assert_eq!(alice.decrypt(&sealed), plaintext("secret"));

    // It stays good, also for the native recovery.
    server.advance(Duration::from_secs(60 * 60));
    let done = complete(&server, &key);
    assert_eq!(done.status, 204, "{done:?}");
    assert_eq!(done.header("sealpost-custodial-key"), None);
    let mut again = Client::open(&server);
    again.log_in("alice", OTHER_PASSWORD);
    assert_eq!(again.decrypt(&sealed), plaintext("secret"));
    let token = server.enter_natively("alice", OTHER_PASSWORD);
    assert_eq!(state(&server, &token)["key_id"], before["key_id"]);
}

#[test]
fn a_slip_in_it_sets_no_password_and_costs_nothing() {
    let server = start(ChannelRules::default());
    let (mut alice, sealed, token) = alice(&server);
    let key = make(&server, &token);
    let (_, codes) = switch_on(&server, &token);
    let mut client = begin(&server);
    let other = format!(
        "{}{}",
        &key[..35],
        if key.ends_with('0') { "1" } else { "0" }
    );
    for wrong in [other.as_str(), "", "spk_", PASSWORD, &key.to_uppercase()] {
        let fields = [("recovery_key", wrong), ("otp", codes[0].as_str())];
        let said = finish(&mut client, &fields);
        assert_eq!(said.status, 201, "{wrong}");
        assert!(said.error.unwrap().contains("recovery key"), "{wrong}");
    }
    // The code of the second factor was not spent, and the old password stands.
    let fields = [("recovery_key", key.as_str()), ("otp", codes[0].as_str())];
    assert_eq!(finish(&mut client, &fields), done());
    // It is no second factor, and a second factor is no recovery key.
    let wrong = refused(201, "Password is wrong");
    assert_eq!(alice.log_in("alice", OTHER_PASSWORD), wrong);
    assert_eq!(alice.decrypt(&sealed), refused(201, "No authorization"));
}

#[test]
fn the_key_of_another_account_and_one_that_is_void_open_nothing() {
    let server = start(ChannelRules::default());
    let (_, _, token) = alice(&server);
    let mut mallory = Client::open(&server);
    mallory.register("mallory");
    let theirs = make(&server, &server.enter_natively("mallory", PASSWORD));
    let first = make(&server, &token);
    let second = make(&server, &token);
    assert_ne!(first, second);
    for void in [&theirs, &first] {
        server.advance(Duration::from_secs(60 * 60));
        let refused = complete(&server, void);
        assert_eq!(refused.status, 422, "{refused:?}");
        let error = refused.problem()["errors"][0].take();
        assert_eq!(error["pointer"], "/recovery_key");
        assert_eq!(error["code"], "wrong-recovery-key");
    }
    let token = server.enter_natively("alice", PASSWORD);
    assert_eq!(server.send_as(&token, "DELETE", PATH, "").status, 204);
    assert_eq!(server.send_as(&token, "DELETE", PATH, "").status, 404);
    server.advance(Duration::from_secs(60 * 60));
    assert_eq!(complete(&server, &second).status, 422);
    // Who has no key at all has none that a recovery key opens.
    let carol = server.log_in("carol");
    server.prove_address(&carol, "carol@example.org");
    assert_eq!(server.get_as(&carol, "/v1/me/custodial-key").status, 404);
}

#[test]
fn it_goes_with_the_key_that_it_opens() {
    let server = start(ChannelRules::default());
    let (_, _, token) = alice(&server);
    let old = make(&server, &token);
    let said = finish(&mut begin(&server), &[]);
    assert!(said.key_replaced);
    let token = server.enter_natively("alice", OTHER_PASSWORD);
    assert_eq!(state(&server, &token)["recovery_key"], false);
    server.advance(Duration::from_secs(60 * 60));
    assert_eq!(complete(&server, &old).status, 422);
}

#[test]
fn it_stays_good_when_the_password_changes() {
    let server = start(ChannelRules::default());
    let (mut alice, sealed, token) = alice(&server);
    let key = make(&server, &token);
    let change = json!({"current_password": PASSWORD, "new_password": OTHER_PASSWORD});
    let changed = server.send_as(&token, "PUT", "/v1/me/password", &change.to_string());
    assert_eq!(changed.status, 204);
    assert_eq!(complete(&server, &key).status, 204);
    alice.log_in("alice", OTHER_PASSWORD);
    assert_eq!(alice.decrypt(&sealed), plaintext("secret"));
}

#[test]
fn nobody_makes_one_without_the_password_and_a_fresh_login() {
    let server = start(ChannelRules::default());
    let (_, _, token) = alice(&server);
    let refused = server.post_as(&token, PATH, &json!({"password": OTHER_PASSWORD}));
    assert_eq!(
        (refused.status, refused.problem()["code"].take()),
        (403, json!("wrong-password"))
    );
    assert_eq!(server.post_as(&token, PATH, &json!({})).status, 400);
    assert_eq!(state(&server, &token)["recovery_key"], false);
    // The server keeps nothing for this one.
    let bob = server.log_in("bob");
    let refused = server.post_as(&bob, PATH, &json!({"password": crate::support::PASSWORD}));
    assert_eq!(
        (refused.status, refused.problem()["code"].take()),
        (409, json!("no-custodial-key"))
    );

    let body = json!({"identifier": "alice", "password": PASSWORD}).to_string();
    let opened = server.post("/v1/sessions", &body).json();
    server.advance(Duration::from_secs(15 * 60 + 1));
    let refresh = json!({"refresh_token": opened["refresh_token"]}).to_string();
    let old = server.post("/v1/sessions/refresh", &refresh).json();
    let old = old["access_token"].as_str().unwrap();
    for answer in [
        server.post_as(old, PATH, &json!({"password": PASSWORD})),
        server.send_as(old, "DELETE", PATH, ""),
    ] {
        assert_eq!(answer.status, 401);
        assert_eq!(answer.problem()["code"], "insufficient-user-authentication");
    }
}

#[test]
fn its_owner_is_told_and_nobody_is_shown_it_twice() {
    let server = start(ChannelRules::default());
    let (_, _, token) = alice(&server);
    let proof = json!({"code": server.mailed_code("alice@example.org")});
    server.post_as(&token, "/v1/me/email/verify", &proof);
    let bearer = format!("Bearer {token}");
    let headers = [
        ("authorization", bearer.as_str()),
        ("content-type", "application/json"),
        ("idempotency-key", "k-1"),
    ];
    let body = json!({"password": PASSWORD}).to_string();
    let made = [(); 2].map(|()| server.send("POST", PATH, &headers, &body));
    let keys = made
        .each_ref()
        .map(|made| made.json()["recovery_key"].clone());
    assert_ne!(keys[0], keys[1], "an answer with a secret is not kept");
    assert_eq!(made[1].header("idempotency-replayed"), None);

    let mut told = server.deliver_mail().into_iter();
    assert!(told.any(|mail| mail.outgoing.mail.message == MailMessage::RecoveryKeyAdded));
    let kinds = server.audit_kinds(&token);
    assert!(
        kinds.contains(&"recovery-key.added".to_owned()),
        "{kinds:?}"
    );
    let stored = server.stored();
    for key in keys {
        let key = key.as_str().unwrap().as_bytes();
        assert_eq!(key.len(), 36);
        assert!(!stored.windows(20).any(|bytes| bytes == &key[4..24]));
    }
}
