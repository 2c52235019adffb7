//! What holds for every answer, and for the server as a whole.

use std::io::{Read as _, Write as _};
use std::time::Duration;

use sealpost_domain::accounts::RegistrationPolicy;

use crate::support::TestServer;

#[test]
fn a_plain_request_id_comes_back_and_any_other_is_replaced() {
    let server = TestServer::start();
    for path in ["/livez", "/v1/nothing", "/v1/me", "/docs/"] {
        let answer = server.send("GET", path, &[("x-request-id", "trace-7.a_b")], "");
        assert_eq!(answer.header("x-request-id"), Some("trace-7.a_b"), "{path}");
    }
    let twice = server.send(
        "GET",
        "/livez",
        &[("x-request-id", "a"), ("x-request-id", "b")],
        "",
    );
    let bad = ["", "a b", "a;b", "<x>", &"x".repeat(65)]
        .map(|id| server.send("GET", "/livez", &[("x-request-id", id)], ""));
    for answer in bad.iter().chain([&twice]) {
        let id = answer.header("x-request-id").unwrap();
        assert_eq!((id.len(), id.as_bytes()[14]), (36, b'7'), "a UUIDv7: {id}");
    }
}

#[test]
fn every_answer_is_kept_from_browsers_and_caches() {
    let server = TestServer::start();
    for path in ["/livez", "/v1/server", "/v1/me", "/nothing", "/docs/"] {
        let answer = server.get(path);
        assert_eq!(
            answer.header("x-content-type-options"),
            Some("nosniff"),
            "{path}"
        );
        assert_eq!(
            answer.header("referrer-policy"),
            Some("no-referrer"),
            "{path}"
        );
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'"), "{path}: {policy}");
        let cached = if path == "/docs/" {
            "no-cache"
        } else {
            "no-store"
        };
        assert_eq!(answer.header("cache-control"), Some(cached), "{path}");
    }
}

#[test]
fn head_is_get_without_the_body() {
    let server = TestServer::start();
    for path in ["/livez", "/v1/server", "/openapi.json", "/v1/me"] {
        let (get, head) = (server.get(path), server.send("HEAD", path, &[], ""));
        assert_eq!(head.status, get.status, "{path}");
        assert_eq!(
            head.header("content-length"),
            get.header("content-length"),
            "{path}"
        );
        assert_eq!(
            head.header("content-type"),
            get.header("content-type"),
            "{path}"
        );
        assert_eq!(
            (head.body.as_str(), get.body.is_empty()),
            ("", false),
            "{path}"
        );
    }
}

#[test]
fn a_connection_ends_after_a_thousand_requests() {
    let server = TestServer::start();
    let mut stream = server.connect();
    let mut text = String::new();
    // In parts, so that neither side has to hold all of it; the answers to the last part show the end.
    for _ in 0..10 {
        stream
            .write_all(
                "GET /livez HTTP/1.1\r\nhost: test\r\n\r\n"
                    .repeat(100)
                    .as_bytes(),
            )
            .unwrap();
        let wanted = 100;
        let mut seen = 0;
        text.clear();
        while seen < wanted {
            let mut bytes = [0; 65_536];
            let read = stream.read(&mut bytes).unwrap();
            assert_ne!(read, 0, "closed after {seen}");
            text.push_str(std::str::from_utf8(&bytes[..read]).unwrap());
            seen = text.matches("HTTP/1.1 200 OK").count();
        }
    }
    stream.read_to_string(&mut text).unwrap();
    assert_eq!(
        text.to_lowercase().matches("connection: close").count(),
        1,
        "the thousandth says so"
    );
}

#[test]
fn a_stalled_head_is_cut() {
    let server = TestServer::start();
    let mut stream = server.connect();
    stream.write_all(b"GET /livez HTTP/1.1\r\nhos").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    assert!(text.starts_with("HTTP/1.1 408 "), "{text}");
}

#[test]
fn a_server_that_stops_is_not_ready_at_once_and_serves_on() {
    let mut server = TestServer::start_with(RegistrationPolicy::Open, Duration::from_secs(2));
    assert_eq!(server.get("/readyz").json()["status"], "ready");
    server.tell_to_stop();
    std::thread::sleep(Duration::from_millis(300));
    let answer = server.get("/readyz");
    assert_eq!(answer.status, 503);
    assert_eq!(answer.header("retry-after"), Some("1"));
    assert_eq!(answer.problem()["code"], "not-ready");
    assert_eq!(server.get("/livez").status, 200);
    assert_eq!(server.get("/v1/server").status, 200);
}
