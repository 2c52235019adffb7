//! What works.

use std::time::Duration;

use serde_json::{Value, json};

use super::client::{GOOD_KEY, PASSWORD, newcomer, start};
use crate::support::access_token;

#[test]
fn from_signing_up_to_leaving() {
    let server = start();
    let alice = server.mailbox_person("alice");
    let bob = server.mailbox_person("bob");
    assert_eq!(alice.session.len(), 32);
    assert!(
        alice
            .session
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric())
    );

    let key = server.mailbox_key("BOB");
    assert_eq!(key.json(), json!({"public_key": "PUBLIC_KEY"}));
    let sent = server.mailbox_upload(&alice, "Bob", "sealed");
    assert_eq!((sent.status, sent.body.as_str()), (200, ""));
    let got = server.mailbox_download(&bob);
    assert_eq!(got.header("content-type"), Some("application/json"));
    assert_eq!(got.header("cache-control"), Some("no-store"));
    assert_eq!(
        got.json(),
        json!([{"sendername": "alice", "message_text": "sealed", "timestamp": 1_643_365_746}])
    );
    let empty = server.mailbox_download(&bob);
    assert_eq!((empty.status, empty.body.as_str()), (200, "[]"));

    server.mailbox_upload(&bob, "alice", "to who leaves");
    server.mailbox_upload(&alice, "bob", "from who leaves");
    let left = server.mailbox_post(&alice, "/delete_user", &json!({"password": PASSWORD}));
    assert_eq!((left.status, left.body.as_str()), (200, "OK"), "{left:?}");
    assert_eq!(server.mailbox_texts(&bob), [""; 0]);
    assert_eq!(server.mailbox_key("alice").status, 400);
    assert_eq!(server.mailbox_download(&alice).status, 400);
    // Nobody else is to be taken for her.
    let again = server.post("/create_user", &newcomer("alice", "K").to_string());
    assert_eq!(again.body, "Username 'alice' is already taken!");
}

#[test]
fn each_route_takes_get_with_a_body_and_either_slash() {
    let server = start();
    let json_type = [("content-type", "application/json")];
    let body = newcomer("alice", "KEY").to_string();
    let made = server.send("GET", "/create_user/", &json_type, &body);
    assert_eq!((made.status, made.body.as_str()), (200, "OK"), "{made:?}");
    let body = json!({"username": "alice", "password": PASSWORD}).to_string();
    let session = server
        .send("GET", "/authenticate", &json_type, &body)
        .json();
    let session = session["session_id"].as_str().unwrap();
    let cookie = format!("session_id={session}; username=ALICE");
    let with_cookie = [("content-type", "application/json"), ("cookie", &*cookie)];
    let message = json!({
        "username": "alice", "destname": "alice", "message_text": "to myself",
        "timestamp": 1, "session_id": session,
    });
    let uploaded = server.send("GET", "/upload_message/", &json_type, &message.to_string());
    assert_eq!(uploaded.status, 200, "{uploaded:?}");
    for (path, body, expected) in [
        (
            "/get_public_key/",
            json!({"username": "alice"}),
            r#"{"public_key":"KEY"}"#,
        ),
        (
            "/reset_public_key",
            json!({"password": PASSWORD, "new_public_key": "NEW"}),
            "OK",
        ),
        (
            "/reset_password",
            json!({"old_password": PASSWORD, "new_password": "new_password"}),
            "OK",
        ),
        ("/delete_avatar", Value::Null, "OK"),
        (
            "/download_messages/",
            Value::Null,
            r#"[{"sendername":"alice","message_text":"to myself","timestamp":1}]"#,
        ),
        ("/delete_user", json!({"password": "new_password"}), "OK"),
    ] {
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let answer = server.send("GET", path, &with_cookie, &body);
        assert_eq!((answer.status, &*answer.body), (200, expected), "{path}");
    }
}

#[test]
fn the_session_lasts_five_minutes_and_is_the_only_one() {
    let server = start();
    let first = server.mailbox_person("alice");
    let second = server.mailbox_enter("alice");
    assert_eq!(server.mailbox_download(&first).status, 400);
    assert_eq!(server.mailbox_download(&second).status, 200);
    server.advance(Duration::from_secs(5 * 60 - 1));
    assert_eq!(server.mailbox_download(&second).status, 200);
    server.advance(Duration::from_secs(1));
    let expired = server.mailbox_download(&second);
    assert_eq!((expired.status, &*expired.body), (400, "session expired"));
}

#[test]
fn the_cookies_are_for_scripts_of_this_site() {
    let server = start();
    server.mailbox_create("alice", "KEY");
    let body = json!({"username": "alice", "password": PASSWORD});
    let answer = server.post("/authenticate", &body.to_string());
    let session = answer.json()["session_id"].as_str().unwrap().to_owned();
    let set = answer.headers("set-cookie");
    assert_eq!(
        set,
        [
            "username=alice; Path=/; Max-Age=300; SameSite=Lax".to_owned(),
            format!("session_id={session}; Path=/; Max-Age=300; SameSite=Lax"),
        ]
    );
}

#[test]
fn natively_it_is_an_event_until_it_was_fetched() {
    let server = start();
    let alice = server.mailbox_person("alice");
    let bob = server.log_in("bob");
    server.mailbox_upload(&alice, "bob", "sealed");
    let event = || {
        let events = server.get_as(&bob, "/v1/events").json();
        let events = events["events"].as_array().unwrap();
        let [event] = events.as_slice() else {
            panic!("one event: {events:?}")
        };
        event.clone()
    };
    let arrived = event();
    assert_eq!(arrived["type"], "message.created");
    let data = &arrived["data"];
    for member in ["conversation_id", "seq", "client_id"] {
        assert!(
            data[member].is_null() && data.get(member).is_some(),
            "{member}"
        );
    }
    assert_eq!(
        (&data["sender"]["username"], &data["body"], &data["sent_at"]),
        (
            &json!("alice"),
            &json!("sealed"),
            &json!("2022-01-28T10:29:06.000Z")
        )
    );
    assert_eq!(
        (&data["format"], &data["protection"]),
        (&json!("mailbox"), &json!("e2ee"))
    );
    // Bob fetches it here, with the password that he has natively.
    let body = json!({"username": "bob", "password": crate::support::PASSWORD});
    let session = server.post("/authenticate", &body.to_string()).json();
    let bob_here = super::client::Person {
        username: "bob".to_owned(),
        session: session["session_id"].as_str().unwrap().to_owned(),
    };
    assert_eq!(server.mailbox_texts(&bob_here), ["sealed"]);
    assert_eq!(event()["data"], Value::Null);
}

#[test]
fn an_account_made_here_is_one_everywhere() {
    let server = start();
    server.mailbox_create("alice", GOOD_KEY);
    let body = json!({"identifier": "alice", "password": PASSWORD});
    let opened = server.post("/v1/sessions", &body.to_string());
    assert_eq!(opened.status, 201, "{opened:?}");
    let token = access_token(&opened.json());
    let keys = server.get_as(&token, "/v1/me/keys").json();
    assert_eq!(keys["data"][0]["algorithm"], "RSA");
    // Whoever may not be declared cannot be sent natively.
    server.register("bob");
    let talk = server.start_conversation(&token, "bob");
    let path = format!("/v1/conversations/{talk}/messages");
    let message = json!({"client_id": "c", "format": "mailbox", "body": "x"});
    assert_eq!(server.post_as(&token, &path, &message).status, 422);
}

#[test]
fn clocks_come_back_as_they_went() {
    let server = start();
    let alice = server.mailbox_person("alice");
    for clock in ["1643365746.123456789", "1643365746123", "-1", "1.6e9"] {
        let body = format!(
            r#"{{"username":"alice","destname":"alice","message_text":"m","timestamp": {clock} ,"session_id":"{}"}}"#,
            alice.session
        );
        let sent = server.post("/upload_message", &body);
        assert_eq!(sent.status, 200, "{clock}: {sent:?}");
        let expected =
            format!(r#"[{{"sendername":"alice","message_text":"m","timestamp":{clock}}}]"#);
        assert_eq!(server.mailbox_download(&alice).body, expected);
    }
}

#[test]
fn a_challenge_is_one_of_a_pool_and_opens_the_door() {
    let server = start();
    let asked: std::collections::BTreeSet<String> = (0..64)
        .map(|_| {
            let challenge = server.get("/v1/challenges").json();
            challenge["question"].as_str().unwrap().to_owned()
        })
        .collect();
    assert!(asked.len() > 3, "{asked:?}");
    assert!(asked.iter().all(|question| question.contains("____")));
    let mut body = newcomer("alice", "KEY");
    body["dict_fill_in_the_blanks"] =
        json!({"question": " fyyyill in DE ____ hooman.", "answer": "Blanks "});
    assert_eq!(server.post("/create_user", &body.to_string()).body, "OK");
}

#[test]
fn what_is_just_short_enough_is_taken() {
    let server = start();
    let key = "k".repeat(16 * 1024);
    server.mailbox_create("alice", &key);
    assert_eq!(server.mailbox_key("alice").json()["public_key"], key);
    let alice = server.mailbox_enter("alice");
    let text = "m".repeat(64 * 1024);
    let sent = server.mailbox_upload(&alice, "alice", &text);
    assert_eq!(sent.status, 200, "{sent:?}");
    assert_eq!(server.mailbox_texts(&alice), [text]);
}
