//! The owner of an account links somebody at a provider to it.

use std::time::Duration;

use sealpost_domain::mail::MailMessage;
use serde_json::json;

use super::{code_of, come_back, come_back_with, log_in, set_out, set_out_to_link};
use crate::support::TestServer;

#[test]
fn a_linked_identity_opens_the_account_until_it_is_removed() {
    let server = TestServer::start();
    let alice = server.log_in("alice");
    server.prove_address(&alice, "alice@mail.example");
    let way = set_out_to_link(&server, &alice, "corp");
    let linked = come_back(&server, "corp", &way, "1,al,al@mail.example,true");
    assert_eq!(linked.status, 200, "{linked:?}");
    let linked = linked.json();
    assert_eq!(
        (&linked["provider"], &linked["subject"]),
        (&json!("corp"), &json!("1"))
    );

    let opened = log_in(&server, "corp", "1,al,al@mail.example,true").json();
    assert_eq!(opened["account"]["username"], "alice");
    assert_eq!(
        opened["account"]["email"],
        json!("alice@mail.example"),
        "the account is as it was"
    );

    let path = format!("/v1/me/identities/{}", linked["id"].as_str().unwrap());
    assert_eq!(server.send_as(&alice, "DELETE", &path, "").status, 204);
    assert_eq!(server.send_as(&alice, "DELETE", &path, "").status, 404);
    let told = server.deliver_mail().into_iter();
    let told: Vec<_> = told
        .map(|sent| sent.outgoing.mail)
        .filter(|mail| mail.to.as_str() == "alice@mail.example")
        .map(|mail| mail.message)
        .collect();
    let provider = "Example Corp".to_owned();
    for notice in [
        MailMessage::IdentityLinked {
            provider: provider.clone(),
        },
        MailMessage::IdentityUnlinked { provider },
    ] {
        let times = told.iter().filter(|message| **message == notice).count();
        assert_eq!(times, 1, "{notice:?}");
    }
    let stranger = log_in(&server, "corp", "1,al,al@mail.example,true").json();
    assert_eq!(stranger["account"]["username"], "al");
}

#[test]
fn a_link_begun_by_an_attacker_is_not_finished_in_a_victims_browser() {
    let server = TestServer::start();
    let mallory = server.log_in("mallory");
    let way = set_out_to_link(&server, &mallory, "corp");
    let victim = set_out(&server, "corp");
    let query = format!("state={}&code=1,alice,,false", way.state);
    for cookie in ["", &victim.cookie] {
        let answer = come_back_with(&server, "corp", &query, cookie);
        assert_eq!(answer.status, 403, "{answer:?}");
    }
    let listed = server.get_as(&mallory, "/v1/me/identities").json();
    assert_eq!(listed["data"], json!([]));
}

#[test]
fn somebody_of_another_account_is_not_linked_away() {
    let server = TestServer::start();
    log_in(&server, "corp", "1,bob,,false");
    let alice = server.log_in("alice");
    let way = set_out_to_link(&server, &alice, "corp");
    let refused = come_back(&server, "corp", &way, "1,bob,,false");
    assert_eq!(code_of(&refused), (409, "identity-taken".to_owned()));
    let bob = log_in(&server, "corp", "1,bob,,false").json();
    assert_eq!(bob["account"]["username"], "bob");
}

#[test]
fn linking_needs_a_fresh_login_that_lives_until_the_end() {
    let server = TestServer::start();
    assert_eq!(server.post("/v1/oauth/corp/start", "").status, 401);
    let alice = server.log_in("alice");
    let way = set_out_to_link(&server, &alice, "corp");
    assert_eq!(
        server
            .send_as(&alice, "DELETE", "/v1/sessions/current", "")
            .status,
        204
    );
    let refused = come_back(&server, "corp", &way, "1,al,,false");
    assert_eq!(code_of(&refused), (401, "session-ended".to_owned()));

    let opened = server.open_session("alice");
    server.advance(Duration::from_secs(9 * 60));
    let refresh = json!({"refresh_token": opened["refresh_token"]}).to_string();
    let opened = server.post("/v1/sessions/refresh", &refresh).json();
    server.advance(Duration::from_secs(7 * 60));
    let token = opened["access_token"].as_str().unwrap();
    let refused = server.send_as(token, "POST", "/v1/oauth/corp/start", "");
    assert_eq!(
        code_of(&refused),
        (401, "insufficient-user-authentication".to_owned())
    );
}
