//! The chat socket.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sealpost_domain::accounts::RegistrationPolicy;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use super::client::{Chat, Login, start};
use crate::support::{MAX_ATTACHMENT, TestServer};

fn two(server: &TestServer) -> (Login, Login, u64) {
    let [alice, bob] = ["alice", "bob"].map(|name| server.arrive(name));
    let id = server.chat_with(&alice, "bob");
    (alice, bob, id)
}

#[test]
fn a_file_comes_unchanged_and_for_the_two_alone() {
    let server = start();
    let (alice, bob, id) = two(&server);
    let stranger = server.arrive("stranger");
    let (mut hers, mut his) = (
        Chat::open(&server, &alice, id),
        Chat::open(&server, &bob, id),
    );
    let bytes: Vec<u8> = (0..MAX_ATTACHMENT)
        .map(|at| u8::try_from(at % 251).unwrap())
        .collect();
    let data = STANDARD.encode(&bytes);
    hers.say(&json!({"message": "look", "attachment": {"data": data, "format": "png"}}));
    let frame = his.hear();
    assert_eq!(hers.hear(), frame);
    assert_eq!(frame["text"], "look");
    let path = frame["attachment"].as_str().unwrap();
    assert!(
        path.starts_with("/media/attachments/") && path.ends_with(".png"),
        "{path}"
    );
    for login in [&alice, &bob] {
        let file = server.ask(login, "GET", path, &Value::Null);
        assert_eq!((file.status, &file.bytes), (200, &bytes));
        assert_eq!(file.header("content-type"), Some("image/png"));
        assert_eq!(file.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(file.header("cache-control"), Some("private, no-store"));
    }
    assert_eq!(server.get(path).status, 401);
    let foreign = server.ask(&stranger, "GET", path, &Value::Null);
    let unknown = "/media/attachments/019aa6b0-7c3a-7d52-9a5e-0242ac120002.png";
    let unknown = server.ask(&stranger, "GET", unknown, &Value::Null);
    assert_eq!((foreign.status, unknown.status), (404, 404));
    // A file alone is a message, too; and it stands in the conversation.
    his.say(&json!({"attachment": {"data": "AAEC", "format": "TXT"}}));
    assert_eq!(hers.hear()["text"], "");
    let whole = server
        .ask(&bob, "GET", &format!("/conversations/{id}/"), &Value::Null)
        .json();
    assert_eq!(whole["message_set"][1], frame);
}

#[test]
fn a_bad_frame_is_told_and_the_socket_stays() {
    let server = start();
    let (alice, _, id) = two(&server);
    let mut chat = Chat::open(&server, &alice, id);
    let long = "é".repeat(4_001);
    let large = STANDARD.encode(vec![0; MAX_ATTACHMENT + 1]);
    for frame in [
        "hello".to_owned(),
        "[]".to_owned(),
        "{}".to_owned(),
        json!({"message": 7}).to_string(),
        json!({"message": ""}).to_string(),
        json!({"message": "a\u{0}b"}).to_string(),
        json!({"message": long}).to_string(),
        json!({"message": "a", "attachment": {"data": "%", "format": "png"}}).to_string(),
        json!({"message": "a", "attachment": {"data": large, "format": "png"}}).to_string(),
        json!({"message": "a", "attachment": {"data": "AAEC", "format": "../x"}}).to_string(),
    ] {
        chat.send(Message::text(frame.clone()));
        let heard = chat.hear();
        assert!(heard["error"].is_string(), "{frame}: {heard}");
        assert_eq!(heard.as_object().unwrap().len(), 1);
    }
    chat.send(Message::binary(b"{\"message\": \"x\"}".to_vec()));
    assert!(chat.hear()["error"].is_string());
    // 4,000 characters are well.
    chat.say(&json!({"message": "é".repeat(4_000)}));
    let text = chat.hear()["text"].as_str().unwrap().to_owned();
    assert_eq!(text.chars().count(), 4_000);
    let whole = server
        .ask(
            &alice,
            "GET",
            &format!("/conversations/{id}/"),
            &Value::Null,
        )
        .json();
    assert_eq!(whole["message_set"].as_array().unwrap().len(), 1);
}

#[test]
fn what_is_said_elsewhere_comes_here_and_the_other_way_round() {
    let server = start();
    let native = server.log_in("native");
    let w = server.arrive("w");
    let uuid = server.start_conversation(&native, "w");
    // One that was begun elsewhere gets its number when it is first looked at.
    let listed = server
        .ask(&w, "GET", "/conversations/", &Value::Null)
        .json();
    let id = listed[0]["conversation_id"].as_u64().unwrap();
    let mut chat = Chat::open(&server, &w, id);
    assert_eq!(server.say(&native, &uuid, "c1", "from /v1").status, 201);
    assert_eq!(chat.hear()["text"], "from /v1");
    chat.say(&json!({"message": "from the chat"}));
    let said = chat.hear();
    let path = format!("/v1/conversations/{uuid}/messages");
    let messages = server.get_as(&native, &path).json();
    assert_eq!(messages["data"][0]["body"], "from the chat");
    assert_eq!(messages["data"][0]["protection"], "server");
    assert_eq!(messages["data"][0]["seq"], said["id"]);
    // What was sealed end to end is not shown here.
    let opaque = json!({"client_id": "c2", "format": "opaque", "body": "sealed"});
    assert_eq!(server.post_as(&native, &path, &opaque).status, 201);
    let whole = server
        .ask(&w, "GET", &format!("/conversations/{id}/"), &Value::Null)
        .json();
    assert_eq!(whole["message_set"].as_array().unwrap().len(), 2);
    let events = server.get_as(&native, "/v1/events").json();
    let kinds: Vec<_> = events["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| &event["type"])
        .collect();
    assert!(
        kinds.iter().any(|kind| *kind == "message.created"),
        "{kinds:?}"
    );
}

#[test]
fn two_logins_of_one_person_hear_alike_and_nothing_is_said_twice() {
    let server = start();
    let (alice, bob, id) = two(&server);
    let again = server.come_in("alice");
    let mut sockets = [&alice, &again, &bob].map(|login| Chat::open(&server, login, id));
    for number in 0..5 {
        sockets[number % 3].say(&json!({"message": format!("{number}")}));
        let heard: Vec<Value> = sockets.iter_mut().map(Chat::hear).collect();
        assert_eq!(heard[0]["text"], format!("{number}"));
        assert!(heard.iter().all(|frame| *frame == heard[0]), "{heard:?}");
    }
}

#[test]
fn a_ticket_opens_one_socket_for_a_browser() {
    let server = start();
    let (alice, bob, id) = two(&server);
    let ticket = |login: &Login| {
        let answer = server.ask(login, "POST", "/v1/ws-tickets", &Value::Null);
        assert_eq!(answer.status, 201, "{answer:?}");
        assert_eq!(answer.json()["expires_in"], 30);
        answer.json()["ticket"].as_str().unwrap().to_owned()
    };
    let open = |ticket: &str| {
        let offered = format!("sealpost, {ticket}");
        Chat::with(&server, id, &[("sec-websocket-protocol", &offered)])
    };
    let hers = ticket(&alice);
    let mut chat = open(&hers).unwrap();
    chat.say(&json!({"message": "with a ticket"}));
    assert_eq!(chat.hear()["sender"], "alice");
    // Once, not too late, and not after its session.
    assert_eq!(open(&hers).err().unwrap().status(), 401);
    let late = ticket(&bob);
    server.advance(Duration::from_secs(30));
    assert_eq!(open(&late).err().unwrap().status(), 401);
    let last = ticket(&bob);
    server.ask(&bob, "POST", "/auth/logout/", &Value::Null);
    assert_eq!(open(&last).err().unwrap().status(), 401);
    // What is no ticket is looked at by nobody.
    assert_eq!(open("spw_x").err().unwrap().status(), 401);
}

#[test]
fn a_native_ticket_opens_both_sockets_and_one_of_this_dialect_only_its_own() {
    let server = start();
    let native = server.log_in("native");
    let w = server.arrive("w");
    server.start_conversation(&native, "w");
    let listed = server
        .ask(&w, "GET", "/conversations/", &Value::Null)
        .json();
    let id = listed[0]["conversation_id"].as_u64().unwrap();
    let native_ticket = || {
        let answer = server.send_as(&native, "POST", "/v1/ws-tickets", "");
        format!("sealpost, {}", answer.json()["ticket"].as_str().unwrap())
    };
    Chat::with(&server, id, &[("sec-websocket-protocol", &native_ticket())]).unwrap();
    let upgrade = |offered: &str| {
        let request = format!(
            "GET /v1/ws HTTP/1.1\r\nhost: test\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
             sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\
             sec-websocket-protocol: {offered}\r\n\r\n"
        );
        use std::io::{Read as _, Write as _};
        let mut stream = server.connect();
        stream.write_all(request.as_bytes()).unwrap();
        let mut head = [0; 1_024];
        let length = stream.read(&mut head).unwrap();
        String::from_utf8_lossy(&head[..length]).into_owned()
    };
    let head = upgrade(&native_ticket());
    assert!(head.starts_with("HTTP/1.1 101"), "{head}");
    assert!(
        head.to_lowercase()
            .contains("sec-websocket-protocol: sealpost\r\n"),
        "{head}"
    );
    let social = server.ask(&w, "POST", "/v1/ws-tickets", &Value::Null);
    let social = format!("sealpost, {}", social.json()["ticket"].as_str().unwrap());
    let head = upgrade(&social);
    assert!(head.starts_with("HTTP/1.1 401"), "{head}");
}

#[test]
fn whoever_floods_is_told_and_not_heard() {
    let settings = sealpost_http::Settings {
        drain_delay: Duration::ZERO,
        ..sealpost_http::Settings::default()
    };
    let server = TestServer::start_set(RegistrationPolicy::Open, settings);
    let (alice, _, id) = two(&server);
    let mut chat = Chat::open(&server, &alice, id);
    for _ in 0..60 {
        chat.say(&json!({"message": "flood"}));
    }
    let heard: Vec<Value> = (0..60).map(|_| chat.hear()).collect();
    let refused = heard.iter().filter(|frame| frame["error"].is_string());
    assert!(refused.count() >= 15, "{heard:?}");
}
