//! The rows of the threat model for this dialect, each named after what it prevents.

use std::time::Duration;

use sealpost_domain::mail::MailMessage;
use serde_json::{Value, json};

use super::client::{Chat, PASSWORD, email_of, start};
use crate::support::access_token;

#[test]
fn an_outsider_cannot_burn_a_code() {
    let server = start();
    server.join("w");
    let code = server.code_for("w");
    // Without the password, guesses at the code cost the owner none.
    for guess in 0..5 {
        let answer = server.try_login("w", "a wrong password", &format!("{guess:06}"));
        assert_eq!(answer.status, 400);
    }
    // Nor does the right code with a wrong password.
    server.advance(Duration::from_secs(60));
    assert_eq!(server.try_login("w", "a wrong password", &code).status, 400);
    server.advance(Duration::from_secs(60));
    assert_eq!(server.try_login("w", PASSWORD, &code).status, 200);
}

#[test]
fn a_code_is_not_guessed_with_the_password() {
    let server = start();
    server.join("w");
    let code = server.code_for("w");
    let wrong = (0..)
        .map(|guess| format!("{guess:06}"))
        .filter(|guess| *guess != code);
    for guess in wrong.take(5) {
        assert_eq!(server.try_login("w", PASSWORD, &guess).status, 400);
    }
    // Five wrong ones, and the right one is none any more.
    server.advance(Duration::from_secs(30));
    assert_ne!(server.try_login("w", PASSWORD, &code).status, 200);
}

#[test]
fn who_has_an_account_is_not_told_by_send_code() {
    let server = start();
    server.join("w");
    let send = |username: &str, email: &str| {
        server.tell(
            "/twofa/send-code/",
            &json!({"username": username, "email": email}),
        )
    };
    let known = send("w", &email_of("w"));
    for (username, email) in [
        ("w", "another@mail.example"),
        ("nobody", "w@mail.example"),
        ("a b", "no address"),
        ("w", "no address"),
    ] {
        let unknown = send(username, email);
        assert_eq!((known.status, &known.body), (unknown.status, &unknown.body));
    }
    assert_eq!(server.deliver_mail().len(), 1);
}

#[test]
fn who_has_an_address_is_not_told_by_registration_but_its_owner_is() {
    let server = start();
    let first = server.join("w");
    let again = server.tell(
        "/auth/registration/",
        &json!({
            "username": "other", "email": "W@Mail.example",
            "password1": PASSWORD, "password2": PASSWORD,
        }),
    );
    assert_eq!((first.status, first.body), (again.status, again.body));
    let mails = server.deliver_mail();
    assert_eq!(mails.len(), 1);
    let mail = &mails[0].outgoing.mail;
    assert_eq!(mail.message, MailMessage::AddressInUse);
    assert_eq!(mail.to.as_str().to_lowercase(), email_of("w"));
    assert_eq!(server.try_login("other", PASSWORD, "").status, 400);
}

#[test]
fn no_other_api_lets_a_bare_password_in() {
    let server = start();
    server.join("w");
    let native = json!({"identifier": "w", "password": PASSWORD}).to_string();
    assert_eq!(server.post("/v1/sessions", &native).status, 401);
    let password = server.sealed(PASSWORD);
    let messenger = json!({"username": "w", "password": password}).to_string();
    assert_eq!(server.post("/api/login/", &messenger).status, 401);
    assert_eq!(server.try_login("w", PASSWORD, "").status, 400);
}

#[test]
fn a_token_is_good_for_this_dialect_alone() {
    let server = start();
    let w = server.arrive("w");
    for token in [&w.access, &w.refresh, &w.token] {
        assert_eq!(server.get_as(token, "/v1/me").status, 401);
        let body = json!({"username": "w"}).to_string();
        let messenger = server.send_as(token, "POST", "/api/start_conversation/", &body);
        assert!(matches!(messenger.status, 401 | 422), "{messenger:?}");
    }
    let native = server.log_in("native");
    assert_eq!(server.get_as(&native, "/users/user_list/").status, 401);
    let header = format!("Token {native}");
    let answer = server.send(
        "GET",
        "/users/user_list/",
        &[("authorization", &header)],
        "",
    );
    assert_eq!(answer.status, 401);
    let opened = server.open_session("native");
    let refresh = opened["refresh_token"].as_str().unwrap();
    assert_eq!(
        server
            .tell("/api/token/refresh/", &json!({"refresh": refresh}))
            .status,
        401
    );
    assert_ne!(access_token(&opened), native);
    // An access token is no refresh token, nor the other way round.
    assert_eq!(
        server
            .tell("/api/token/refresh/", &json!({"refresh": w.access}))
            .status,
        401
    );
    assert_eq!(server.get_as(&w.refresh, "/users/user_list/").status, 401);
    // Two headers are none.
    let header = w.header();
    let twice = [
        ("authorization", header.as_str()),
        ("authorization", header.as_str()),
    ];
    assert_eq!(
        server.send("GET", "/users/user_list/", &twice, "").status,
        401
    );
}

#[test]
fn a_token_is_not_in_the_database() {
    let server = start();
    let w = server.arrive("w");
    let stored = server.stored();
    for secret in [&w.token, &w.access, &w.refresh, &PASSWORD.to_owned()] {
        let found = stored
            .windows(secret.len())
            .any(|bytes| bytes == secret.as_bytes());
        assert!(!found);
    }
}

#[test]
fn a_conversation_is_not_read_by_counting() {
    let server = start();
    let [alice, _bob, mallory] = ["alice", "bob", "mallory"].map(|name| server.arrive(name));
    let id = server.chat_with(&alice, "bob");
    for number in [id, id + 1] {
        let path = format!("/conversations/{number}/");
        let answer = server.ask(&mallory, "GET", &path, &Value::Null);
        assert_eq!(
            (answer.status, answer.json()),
            (404, json!({"detail": "Not found."}))
        );
        let header = mallory.header();
        let socket = Chat::with(&server, number, &[("authorization", &header)]);
        assert_eq!(socket.err().unwrap().status(), 404);
    }
    assert_eq!(
        server
            .ask(&mallory, "GET", "/conversations/", &Value::Null)
            .json(),
        json!([])
    );
}

#[test]
fn the_page_of_another_site_opens_no_socket() {
    let server = start();
    let [alice, _bob] = ["alice", "bob"].map(|name| server.arrive(name));
    let id = server.chat_with(&alice, "bob");
    let header = alice.header();
    let from = |origin: &str| {
        Chat::with(
            &server,
            id,
            &[("authorization", &header), ("origin", origin)],
        )
    };
    for origin in ["https://evil.example", "null"] {
        assert_eq!(from(origin).err().unwrap().status(), 403, "{origin}");
    }
    assert!(from("http://test").is_ok());
    // And a ticket that such a page got hold of is not used up by it.
    let ticket = server.ask(&alice, "POST", "/v1/ws-tickets", &Value::Null);
    let offered = format!("sealpost, {}", ticket.json()["ticket"].as_str().unwrap());
    let evil = [
        ("sec-websocket-protocol", offered.as_str()),
        ("origin", "https://evil.example"),
    ];
    assert_eq!(Chat::with(&server, id, &evil).err().unwrap().status(), 403);
    assert!(Chat::with(&server, id, &[("sec-websocket-protocol", &offered)]).is_ok());
}

#[test]
fn no_socket_outlives_its_login() {
    let server = start();
    let [alice, _bob] = ["alice", "bob"].map(|name| server.arrive(name));
    let id = server.chat_with(&alice, "bob");
    let mut chat = Chat::open(&server, &alice, id);
    server.ask(&alice, "POST", "/auth/logout/", &Value::Null);
    assert_eq!(chat.close_code(), Some(4401));
}

#[test]
fn whoever_is_blocked_cannot_go_on_and_is_not_told_why() {
    let server = start();
    let alice = server.arrive("alice");
    let bob = server.log_in("bob");
    let uuid = server.start_conversation(&bob, "alice");
    let listed = server
        .ask(&alice, "GET", "/conversations/", &Value::Null)
        .json();
    let id = listed[0]["conversation_id"].as_u64().unwrap();
    let mut chat = Chat::open(&server, &alice, id);
    let blocked = server.send_as(&bob, "PUT", "/v1/me/blocks/alice", "");
    assert!(blocked.status < 300, "{blocked:?}");
    chat.say(&json!({"message": "hello?"}));
    assert_eq!(
        chat.hear(),
        json!({"error": "this user takes no messages from you"})
    );
    let path = format!("/v1/conversations/{uuid}/messages");
    assert_eq!(server.get_as(&bob, &path).json()["data"], json!([]));
    // And is as unknown as anybody.
    let start = json!({"username": "bob"});
    assert_eq!(
        server
            .ask(&alice, "POST", "/conversations/start/", &start)
            .status,
        404
    );
    let add = json!({"friend_username": "bob"});
    assert_eq!(
        server
            .ask(&alice, "POST", "/users/add_friend/", &add)
            .status,
        404
    );
}

#[test]
fn a_ticket_is_not_repeated_to_the_browser() {
    let server = start();
    let [alice, _bob] = ["alice", "bob"].map(|name| server.arrive(name));
    let id = server.chat_with(&alice, "bob");
    let ticket = server.ask(&alice, "POST", "/v1/ws-tickets", &Value::Null);
    let ticket = ticket.json()["ticket"].as_str().unwrap().to_owned();
    let request = format!(
        "GET /ws/chat/{id}/ HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\
         sec-websocket-protocol: {ticket}\r\n\r\n"
    );
    // No upgrade: refused, and the ticket is spent all the same.
    let answer = server.send_raw(request.as_bytes());
    assert_eq!(answer.status, 426, "{answer:?}");
    assert!(!answer.body.contains(&ticket));
    let offered = format!("sealpost, {ticket}");
    let again = Chat::with(&server, id, &[("sec-websocket-protocol", &offered)]);
    assert_eq!(again.err().unwrap().status(), 401);
}

#[test]
fn nobody_is_renamed_by_an_app_password() {
    let server = start();
    server.register("w");
    let native = access_token(&server.open_session("w"));
    let body = json!({"name": "old client", "dialect": "social"});
    let made = server.post_as(&native, "/v1/me/app-passwords", &body);
    let password = made.json()["app_password"].as_str().unwrap().to_owned();
    let login = super::client::Login::of(&server.try_login("w", &password, ""));
    for body in [json!({"username": "x"}), json!({"email": "x@mail.example"})] {
        let refused = server.ask(&login, "POST", "/users/update/", &body);
        assert_eq!(refused.status, 403, "{refused:?}");
    }
    let body = json!({"new_password1": "popopopo1234", "new_password2": "popopopo1234"});
    let refused = server.ask(&login, "POST", "/auth/password/change/", &body);
    assert_eq!(refused.status, 403, "{refused:?}");
}
