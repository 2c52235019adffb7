//! Each test is named after what it prevents.

use std::time::Duration;

use sealpost_domain::accounts::{AccountId, Email};
use serde_json::json;

use super::{code_of, come_back, come_back_with, log_in, set_out};
use crate::support::{NOW, PASSWORD, TestServer, logged};

const ALICE: &str = "1,alice,alice@mail.example,true";

fn mismatch() -> (u16, String) {
    (403, "federation-state-mismatch".to_owned())
}

#[test]
fn a_login_begun_by_an_attacker_is_not_finished_in_a_victims_browser() {
    let server = TestServer::start();
    let attacker = set_out(&server, "corp");
    let victim = set_out(&server, "corp");
    let link = format!("state={}&code={ALICE}", attacker.state);
    let strange = "oauth_tx=0000000000000000000000000000000000000000000000000000000000000000";
    for cookie in ["", "oauth_tx=", strange, "other=1", &victim.cookie] {
        let answer = come_back_with(&server, "corp", &link, cookie);
        assert_eq!(code_of(&answer), mismatch(), "{cookie}");
    }
    let own = come_back(&server, "corp", &attacker, ALICE);
    assert_eq!(own.status, 201, "in its own browser it ends");
}

#[test]
fn a_callback_is_not_replayed() {
    let server = TestServer::start();
    let way = set_out(&server, "corp");
    assert_eq!(come_back(&server, "corp", &way, ALICE).status, 201);
    assert_eq!(
        code_of(&come_back(&server, "corp", &way, ALICE)),
        mismatch()
    );
}

#[test]
fn of_many_who_finish_one_login_at_once_one_is_logged_in() {
    let server = TestServer::start();
    let way = set_out(&server, "corp");
    let opened = std::thread::scope(|scope| {
        let racers: Vec<_> = (0..16)
            .map(|_| scope.spawn(|| come_back(&server, "corp", &way, ALICE).status))
            .collect();
        let statuses = racers.into_iter().map(|racer| racer.join().unwrap());
        statuses.filter(|status| *status == 201).count()
    });
    assert_eq!(opened, 1);
}

#[test]
fn a_guessed_or_missing_state_opens_nothing() {
    let server = TestServer::start();
    let way = set_out(&server, "corp");
    for state in ["state=guessed&", "state=&", ""] {
        let query = format!("{state}code={ALICE}");
        let answer = come_back_with(&server, "corp", &query, &way.cookie);
        assert_eq!(code_of(&answer), mismatch(), "{state}");
    }
    assert_eq!(come_back(&server, "corp", &way, ALICE).status, 201);
}

#[test]
fn an_answer_at_another_providers_door_is_refused_and_used_up() {
    let server = TestServer::start();
    let way = set_out(&server, "corp");
    assert_eq!(
        code_of(&come_back(&server, "other", &way, ALICE)),
        mismatch()
    );
    assert_eq!(
        code_of(&come_back(&server, "corp", &way, ALICE)),
        mismatch()
    );
}

#[test]
fn a_login_is_worth_nothing_after_ten_minutes() {
    let server = TestServer::start();
    let way = set_out(&server, "corp");
    server.advance(Duration::from_secs(10 * 60));
    assert_eq!(
        code_of(&come_back(&server, "corp", &way, ALICE)),
        mismatch()
    );
}

/// Somebody who has an account with this address, proved or not.
fn holder(server: &TestServer, username: &str, address: &'static str, proved: bool) -> AccountId {
    let body = json!({"username": username, "password": PASSWORD, "email": address});
    let made = server.post("/v1/accounts", &body.to_string());
    assert_eq!(made.status, 201, "{made:?}");
    let id: AccountId = made.json()["id"].as_str().unwrap().parse().unwrap();
    if proved {
        assert!(server.change(move |tx| {
            let email = Email::parse(address).unwrap();
            tx.accounts().verify_email(id, &email, NOW)
        }));
    }
    id
}

#[test]
fn an_address_the_provider_has_not_verified_opens_nobodys_account() {
    let server = TestServer::start();
    let alice = holder(&server, "alice", "alice@mail.example", true);
    let mallory = log_in(&server, "corp", "666,alice,alice@mail.example,false");
    let mallory = mallory.json();
    assert_ne!(mallory["account"]["id"], alice.to_string());
    assert_eq!(mallory["account"]["username"], "alice-2");
    let claim = &mallory["account"];
    assert_eq!(claim["email"], "alice@mail.example");
    assert_eq!(claim["email_verified"], json!(false), "it is alice's");
}

#[test]
fn an_address_claimed_here_first_catches_nobody_who_owns_it() {
    let server = TestServer::start();
    let mallory = holder(&server, "mallory", "alice@mail.example", false);
    let alice = log_in(&server, "corp", ALICE).json();
    assert_ne!(alice["account"]["id"], mallory.to_string());
    assert_eq!(alice["account"]["email"], "alice@mail.example");
    let token = server.open_session("mallory");
    let token = token["access_token"].as_str().unwrap();
    let me = server.get_as(token, "/v1/me").json();
    assert_eq!(me["email"], "alice@mail.example");
    assert_eq!(me["email_verified"], json!(false), "it stays a claim");
    let by_address = json!({"identifier": "alice@mail.example", "password": PASSWORD});
    let refused = server.post("/v1/sessions", &by_address.to_string());
    assert_eq!(
        refused.status, 401,
        "it leads to alice, who has no password"
    );
}

#[test]
fn an_address_that_both_sides_have_verified_opens_its_account() {
    let server = TestServer::start();
    let alice = holder(&server, "alice", "alice@mail.example", true);
    let opened = log_in(&server, "corp", "1,whatever,Alice@mail.example,true").json();
    assert_eq!(opened["account"]["id"], alice.to_string());
}

#[test]
fn the_host_header_chooses_no_way_back() {
    let server = TestServer::start();
    for headers in [
        vec![("host", "evil.example")],
        vec![("host", "test"), ("x-forwarded-host", "evil.example")],
    ] {
        let mut request = "GET /v1/oauth/corp/start HTTP/1.1\r\nconnection: close\r\n".to_owned();
        for (name, value) in headers {
            request += &format!("{name}: {value}\r\n");
        }
        let answer = server.send_raw(format!("{request}\r\n").as_bytes());
        let url = answer.header("location").unwrap();
        assert!(
            url.ends_with("redirect_uri=http://sealpost.test/v1/oauth/corp/callback"),
            "{url}"
        );
    }
}

#[test]
fn one_address_does_not_fill_the_table_of_begun_logins() {
    let server = TestServer::start();
    let finished = set_out(&server, "corp");
    for _ in 0..99 {
        set_out(&server, "corp");
    }
    let refused = server.get("/v1/oauth/corp/start");
    assert_eq!(code_of(&refused), (429, "too-many-requests".to_owned()));
    assert_eq!(refused.header("retry-after"), Some("600"));
    // What is finished counts no longer.
    assert_eq!(come_back(&server, "corp", &finished, ALICE).status, 201);
    set_out(&server, "corp");
    assert_eq!(server.get("/v1/oauth/corp/start").status, 429);
    server.advance(Duration::from_secs(60 * 60 + 1));
    set_out(&server, "corp");
}

#[test]
fn who_reads_the_database_can_finish_no_login() {
    let server = TestServer::start();
    let way = set_out(&server, "corp");
    let (_, secret) = way.cookie.split_once('=').unwrap();
    let stored = server.stored();
    for text in [way.state.as_str(), secret] {
        let needle = text.as_bytes();
        assert!(!stored.windows(needle.len()).any(|window| window == needle));
    }
}

#[test]
fn no_code_state_or_cookie_reaches_the_log() {
    let server = TestServer::start();
    let way = set_out(&server, "corp");
    let code = "canary-code-7151,alice,,false";
    assert_eq!(come_back(&server, "corp", &way, code).status, 201);
    come_back(&server, "corp", &way, code);
    let (_, secret) = way.cookie.split_once('=').unwrap();
    let log = logged();
    for canary in ["canary-code-7151", way.state.as_str(), secret] {
        assert!(!log.contains(canary));
    }
}
