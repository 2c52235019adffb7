//! The keys that the server keeps: who opens them, and who does not.

use sealpost_domain::channels::ChannelRules;
use sealpost_domain::mail::MailMessage;
use serde_json::json;

use super::client::{Client, OTHER_PASSWORD, PASSWORD, done, plaintext, refused, start};
use crate::second_factor::switch_on;
use crate::support::TestServer;

fn app_password(server: &TestServer, token: &str) -> (String, String) {
    let body = json!({"name": "old client", "dialect": "channel", "password": PASSWORD});
    let made = server.post_as(token, "/v1/me/app-passwords", &body);
    assert_eq!(made.status, 201, "{made:?}");
    let made = made.json();
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    (text("id"), text("app_password"))
}

#[test]
fn a_native_password_change_seals_the_key_anew() {
    let server = start(ChannelRules::default());
    let mut alice = Client::open(&server);
    alice.register("alice");
    let sealed = alice.encrypt("alice", "secret");
    let token = server.enter_natively("alice", PASSWORD);
    let change = json!({"current_password": PASSWORD, "new_password": OTHER_PASSWORD});
    let changed = server.send_as(&token, "PUT", "/v1/me/password", &change.to_string());
    assert_eq!(changed.status, 204, "{changed:?}");
    assert_eq!(changed.header("sealpost-custodial-key"), None);
    // The login in the channel ended with the old password.
    assert_eq!(alice.decrypt(&sealed), refused(201, "No authorization"));
    assert_eq!(alice.log_in("alice", OTHER_PASSWORD), done());
    assert_eq!(alice.decrypt(&sealed), plaintext("secret"));
}

/// There, nobody tells the old password.
#[test]
fn a_password_change_in_social_replaces_the_key_and_says_so() {
    const EMAIL: &str = "alice@example.org";
    let server = start(ChannelRules::default());
    let mut alice = Client::open(&server);
    alice.register("alice");
    let sealed = alice.encrypt("alice", "secret");
    let token = server.enter_natively("alice", PASSWORD);
    let code = json!({"code": server.mailed_code(EMAIL)});
    let proved = server.post_as(&token, "/v1/me/email/verify", &code);
    assert_eq!(proved.status, 200, "{proved:?}");

    let post = |path: &str, body: serde_json::Value| server.post(path, &body.to_string());
    let sent = post(
        "/twofa/send-code/",
        json!({"username": "alice", "email": EMAIL}),
    );
    assert_eq!(sent.status, 200, "{sent:?}");
    let code = server.mailed_code(EMAIL);
    let login = json!({"username": "alice", "password": PASSWORD, "code": code});
    let login = post("/auth/login/", login).json();
    let token = format!("Token {}", login["token_auth"].as_str().unwrap());
    let change = json!({"new_password1": OTHER_PASSWORD, "new_password2": OTHER_PASSWORD});
    let headers = [
        ("authorization", token.as_str()),
        ("content-type", "application/json"),
    ];
    let path = "/auth/password/change/";
    let changed = server.send("POST", path, &headers, &change.to_string());
    assert_eq!(changed.status, 200, "{changed:?}");
    assert_eq!(changed.header("sealpost-custodial-key"), Some("replaced"));
    let told = server.deliver_mail().into_iter();
    let mut subjects = told.map(|mail| mail.outgoing.mail.message);
    assert!(subjects.any(|message| message == MailMessage::KeyReplaced));

    assert_eq!(alice.log_in("alice", OTHER_PASSWORD), done());
    assert_eq!(alice.decrypt(&sealed), refused(201, "No authorization"));
}

#[test]
fn with_a_second_factor_only_an_app_password_opens_it() {
    let server = start(ChannelRules::default());
    let mut alice = Client::open(&server);
    alice.register("alice");
    let sealed = alice.encrypt("alice", "secret");
    let token = server.enter_natively("alice", PASSWORD);
    switch_on(&server, &token);
    let mut client = Client::open(&server);
    assert_eq!(
        client.log_in("alice", PASSWORD),
        refused(201, "Password is wrong")
    );
    let (id, text) = app_password(&server, &token);
    assert_eq!(client.log_in("alice", &text), done());
    assert_eq!(client.decrypt(&sealed), plaintext("secret"));
    // It is no fresh login: what needs one stays closed, whatever else is known.
    let change = [("password", PASSWORD), ("new_password", OTHER_PASSWORD)];
    assert_eq!(
        client.say("/change_password", &change),
        refused(401, "No authorization")
    );
    let change = [("new_username", "mallory"), ("password", PASSWORD)];
    assert_eq!(
        client.say("/change_username", &change),
        refused(201, "No authorization")
    );
    // Revoked, it takes along what it opened.
    let path = format!("/v1/me/app-passwords/{id}");
    assert_eq!(server.send_as(&token, "DELETE", &path, "").status, 204);
    assert_eq!(client.decrypt(&sealed), refused(201, "No authorization"));
    assert_eq!(
        client.log_in("alice", &text),
        refused(201, "Password is wrong")
    );
}

#[test]
fn an_app_password_brings_a_key_to_whoever_has_none() {
    let server = start(ChannelRules::default());
    let token = server.log_in("carol");
    server.prove_address(&token, "carol@example.org");
    let body = json!({
        "name": "old client", "dialect": "channel", "password": crate::support::PASSWORD,
    });
    let made = server.post_as(&token, "/v1/me/app-passwords", &body).json();
    let text = made["app_password"].as_str().unwrap();
    let mut carol = Client::open(&server);
    assert_eq!(carol.log_in("carol", text), done());
    let sealed = carol.encrypt("carol", "secret");
    let mut again = Client::open(&server);
    assert_eq!(again.log_in("carol", crate::support::PASSWORD), done());
    assert_eq!(again.decrypt(&sealed), plaintext("secret"));
}

#[test]
fn it_is_nobodys_end_to_end_key() {
    let server = start(ChannelRules::default());
    let mut alice = Client::open(&server);
    alice.register("alice");
    let bob = server.log_in("bob");
    let keys = server.get_as(&bob, "/v1/users/alice/keys").json();
    assert_eq!(keys["data"][0]["custody"], "server");
    assert_eq!(keys["data"][0]["algorithm"], "RSA");
    let enrolled = server.post(
        "/api/register/",
        &json!({
            "username": "dora",
            "password": server.sealed("Your_secure_pa$$w0rd"),
            "public_key": super::client::PUBLIC_KEY,
        })
        .to_string(),
    );
    let token = enrolled.json()["access_token"].as_str().unwrap().to_owned();
    let asked = server.post_as(
        &token,
        "/api/start_conversation/",
        &json!({"username": "alice"}),
    );
    assert_eq!(asked.status, 404, "{asked:?}");
}

#[test]
fn a_withdrawn_key_is_replaced_at_the_next_login() {
    let server = start(ChannelRules::default());
    let mut alice = Client::open(&server);
    alice.register("alice");
    let token = server.enter_natively("alice", PASSWORD);
    let keys = server.get_as(&token, "/v1/users/alice/keys").json();
    let path = format!("/v1/me/keys/{}", keys["data"][0]["id"].as_str().unwrap());
    assert_eq!(server.send_as(&token, "DELETE", &path, "").status, 204);
    let nobody = refused(201, "User is not found");
    assert_eq!(alice.say("/encrypt/alice", &[("message", "x")]), nobody);
    assert_eq!(alice.log_in("alice", PASSWORD), done());
    let sealed = alice.encrypt("alice", "x");
    assert_eq!(alice.decrypt(&sealed), plaintext("x"));
}

#[test]
fn nothing_that_opens_it_rests_in_the_database() {
    let server = start(ChannelRules::default());
    let mut alice = Client::open(&server);
    alice.register("alice");
    let stored = server.stored();
    let has = |needle: &[u8]| stored.windows(needle.len()).any(|bytes| bytes == needle);
    assert!(has(b"alice@example.org"));
    assert!(!has(PASSWORD.as_bytes()));
    for part in [
        &alice.session_key[..40],
        &alice.session_key[40..],
        &alice.session_key[40..72],
    ] {
        assert!(!has(part.as_bytes()));
    }
    // The AlgorithmIdentifier of an RSA private key in PKCS#8.
    let rsa = [
        0x02, 0x01, 0x00, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d,
    ];
    assert!(!has(&rsa));
}
