//! A mail address: named, proved by a code, changed and removed.

use std::time::Duration;

use serde_json::json;

use crate::support::{Answer, PASSWORD, TestServer, access_token};

const OLD: &str = "alice@mail.example";
const NEW: &str = "alice@new.example";

fn set(server: &TestServer, token: &str, email: &str) -> Answer {
    server.post_as(token, "/v1/me/email", &json!({"email": email}))
}

fn verify(server: &TestServer, token: &str, code: &str) -> Answer {
    server.post_as(token, "/v1/me/email/verify", &json!({"code": code}))
}

fn shown(server: &TestServer, token: &str) -> (serde_json::Value, bool) {
    let mut me = server.get_as(token, "/v1/me").json();
    let verified = me["email_verified"].as_bool().unwrap();
    (me["email"].take(), verified)
}

/// Alice with a proved address.
fn alice(server: &TestServer) -> String {
    let token = server.log_in("alice");
    server.prove_address(&token, OLD);
    server.advance(Duration::from_secs(60));
    token
}

#[test]
fn an_address_counts_once_its_code_was_given() {
    let server = TestServer::start();
    let token = server.log_in("alice");
    assert_eq!(set(&server, &token, OLD).status, 202);
    assert_eq!(shown(&server, &token), (json!(null), false));
    let code = server.mailed_code(OLD).to_lowercase();
    let proved = verify(&server, &token, &format!("{}-{}", &code[..4], &code[4..]));
    assert_eq!(proved.status, 200, "{proved:?}");
    assert_eq!(proved.json()["email_verified"], true);
    assert_eq!(shown(&server, &token), (json!(OLD), true));
    let kinds = server.audit_kinds(&token);
    assert!(kinds.contains(&"email.verified".to_owned()), "{kinds:?}");
}

#[test]
fn the_address_of_a_registration_is_proved_alike() {
    let server = TestServer::start();
    let body = json!({"username": "alice", "password": PASSWORD, "email": OLD});
    let made = server.post("/v1/accounts", &body.to_string());
    assert_eq!(
        (made.status, &made.json()["email_verified"]),
        (201, &json!(false))
    );
    let token = server.open_session("alice")["access_token"].take();
    let token = token.as_str().unwrap();
    let proved = verify(&server, token, &server.mailed_code(OLD));
    assert_eq!(proved.status, 200, "{proved:?}");
    assert_eq!(shown(&server, token), (json!(OLD), true));
}

#[test]
fn a_code_is_dead_after_use_expiry_and_replacement() {
    let server = TestServer::start();
    let token = server.log_in("alice");
    let refused = |code: &str| {
        let answer = verify(&server, &token, code);
        let problem = answer.problem();
        assert_eq!(problem["errors"][0]["code"], "wrong-code", "{answer:?}");
        answer.status == 422
    };
    set(&server, &token, OLD);
    let replaced = server.mailed_code(OLD);
    server.advance(Duration::from_secs(60));
    set(&server, &token, NEW);
    assert!(refused(&replaced));
    let used = server.mailed_code(NEW);
    assert_eq!(verify(&server, &token, &used).status, 200);
    assert!(refused(&used));

    server.advance(Duration::from_secs(60));
    set(&server, &token, OLD);
    let expired = server.mailed_code(OLD);
    let other = server.aged_session("alice", Duration::from_secs(60 * 60));
    assert_eq!(verify(&server, &other, &expired).status, 422);
    assert_eq!(shown(&server, &other), (json!(NEW), true));
}

#[test]
fn five_wrong_codes_use_a_code_up() {
    let server = TestServer::start();
    let token = server.log_in("alice");
    set(&server, &token, OLD);
    for _ in 0..5 {
        assert_eq!(verify(&server, &token, "00000000").status, 422);
    }
    let right = server.mailed_code(OLD);
    assert_eq!(verify(&server, &token, &right).status, 422);
}

#[test]
fn nobody_learns_who_has_proved_an_address() {
    let server = TestServer::start();
    alice(&server);
    let mallory = server.log_in("mallory");
    let free = set(&server, &mallory, NEW);
    server.advance(Duration::from_secs(60));
    let taken = set(&server, &mallory, OLD);
    let strip = |answer: &Answer| {
        let id = answer.header("x-request-id").unwrap().to_owned();
        answer.without_date().replace(&id, "ID")
    };
    assert_eq!(strip(&free), strip(&taken));
    let mails = server.deliver_mail();
    let last = mails.last().unwrap();
    assert_eq!(last.outgoing.mail.to.as_str(), OLD);
    let template = last.outgoing.mail.message.template();
    assert_eq!(template.name(), "address-in-use");
}

/// What a stranger sees who makes an account with this address: the answer and `GET /v1/me`, without what differs between
/// any two accounts. `nobody` stands for the name, which is as long as each other.
fn registered_with(server: &TestServer, username: &str, email: &str) -> Vec<String> {
    let body = json!({"username": username, "password": PASSWORD, "email": email});
    let made = server.post("/v1/accounts", &body.to_string());
    let token = access_token(&server.open_session(username));
    let me = server.get_as(&token, "/v1/me");
    let again = set(server, &token, email);
    let wrong = verify(server, &token, "00000000");
    // One at a time, so that the newest mail is the last.
    server.deliver_mail();
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let answers = [made, me, again, wrong].into_iter().map(|answer| {
        let request = answer.header("x-request-id").unwrap().to_owned();
        let seen = answer.without_date().replace(&request, "REQUEST");
        seen.replace(&id, "ID")
            .replace(username, "nobody")
            .replace(email, "ADDRESS")
    });
    answers.collect()
}

#[test]
fn a_stranger_cannot_test_who_has_an_address() {
    let server = TestServer::start();
    alice(&server);
    let (free, claimed, proved) = ("nobod@mail.example", "bobby@mail.example", OLD);
    registered_with(&server, "robert", claimed);
    let strangers = [
        ("malory", free, "email-verification"),
        ("malori", claimed, "email-verification"),
        ("mallor", proved, "address-in-use"),
    ];
    let mut seen = Vec::new();
    for (username, email, template) in strangers {
        let mails = server.deliver_mail().len();
        seen.push(registered_with(&server, username, email));
        let sent = server.deliver_mail().split_off(mails);
        let sent: Vec<_> = sent.iter().map(|mail| &mail.outgoing.mail).collect();
        assert_eq!(sent.len(), 1, "{username}");
        assert_eq!(sent[0].to.as_str(), email);
        assert_eq!(sent[0].message.template().name(), template);
    }
    assert!(seen[0][0].starts_with("201 "), "{}", seen[0][0]);
    assert!(
        seen[0][1].contains(r#""email":"ADDRESS""#),
        "{}",
        seen[0][1]
    );
    assert_eq!(seen[0], seen[1], "free and claimed");
    assert_eq!(seen[0], seen[2], "free and proved");
}

#[test]
fn who_only_names_an_address_does_not_see_it_proved_by_another() {
    let server = TestServer::start();
    registered_with(&server, "malory", OLD);
    alice(&server);
    let malory = access_token(&server.open_session("malory"));
    assert_eq!(shown(&server, &malory), (json!(OLD), false));
    let by_address = |password: &str| {
        let body = json!({"identifier": OLD, "password": password}).to_string();
        server.post("/v1/sessions", &body)
    };
    let opened = by_address(PASSWORD);
    assert_eq!(opened.json()["account"]["username"], "alice", "{opened:?}");
    // No code for malory's account goes to her.
    let mails = server.deliver_mail().len();
    let body = json!({"identifier": "malory"}).to_string();
    assert_eq!(server.post("/v1/recoveries", &body).status, 202);
    assert_eq!(server.deliver_mail().len(), mails);
}

#[test]
fn of_two_who_name_an_address_the_one_who_reads_its_mail_has_it() {
    let server = TestServer::start();
    registered_with(&server, "malory", OLD);
    registered_with(&server, "alice", OLD);
    let token = access_token(&server.open_session("alice"));
    let code = server.mailed_code(OLD);
    assert_eq!(verify(&server, &token, &code).status, 200);
    assert_eq!(shown(&server, &token), (json!(OLD), true));
    let malory = access_token(&server.open_session("malory"));
    assert_eq!(verify(&server, &malory, &code).status, 422);
}

#[test]
fn asking_again_within_a_minute_mails_nothing() {
    let server = TestServer::start();
    let token = server.log_in("alice");
    assert_eq!(set(&server, &token, OLD).status, 202);
    let again = set(&server, &token, NEW);
    assert_eq!(again.status, 429);
    assert_eq!(again.problem()["code"], "too-many-attempts");
    assert_eq!(again.header("retry-after"), Some("60"));
    assert_eq!(server.deliver_mail().len(), 1);
}

#[test]
fn the_old_address_hears_of_a_new_one() {
    let server = TestServer::start();
    let token = alice(&server);
    assert_eq!(set(&server, &token, NEW).status, 202);
    assert_eq!(
        verify(&server, &token, &server.mailed_code(NEW)).status,
        200
    );
    server.deliver_mail();
    let notice = server.mailer.last_to(OLD).unwrap();
    let message = notice.outgoing.mail.message;
    assert_eq!(message.template().name(), "email-changed");
    assert!(!notice.raw.contains(NEW), "{}", notice.raw);
}

#[test]
fn a_removed_address_is_gone_and_its_owner_hears_of_it() {
    let server = TestServer::start();
    let token = alice(&server);
    let removed = server.send_as(&token, "DELETE", "/v1/me/email", "");
    assert_eq!((removed.status, removed.body.as_str()), (204, ""));
    assert_eq!(shown(&server, &token), (json!(null), false));
    server.deliver_mail();
    assert!(
        server.mailer.last_to(OLD).is_some_and(|mail| {
            mail.outgoing.mail.message.template().name() == "email-changed"
        })
    );
}

#[test]
fn an_address_that_login_codes_go_to_stays() {
    let server = TestServer::start();
    let token = alice(&server);
    let on = server.send_as(&token, "PUT", "/v1/me/factors/email-code", "");
    assert_eq!(on.status, 200, "{on:?}");
    let kept = server.send_as(&token, "DELETE", "/v1/me/email", "");
    assert_eq!(kept.status, 409);
    assert_eq!(kept.problem()["code"], "email-is-second-factor");
    assert_eq!(shown(&server, &token), (json!(OLD), true));
}

#[test]
fn an_old_login_changes_no_address() {
    let server = TestServer::start();
    server.register("alice");
    let old = server.aged_session("alice", Duration::from_secs(15 * 60 + 1));
    for answer in [
        set(&server, &old, OLD),
        server.send_as(&old, "DELETE", "/v1/me/email", ""),
    ] {
        assert_eq!(answer.status, 401);
        let problem = answer.problem();
        assert_eq!(problem["code"], "insufficient-user-authentication");
    }
}
