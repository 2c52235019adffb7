//! The socket of notifications.

use std::time::Duration;

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use super::client::{Person, start};
use super::errors::assert_said;
use crate::support::{Answer, TestServer};
use crate::ws::client::Client;

const SWITCH: &str = "connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

fn listen(server: &TestServer, access: &str) -> Client {
    Client::open_at(server.connect(), "/api/notifications/", access)
}

fn ask(server: &TestServer, headers: &str) -> Answer {
    let request = format!("GET /api/notifications/ HTTP/1.1\r\nhost: test\r\n{headers}\r\n");
    server.send_raw(request.as_bytes())
}

fn notification(username: &str, id: u64) -> Value {
    json!({"type": "message", "data": {"username": username}, "id": id.to_string()})
}

/// The next notifications, so many.
fn hear(client: &mut Client, count: usize) -> Vec<Value> {
    let mut heard = Vec::new();
    while heard.len() < count {
        heard.extend(client.hear().as_array().unwrap().iter().cloned());
    }
    heard
}

fn see(who: &Person<'_>, id: &Value) {
    let body = json!({"type": "notification", "identity": {"id": id}});
    assert_eq!(who.post("/api/ack/", &body).status, 200);
}

#[test]
fn first_what_waits_and_then_what_comes() {
    let server = start();
    let (alice, bob) = (Person::new(&server, "alice"), Person::new(&server, "bob"));
    let carol = Person::new(&server, "carol");
    alice.write_well("bob", 1);
    alice.write_well("bob", 2);
    let mut socket = listen(&server, &bob.access);
    // Offsets of the inbox: the key and the conversation were the first events.
    let waiting = [notification("alice", 3), notification("alice", 4)];
    assert_eq!(socket.hear(), json!(waiting), "as one array");
    carol.write_well("bob", 1);
    assert_eq!(socket.hear(), json!([notification("carol", 6)]));
    // Nothing of one's own, and nothing of what is said natively.
    bob.write_well("alice", 3);
    socket.assert_silent();
    // Nothing was acknowledged: all of it comes again, elsewhere and without the last slash.
    let mut other = Client::open_at(server.connect(), "/api/notifications", &bob.access);
    let all = [3, 4].map(|id| notification("alice", id));
    assert_eq!(
        hear(&mut other, 3),
        [&all[..], &[notification("carol", 6)]].concat()
    );
}

#[test]
fn what_is_acknowledged_does_not_come_again() {
    let server = start();
    let (alice, bob) = (Person::new(&server, "alice"), Person::new(&server, "bob"));
    for number in 1..=4 {
        alice.write_well("bob", number);
    }
    // In any order, as a number or a text; a message takes its notification with it.
    see(&bob, &json!(5));
    see(&bob, &json!("4"));
    assert_eq!(bob.ack("alice", 4).status, 200);
    assert_eq!(
        hear(&mut listen(&server, &bob.access), 1),
        [notification("alice", 3)]
    );
    see(&bob, &json!(3));
    listen(&server, &bob.access).assert_silent();
    assert_eq!(
        bob.read("alice", 0.0, 0.0).len(),
        3,
        "only one message was acknowledged"
    );
}

#[test]
fn more_than_one_reading_comes_in_order_and_once() {
    let server = start();
    let (alice, bob) = (Person::new(&server, "alice"), Person::new(&server, "bob"));
    for number in 1..=230 {
        alice.write_well("bob", number);
    }
    let mut socket = listen(&server, &bob.access);
    let expected: Vec<Value> = (3..=232).map(|id| notification("alice", id)).collect();
    assert_eq!(hear(&mut socket, 230), expected);
    alice.write_well("bob", 231);
    assert_eq!(hear(&mut socket, 1), [notification("alice", 233)]);
}

#[test]
fn the_name_is_the_one_that_the_sender_has_now() {
    let server = start();
    let (alice, bob) = (Person::new(&server, "alice"), Person::new(&server, "bob"));
    alice.write_well("bob", 1);
    let login = json!({"identifier": "alice", "password": super::client::PASSWORD}).to_string();
    let native = crate::support::access_token(&server.post("/v1/sessions", &login).json());
    let rename = json!({"username": "alicia"});
    let renamed = server.send_as(&native, "PATCH", "/v1/me", &rename.to_string());
    assert_eq!(renamed.status, 200, "{renamed:?}");
    assert_eq!(
        hear(&mut listen(&server, &bob.access), 1),
        [notification("alicia", 3)]
    );
    assert_eq!(bob.ack("alicia", 1).status, 200);
}

#[test]
fn what_the_client_says_is_passed_over_within_bounds() {
    let server = start();
    let (alice, bob) = (Person::new(&server, "alice"), Person::new(&server, "bob"));
    let mut socket = listen(&server, &bob.access);
    for text in ["", "ping", "{}", &"x".repeat(60_000)] {
        socket.send(Message::text(text));
    }
    alice.write_well("bob", 1);
    assert_eq!(hear(&mut socket, 1), [notification("alice", 3)]);
    for _ in 0..97 {
        socket.send(Message::text("still there"));
    }
    assert_eq!(socket.close_code(), Some(1008));
    let mut large = listen(&server, &bob.access);
    large.send(Message::text("x".repeat(70_000)));
    assert_eq!(large.close_code(), Some(1009));
    let mut binary = listen(&server, &bob.access);
    binary.send(Message::binary(vec![1]));
    assert_eq!(binary.close_code(), Some(1003));
}

#[test]
fn the_socket_closes_with_its_session() {
    let server = start();
    let (alice, bob) = (Person::new(&server, "alice"), Person::new(&server, "bob"));
    let entered = server.enter("bob", super::client::PASSWORD).json();
    let mut staying = listen(&server, entered["access_token"].as_str().unwrap());
    let mut ended = listen(&server, &bob.access);
    assert_eq!(bob.post("/api/logout/", &json!({})).status, 200);
    assert_eq!(
        ended.closed(),
        Some((4401, "the session has ended".to_owned()))
    );
    alice.write_well("bob", 1);
    assert_eq!(hear(&mut staying, 1).len(), 1);
    server.disable("bob");
    assert_eq!(staying.close_code(), Some(4401));
    let again = format!("{SWITCH}authorization: Bearer {}\r\n", bob.access);
    assert_said(
        &ask(&server, &again),
        401,
        "the session has been ended: log in again",
    );
}

/// Makes an app password for a dialect; its id, and itself.
fn app_password(server: &TestServer, native: &str, dialect: &str) -> (String, String) {
    let body = json!({"name": "phone", "dialect": dialect});
    let made = server.post_as(native, "/v1/me/app-passwords", &body);
    assert_eq!(made.status, 201, "{made:?}");
    let text = |name: &str| made.json()[name].as_str().unwrap().to_owned();
    (text("id"), text("app_password"))
}

#[test]
fn a_revoked_app_password_closes_the_sockets_it_opened_and_no_others() {
    let server = start();
    let (alice, bob) = (Person::new(&server, "alice"), Person::new(&server, "bob"));
    let login = json!({"identifier": "bob", "password": super::client::PASSWORD}).to_string();
    let native = crate::support::access_token(&server.post("/v1/sessions", &login).json());
    let (revoked, first) = app_password(&server, &native, "messenger");
    let (_, second) = app_password(&server, &native, "messenger");
    let [mut closing, mut staying] = [&first, &second].map(|password| {
        let entered = server.enter("bob", password).json();
        listen(&server, entered["access_token"].as_str().unwrap())
    });
    let mut own = listen(&server, &bob.access);
    alice.write_well("bob", 1);
    for socket in [&mut closing, &mut staying, &mut own] {
        assert_eq!(hear(socket, 1).len(), 1);
    }
    let path = format!("/v1/me/app-passwords/{revoked}");
    assert_eq!(server.send_as(&native, "DELETE", &path, "").status, 204);
    let ended = Some((4401, "the session has ended".to_owned()));
    assert_eq!(closing.closed(), ended);
    assert_eq!(server.enter("bob", &first).status, 401);
    alice.write_well("bob", 2);
    for socket in [&mut staying, &mut own] {
        assert_eq!(hear(socket, 1).len(), 1);
    }
}

#[test]
fn it_outlives_the_access_token() {
    let server = start();
    let (alice, bob) = (Person::new(&server, "alice"), Person::new(&server, "bob"));
    let mut socket = listen(&server, &bob.access);
    server.advance(Duration::from_secs(31 * 60));
    let header = format!("Bearer {}", alice.refresh);
    let renewed = server.send(
        "POST",
        "/api/refresh_token/",
        &[("authorization", &header)],
        "",
    );
    let access = renewed.json()["access_token"].as_str().unwrap().to_owned();
    let alice = Person { access, ..alice };
    alice.write_well("bob", 1);
    assert_eq!(hear(&mut socket, 1), [notification("alice", 3)]);
    server.advance(Duration::from_secs(30 * 24 * 60 * 60));
    assert_eq!(socket.close_code(), Some(4401));
}

#[test]
fn five_listeners_and_no_more() {
    let server = start();
    let (alice, bob) = (Person::new(&server, "alice"), Person::new(&server, "bob"));
    let mut sockets: Vec<Client> = (0..5).map(|_| listen(&server, &bob.access)).collect();
    let good = format!("{SWITCH}authorization: Bearer {}\r\n", bob.access);
    let refused = ask(&server, &good);
    assert_said(
        &refused,
        429,
        "this account has 5 sockets already: close one first",
    );
    assert_eq!(refused.header("retry-after"), Some("10"));
    listen(&server, &alice.access);
    drop(sockets.pop());
    std::thread::sleep(Duration::from_millis(300));
    listen(&server, &bob.access);
}

#[test]
fn only_a_websocket_of_own_pages_with_an_access_token() {
    let server = start();
    let bob = Person::new(&server, "bob");
    let native = server.log_in("native");
    let strange = "the access token is not valid here";
    for token in [&bob.refresh, &native] {
        let headers = format!("{SWITCH}authorization: Bearer {token}\r\n");
        assert_said(&ask(&server, &headers), 401, strange);
    }
    let in_url = format!(
        "GET /api/notifications/?token={0}&access_token={0} HTTP/1.1\r\nhost: test\r\n{SWITCH}\r\n",
        bob.access
    );
    assert_said(
        &server.send_raw(in_url.as_bytes()),
        401,
        "Missing Authorization header",
    );
    let own = format!("authorization: Bearer {}\r\n", bob.access);
    let foreign = format!("{SWITCH}{own}origin: https://evil.example\r\n");
    assert_said(
        &ask(&server, &foreign),
        403,
        "a page of another site may not open a socket here",
    );
    let plain = ask(&server, &format!("{own}connection: close\r\n"));
    assert_eq!(
        (plain.status, plain.header("upgrade")),
        (426, Some("websocket"))
    );
    assert!(plain.json()["msg"].is_string());
}
