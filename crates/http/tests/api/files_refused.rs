//! Files that are damaged, refused, broken off, or somebody else's.

use std::io::{Read as _, Write as _};

use serde_json::json;

use crate::files::{ask, store, text, upload};
use crate::support::{MAX_FILE, TestServer};

const UNKNOWN: &str = "019aa6b0-7c3a-7d52-9a5e-0242ac120002";

#[test]
fn a_damaged_file_never_gives_wrong_bytes() {
    let server = TestServer::start();
    let alice = server.log_in("alice");
    let content = text(600_000);
    let place = format!("/v1/files/{}/content", store(&server, &alice, &content));
    let [blob] = &*server.blob_files() else {
        panic!("one blob")
    };
    let sound = std::fs::read(blob).unwrap();
    // In the third chunk; in the header; in the first chunk, which is said before anything of the file.
    for (at, came) in [(56 + 2 * 16_400 + 5, 2 * 16_384), (3, 0), (60, 0)] {
        let mut damaged = sound.clone();
        damaged[at] ^= 1;
        std::fs::write(blob, damaged).unwrap();
        let read = server.get_as(&alice, &place);
        if at < 56 + 16_400 {
            assert_eq!(
                (read.status, &read.problem()["code"]),
                (500, &json!("internal-error"))
            );
        } else {
            assert!(
                read.body.len() <= came && content.starts_with(&read.body),
                "{at}: {}",
                read.body.len()
            );
        }
    }
    std::fs::write(blob, &sound[..300_000]).unwrap();
    let read = server.get_as(&alice, &place);
    assert!(read.body.len() < 300_000 && content.starts_with(&read.body));
    std::fs::remove_file(blob).unwrap();
    assert_eq!(
        server.get_as(&alice, &place).problem()["code"],
        "internal-error"
    );
    std::fs::write(blob, &sound).unwrap();
    assert!(server.get_as(&alice, &place).body == content);
}

#[test]
fn a_file_that_is_too_large_is_refused_with_the_limit() {
    let server = TestServer::start();
    let alice = server.log_in("alice");
    let limit = usize::try_from(MAX_FILE).unwrap();
    assert_eq!(upload(&server, &alice, "", &text(limit)).status, 201);
    let announced = format!(
        "POST /v1/files HTTP/1.1\r\nhost: test\r\nauthorization: Bearer {alice}\r\ncontent-length: {}\r\n\r\n",
        limit + 1
    );
    let chunk = format!("100000\r\n{}\r\n", "x".repeat(0x10_0000));
    let chunked = format!(
        "POST /v1/files HTTP/1.1\r\nhost: test\r\nauthorization: Bearer {alice}\r\ntransfer-encoding: chunked\r\n\r\n{}{}",
        chunk.repeat(3),
        "1\r\nx\r\n0\r\n\r\n"
    );
    for request in [announced, chunked] {
        let refused = server.send_raw(request.as_bytes());
        assert_eq!(
            (refused.status, &refused.problem()["code"]),
            (413, &json!("file-too-large"))
        );
        assert_eq!(
            refused.problem()["detail"],
            format!("a file may have at most {limit} bytes")
        );
    }
    assert_eq!(server.blobs(), 1, "nothing of the refused ones");
    assert_eq!(
        server.get("/v1/server").json()["limits"]["file_bytes"],
        limit
    );
}

#[test]
fn bad_labels_are_refused_before_the_body_is_read() {
    let server = TestServer::start();
    let alice = server.log_in("alice");
    for (query, kind, pointer, code) in [
        ("?name=a%2Fb", "text/plain", "/name", "invalid-file-name"),
        ("?name=", "text/plain", "/name", "invalid-file-name"),
        ("?name=a%00", "text/plain", "/name", "invalid-file-name"),
        ("", "text", "/content_type", "invalid-content-type"),
    ] {
        let request = format!(
            "POST /v1/files{query} HTTP/1.1\r\nhost: test\r\nauthorization: Bearer {alice}\r\ncontent-type: {kind}\r\n\
             content-length: 1000\r\n\r\n"
        );
        let refused = server.send_raw(request.as_bytes());
        assert_eq!(refused.status, 422, "{refused:?}");
        let error = &refused.problem()["errors"][0];
        assert_eq!(
            (&error["pointer"], &error["code"]),
            (&json!(pointer), &json!(code))
        );
    }
    let packed = [("content-encoding", "gzip")];
    assert_eq!(
        ask(&server, &alice, "POST", "/v1/files", &packed).status,
        415
    );
    assert_eq!(
        ask(&server, &alice, "POST", "/v1/files?nme=a", &[]).status,
        400
    );
    assert_eq!(server.blobs(), 0);
}

#[test]
fn an_upload_that_breaks_off_leaves_nothing() {
    let server = TestServer::start();
    let alice = server.log_in("alice");
    let mut stream = server.connect();
    write!(
        stream,
        "POST /v1/files HTTP/1.1\r\nhost: test\r\nauthorization: Bearer {alice}\r\ncontent-length: 2000000\r\n\r\n{}",
        text(1_000_000)
    )
    .unwrap();
    std::thread::sleep(std::time::Duration::from_millis(200));
    assert_eq!(server.half_written(), 1, "it is being written");
    stream.shutdown(std::net::Shutdown::Both).unwrap();
    drop(stream);
    for _ in 0..100 {
        if server.half_written() == 0 {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert_eq!((server.half_written(), server.blobs()), (0, 0));
    assert_eq!(server.get_as(&alice, "/v1/files").json()["data"], json!([]));
}

#[test]
fn an_upload_that_stalls_is_answered_408() {
    let server = TestServer::start();
    let alice = server.log_in("alice");
    let mut stream = server.connect();
    write!(
        stream,
        "POST /v1/files HTTP/1.1\r\nhost: test\r\nauthorization: Bearer {alice}\r\ncontent-length: 2000000\r\n\r\nhalf"
    )
    .unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let answer = String::from_utf8(answer).unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 408 ") && answer.contains("body-timeout"),
        "{answer}"
    );
    assert_eq!((server.half_written(), server.blobs()), (0, 0));
}

#[test]
fn other_peoples_files_are_not_there() {
    let server = TestServer::start();
    let (alice, mallory) = (server.log_in("alice"), server.log_in("mallory"));
    let id = store(&server, &alice, "content");
    let same = ("x-request-id", "same");
    for (method, path) in [
        ("GET", "/v1/files/{id}"),
        ("GET", "/v1/files/{id}/content"),
        ("HEAD", "/v1/files/{id}/content"),
        ("GET", "/v1/files/{id}/ciphertext"),
        ("GET", "/v1/files/{id}/key"),
        ("DELETE", "/v1/files/{id}"),
    ] {
        let [foreign, unknown, no_id] = [id.as_str(), UNKNOWN, "x"].map(|id| {
            let path = path.replace("{id}", id);
            ask(
                &server,
                &mallory,
                method,
                &path,
                &[same, ("range", "bytes=0-")],
            )
        });
        assert_eq!(foreign.status, 404, "{method} {path}");
        assert_eq!(
            foreign.without_date(),
            unknown.without_date(),
            "{method} {path}"
        );
        assert_eq!(
            foreign.without_date(),
            no_id.without_date(),
            "{method} {path}"
        );
    }
    assert_eq!(
        server
            .get_as(&alice, &format!("/v1/files/{id}/content"))
            .body,
        "content"
    );
}

#[test]
fn names_types_and_contents_rest_sealed() {
    let server = TestServer::start();
    let alice = server.log_in("alice");
    let token = format!("Bearer {alice}");
    let headers = [
        ("authorization", token.as_str()),
        ("content-type", "x-canary-type/x-7731"),
    ];
    let stored = server.send(
        "POST",
        "/v1/files?name=canary-name-7731",
        &headers,
        &"canary-content-7731 ".repeat(5_000),
    );
    assert_eq!(stored.status, 201);
    let mut resting = server.stored();
    for blob in server.blob_files() {
        resting.extend(std::fs::read(blob).unwrap());
    }
    for canary in ["canary-name-7731", "x-canary-type", "canary-content-7731"] {
        let found = resting
            .windows(canary.len())
            .any(|window| window == canary.as_bytes());
        assert!(!found, "{canary}");
    }
}
