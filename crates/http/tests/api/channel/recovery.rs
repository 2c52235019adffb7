//! Forgotten passwords.

use std::time::Duration;

use sealpost_domain::channels::ChannelRules;
use serde_json::json;

use super::client::{Client, OTHER_PASSWORD, PASSWORD, Said, done, plaintext, refused, start};
use crate::second_factor::switch_on;
use crate::support::TestServer;

const EMAIL: &str = "alice@example.org";

/// Asks for a code, once every other mail is away: the clock stands still, so that mails have no order.
fn ask(client: &mut Client<'_>) -> Said {
    client.server.deliver_mail();
    client.say("/forgot_password", &[("email", EMAIL)])
}

fn confirm(client: &mut Client<'_>, code: &str) -> Said {
    client.say("/confirm_forgot_password", &[("code", code)])
}

fn finish(client: &mut Client<'_>) -> Said {
    client.say(
        "/final_forgot_password",
        &[("new_password", OTHER_PASSWORD)],
    )
}

fn replaced() -> Said {
    Said {
        key_replaced: true,
        ..done()
    }
}

fn subjects(server: &TestServer) -> Vec<String> {
    let sent = server.deliver_mail().into_iter();
    let subject = |raw: &str| {
        raw.lines()
            .find_map(|line| line.strip_prefix("Subject: ").map(str::to_owned))
    };
    sent.filter_map(|mail| subject(&mail.raw)).collect()
}

#[test]
fn a_new_password_ends_everything_and_takes_the_old_key_along() {
    let server = start(ChannelRules::default());
    let mut alice = Client::open(&server);
    alice.register("alice");
    let sealed = alice.encrypt("alice", "secret");
    let native = server.enter_natively("alice", PASSWORD);
    let mut client = Client::open(&server);
    for _ in 0..6 {
        client.log_in("alice", OTHER_PASSWORD);
    }
    assert_eq!(client.log_in("alice", PASSWORD).status, 202);

    assert_eq!(ask(&mut client), done());
    let code = server.mailed_code(EMAIL);
    assert_eq!(code.len(), 6);
    assert_eq!(confirm(&mut client, &code), done());
    let said = client.say("/final_forgot_password", &[("new_password", "weak")]);
    assert_eq!(said, refused(201, "Password format not corrected"));
    assert_eq!(finish(&mut client), replaced());
    assert_eq!(finish(&mut client), refused(201, "Invalid session"));

    // Nobody is logged in by it, and whoever was is not any more.
    let logged_out = refused(201, "No authorization");
    assert_eq!(client.decrypt(&sealed), logged_out);
    assert_eq!(alice.decrypt(&sealed), logged_out);
    assert_eq!(server.get_as(&native, "/v1/me").status, 401);
    // The block is lifted; what was encrypted for the old key stays closed.
    assert_eq!(client.log_in("alice", OTHER_PASSWORD), done());
    assert_eq!(client.decrypt(&sealed), logged_out);
    let sealed = client.encrypt("alice", "anew");
    assert_eq!(client.decrypt(&sealed), plaintext("anew"));

    let subjects = subjects(&server);
    for expected in [
        "Reset password",
        "Your password was reset",
        "Your key was replaced",
    ] {
        assert!(
            subjects.iter().any(|subject| subject.ends_with(expected)),
            "{subjects:?}"
        );
    }
}

#[test]
fn whoever_recovers_while_logged_in_is_logged_out_and_goes_on() {
    let server = start(ChannelRules::default());
    let mut alice = Client::open(&server);
    alice.register("alice");
    ask(&mut alice);
    let code = server.mailed_code(EMAIL);
    assert_eq!(confirm(&mut alice, &code), done());
    assert_eq!(finish(&mut alice), replaced());
    assert_eq!(
        alice.say("/encrypt/alice", &[("message", "x")]),
        refused(201, "No authorization")
    );
    assert_eq!(alice.log_in("alice", OTHER_PASSWORD), done());
}

#[test]
fn a_code_is_good_in_the_session_that_asked_for_it_alone() {
    let server = start(ChannelRules::default());
    Client::open(&server).register("alice");
    let (mut asked, mut other) = (Client::open(&server), Client::open(&server));
    ask(&mut asked);
    let code = server.mailed_code(EMAIL);
    assert_eq!(confirm(&mut other, &code), refused(201, "Invalid session"));
    // Another one who asks has a code of their own, which is not this one.
    other.say("/forgot_password", &[("email", "bob@example.org")]);
    assert_eq!(confirm(&mut other, &code), refused(201, "Invalid code"));
    assert_eq!(confirm(&mut asked, &code), done());
    assert_eq!(confirm(&mut asked, &code), refused(201, "Invalid session"));
    assert_eq!(finish(&mut other), refused(201, "Invalid session"));
    assert_eq!(finish(&mut asked), replaced());
}

#[test]
fn three_guesses_and_five_minutes() {
    let server = start(ChannelRules::default());
    Client::open(&server).register("alice");
    let mut client = Client::open(&server);
    let wrong = refused(201, "Invalid code");
    ask(&mut client);
    let code = server.mailed_code(EMAIL);
    let other = if code == "000000" { "000001" } else { "000000" };
    for _ in 0..3 {
        assert_eq!(confirm(&mut client, other), wrong);
    }
    assert_eq!(confirm(&mut client, &code), wrong);

    ask(&mut client);
    let code = server.mailed_code(EMAIL);
    server.advance(Duration::from_secs(5 * 60));
    assert_eq!(confirm(&mut client, &code), wrong);

    ask(&mut client);
    let code = server.mailed_code(EMAIL);
    assert_eq!(confirm(&mut client, &code), done());
    server.advance(Duration::from_secs(10 * 60));
    assert_eq!(finish(&mut client), refused(201, "Invalid session"));
}

#[test]
fn nobody_learns_which_addresses_are_known() {
    let server = start(ChannelRules::default());
    Client::open(&server).register("alice");
    let mut client = Client::open(&server);
    assert_eq!(ask(&mut client), done());
    assert_eq!(
        client.say("/forgot_password", &[("email", "nobody@example.org")]),
        done()
    );
    assert_eq!(confirm(&mut client, "000000"), refused(201, "Invalid code"));
}

#[test]
fn recovery_does_not_get_around_the_authenticator() {
    let server = start(ChannelRules::default());
    Client::open(&server).register("alice");
    let token = server.enter_natively("alice", PASSWORD);
    let (_, codes) = switch_on(&server, &token);
    let mut client = Client::open(&server);
    ask(&mut client);
    let code = server.mailed_code(EMAIL);
    assert_eq!(confirm(&mut client, &code), done());
    let said = finish(&mut client);
    assert_eq!(said.status, 201);
    assert!(said.error.unwrap().contains("otp"));
    let with = |otp| [("new_password", OTHER_PASSWORD), ("otp", otp)];
    let said = client.say("/final_forgot_password", &with("000000"));
    assert_eq!(said, refused(201, "wrong code: try another"));
    let said = client.say("/final_forgot_password", &with(&codes[0]));
    assert_eq!(said, replaced());
    // The second factor still stands between a bare password and the account.
    let wrong = refused(201, "Password is wrong");
    assert_eq!(client.log_in("alice", OTHER_PASSWORD), wrong);
}

#[test]
fn native_recovery_says_that_the_key_is_another() {
    let server = start(ChannelRules::default());
    let mut alice = Client::open(&server);
    alice.register("alice");
    let sealed = alice.encrypt("alice", "secret");
    let token = server.enter_natively("alice", PASSWORD);
    let keys = |token: &str| server.get_as(token, "/v1/users/alice/keys").json()["data"].clone();
    let old = keys(&token);
    assert_eq!(old[0]["custody"], "server");

    let post = |path: &str, body: serde_json::Value| server.post(path, &body.to_string());
    server.deliver_mail();
    let begun = post("/v1/recoveries", json!({"identifier": EMAIL})).json();
    let path = format!("/v1/recoveries/{}", begun["id"].as_str().unwrap());
    let code = json!({"code": server.mailed_code(EMAIL)});
    let token = post(&format!("{path}/verify"), code).json()["token"].take();
    let body = json!({"token": token, "new_password": OTHER_PASSWORD});
    let done = post(&format!("{path}/complete"), body);
    assert_eq!(done.status, 204, "{done:?}");
    assert_eq!(done.header("sealpost-custodial-key"), Some("replaced"));

    let token = server.enter_natively("alice", OTHER_PASSWORD);
    let new = keys(&token);
    assert_eq!(
        (new.as_array().unwrap().len(), &new[0]["custody"]),
        (1, &json!("server"))
    );
    assert_ne!(new[0]["id"], old[0]["id"]);
    alice.log_in("alice", OTHER_PASSWORD);
    assert_eq!(alice.decrypt(&sealed), refused(201, "No authorization"));
}
