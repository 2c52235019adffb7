//! Who may open a socket, and how many.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use sealpost_domain::accounts::RegistrationPolicy;
use sealpost_http::Settings;
use serde_json::json;

use super::client::Client;
use crate::support::{Answer, ISSUER, TestServer};

const SWITCH: &str = "connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

fn ask(server: &TestServer, token: &str, headers: &str) -> Answer {
    let request = format!(
        "GET /v1/ws HTTP/1.1\r\nhost: test\r\nauthorization: Bearer {token}\r\n{headers}\r\n"
    );
    server.send_raw(request.as_bytes())
}

fn assert_refused(answer: &Answer, status: u16, code: &str) {
    assert_eq!(
        (answer.status, &answer.problem()["code"]),
        (status, &json!(code))
    );
}

#[test]
fn only_with_a_good_token() {
    let server = TestServer::start();
    let bob = server.log_in("bob");
    let nobody = format!("GET /v1/ws HTTP/1.1\r\nhost: test\r\n{SWITCH}\r\n");
    assert_refused(&server.send_raw(nobody.as_bytes()), 401, "missing-token");
    assert_refused(&ask(&server, "garbage", SWITCH), 401, "invalid-token");
    let in_url =
        format!("GET /v1/ws?token={bob}&access_token={bob} HTTP/1.1\r\nhost: test\r\n{SWITCH}\r\n");
    assert_refused(&server.send_raw(in_url.as_bytes()), 401, "missing-token");
    server.send_as(&bob, "DELETE", "/v1/sessions/current", "");
    assert_refused(&ask(&server, &bob, SWITCH), 401, "session-ended");
}

#[test]
fn only_from_own_pages() {
    let server = TestServer::start();
    let bob = server.log_in("bob");
    for origin in ["https://evil.example", "null", "http://test.evil.example"] {
        let headers = format!("{SWITCH}origin: {origin}\r\n");
        assert_refused(&ask(&server, &bob, &headers), 403, "foreign-origin");
    }
    for origin in ["http://test", ISSUER] {
        let mut stream = server.connect();
        let request = format!(
            "GET /v1/ws HTTP/1.1\r\nhost: test\r\nauthorization: Bearer {bob}\r\n{SWITCH}origin: {origin}\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut head = [0; 12];
        stream.read_exact(&mut head).unwrap();
        assert_eq!(&head, b"HTTP/1.1 101", "{origin}");
    }
}

#[test]
fn only_as_a_websocket() {
    let server = TestServer::start();
    let bob = server.log_in("bob");
    let plain = ask(&server, &bob, "connection: close\r\n");
    assert_refused(&plain, 426, "upgrade-required");
    assert_eq!(
        (
            plain.header("upgrade"),
            plain.header("sec-websocket-version")
        ),
        (Some("websocket"), Some("13"))
    );
    let old = SWITCH.replace("13", "8");
    assert_refused(&ask(&server, &bob, &old), 426, "upgrade-required");
    let no_key = SWITCH.replace("sec-websocket-key", "x-key");
    assert_refused(&ask(&server, &bob, &no_key), 400, "invalid-handshake");
}

/// A connection ends after a thousand requests; a socket is not one of them.
#[test]
fn the_last_request_of_a_connection_may_become_a_socket() {
    let server = TestServer::start();
    let bob = server.log_in("bob");
    let mut stream = server.connect();
    let mut text = String::new();
    for _ in 0..9 {
        ask_often(&mut stream, 100, &mut text);
    }
    ask_often(&mut stream, 99, &mut text);
    assert!(!text.to_lowercase().contains("connection: close"));
    let mut client = Client::open_on(stream, &bob);
    client.say(&json!({"type": "start"}));
    assert_eq!(client.hear()["type"], "started");
}

fn ask_often(stream: &mut TcpStream, count: usize, text: &mut String) {
    let requests = "GET /livez HTTP/1.1\r\nhost: test\r\n\r\n".repeat(count);
    stream.write_all(requests.as_bytes()).unwrap();
    text.clear();
    while text.matches("HTTP/1.1 200 OK").count() < count || !text.ends_with('}') {
        let mut bytes = [0; 65_536];
        let read = stream.read(&mut bytes).unwrap();
        text.push_str(std::str::from_utf8(&bytes[..read]).unwrap());
    }
}

#[test]
fn none_on_a_server_that_stops() {
    let mut server = TestServer::start_with(RegistrationPolicy::Open, Duration::from_secs(2));
    let bob = server.log_in("bob");
    server.tell_to_stop();
    std::thread::sleep(Duration::from_millis(100));
    assert_refused(&ask(&server, &bob, SWITCH), 503, "not-ready");
}

#[test]
fn sockets_leave_places_for_requests_and_the_last_one_is_told_to_come_later() {
    let settings = Settings {
        drain_delay: Duration::ZERO,
        max_connections: 20,
        ..Settings::default()
    };
    let server = TestServer::start_set(RegistrationPolicy::Open, settings);
    let (alice, bob) = (server.log_in("alice"), server.log_in("bob"));
    let mut sockets: Vec<Client> = (0..16).map(|_| Client::started(&server, &bob)).collect();
    let refused = ask(&server, &alice, SWITCH);
    assert_refused(&refused, 503, "overloaded");
    assert_eq!(refused.header("retry-after"), Some("10"));
    // Everything else goes on.
    assert_eq!(server.get_as(&alice, "/v1/me").status, 200);
    drop(sockets.pop());
    std::thread::sleep(Duration::from_millis(300));
    Client::started(&server, &alice);
}

#[test]
fn an_account_has_twenty_sockets() {
    let server = TestServer::start();
    let (alice, bob) = (server.log_in("alice"), server.log_in("bob"));
    let mut sockets: Vec<Client> = (0..20).map(|_| Client::started(&server, &bob)).collect();
    let refused = ask(&server, &bob, SWITCH);
    assert_refused(&refused, 429, "too-many-sockets");
    assert_eq!(refused.header("retry-after"), Some("10"));
    Client::started(&server, &alice);
    drop(sockets.pop());
    std::thread::sleep(Duration::from_millis(300));
    Client::started(&server, &bob);
}
