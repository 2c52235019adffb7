//! Files: loaded here, opened with the key, and the same on `/v1`.

use serde_json::{Value, json};

use super::client::{PASSWORD, decrypt};
use crate::support::{Answer, TestServer, access_token};

/// Bytes that differ from place to place.
fn content(size: usize) -> Vec<u8> {
    (0..=250_u8).cycle().take(size).collect()
}

/// Asks for a file with headers more.
fn ask(server: &TestServer, token: &str, method: &str, id: &str, more: &[(&str, &str)]) -> Answer {
    let headers = [&[("x-access-tokens", token)], more].concat();
    server.send(method, &format!("/download/{id}"), &headers, "")
}

#[test]
fn whatever_was_loaded_opens_with_its_key() {
    let server = TestServer::start();
    let token = server.keeper("User");
    for size in [0, 1, 15, 16, 17, 16_383, 16_384, 16_385, 1_048_577] {
        let content = content(size);
        let id = server.load(&token, &content);
        let key = server.fetch(&token, &format!("/get_crypto_key/{id}"));
        assert_eq!((key.status, key.body.len()), (200, 44));
        assert_eq!(key.header("cache-control"), Some("no-store"));
        let file = server.fetch(&token, &format!("/download/{id}"));
        assert_eq!(file.status, 200, "{size}");
        assert!(decrypt(&key.body, &file.body).unwrap() == content, "{size}");
        let length = file.bytes.len().to_string();
        let name = format!("attachment; filename=\"{id}.fernet\"; filename*=UTF-8''{id}.fernet");
        for (header, value) in [
            ("content-length", length.as_str()),
            ("content-type", "application/octet-stream"),
            ("content-disposition", &name),
            ("accept-ranges", "bytes"),
            ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
        ] {
            assert_eq!(file.header(header), Some(value), "{header}");
        }
        let again = server.fetch(&token, &format!("/download/{id}"));
        assert!(
            again.bytes == file.bytes,
            "every download is the same bytes"
        );
    }
}

#[test]
fn any_content_type_is_taken() {
    let server = TestServer::start();
    let token = server.keeper("User");
    for (kind, kept) in [
        (Some("application/octet-stream"), "application/octet-stream"),
        (Some("image/png"), "image/png"),
        (Some("text"), "application/octet-stream"),
        (Some("caf\u{e9}/\u{e9}"), "application/octet-stream"),
        (None, "application/octet-stream"),
    ] {
        let mut headers = vec![("x-access-tokens", token.as_str())];
        headers.extend(kind.map(|kind| ("content-type", kind)));
        let loaded = server.send("POST", "/load", &headers, "content");
        assert_eq!(loaded.status, 200, "{loaded:?}");
        let native = native(&server, "User");
        let seen = server.get_as(&native, &format!("/v1/files/{}", loaded.body));
        assert_eq!(seen.json()["content_type"], kept);
    }
}

fn native(server: &TestServer, name: &str) -> String {
    let body = json!({"identifier": name, "password": PASSWORD});
    access_token(&server.post("/v1/sessions", &body.to_string()).json())
}

#[test]
fn parts_are_stretches_of_the_same_token() {
    let server = TestServer::start();
    let token = server.keeper("User");
    let id = server.load(&token, &content(50_000));
    let whole = ask(&server, &token, "GET", &id, &[]);
    let size = whole.bytes.len();
    let etag = whole.header("etag").unwrap();
    for (range, first, last) in [
        ("bytes=0-0".to_owned(), 0, 0),
        ("bytes=21943-21944".to_owned(), 21_943, 21_944),
        ("bytes=30000-40009".to_owned(), 30_000, 40_009),
        (format!("bytes={}-", size - 1), size - 1, size - 1),
        ("bytes=-44".to_owned(), size - 44, size - 1),
        ("bytes=7-".to_owned(), 7, size - 1),
    ] {
        let part = ask(&server, &token, "GET", &id, &[("range", &range)]);
        assert_eq!(part.status, 206, "{range}");
        assert!(part.bytes == whole.bytes[first..=last], "{range}");
        let told = format!("bytes {first}-{last}/{size}");
        assert_eq!(part.header("content-range"), Some(told.as_str()));
    }
    let beyond = format!("bytes={size}-");
    let beyond = ask(&server, &token, "GET", &id, &[("range", &beyond)]);
    assert_eq!(beyond.status, 416);
    assert_eq!(beyond.body, format!("there are {size} bytes"));
    let told = format!("bytes */{size}");
    assert_eq!(beyond.header("content-range"), Some(told.as_str()));
    let known = ask(&server, &token, "GET", &id, &[("if-none-match", etag)]);
    assert_eq!((known.status, known.body.as_str()), (304, ""));
    let range = ("range", "bytes=0-0");
    for (validator, status) in [(etag, 206), ("\"x\"", 200)] {
        let more = [range, ("if-range", validator)];
        assert_eq!(ask(&server, &token, "GET", &id, &more).status, status);
    }
    let head = ask(&server, &token, "HEAD", &id, &[]);
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    assert_eq!(head.header("content-length"), Some(&*size.to_string()));
}

#[test]
fn a_file_is_the_same_file_on_v1() {
    let server = TestServer::start();
    let token = server.keeper("User");
    let id = server.load(&token, b"content");
    let native = native(&server, "User");
    let listed = server.get_as(&native, "/v1/files").json();
    assert_eq!(
        (&listed["data"][0]["id"], &listed["data"][0]["protection"]),
        (&json!(id), &json!("server"))
    );
    let read = server.get_as(&native, &format!("/v1/files/{id}/content"));
    assert_eq!(read.body, "content");
    // And the other way round; at rest it is one format.
    let stored = server.send_as(&native, "POST", "/v1/files", "other");
    let other = stored.json()["id"].as_str().unwrap().to_owned();
    let key = server.fetch(&token, &format!("/get_crypto_key/{other}"));
    let file = server.fetch(&token, &format!("/download/{other}"));
    assert_eq!(decrypt(&key.body, &file.body).unwrap(), b"other");
    let native_key = server.get_as(&native, &format!("/v1/files/{other}/key"));
    assert_ne!(native_key.json()["key"], Value::from(&key.body[..43]));
    // Deleted there, it is gone here.
    let path = format!("/v1/files/{id}");
    assert_eq!(server.send_as(&native, "DELETE", &path, "").status, 204);
    for route in ["download", "get_crypto_key"] {
        let gone = server.fetch(&token, &format!("/{route}/{id}"));
        assert_eq!(gone.status, 404, "{route}");
    }
}

#[test]
fn a_damaged_file_never_passes_for_a_whole_token() {
    let server = TestServer::start();
    let token = server.keeper("User");
    let id = server.load(&token, &content(600_000));
    let sound = ask(&server, &token, "GET", &id, &[]).bytes;
    let [blob] = &*server.blob_files() else {
        panic!("one blob")
    };
    let mut damaged = std::fs::read(blob).unwrap();
    damaged[56 + 2 * 16_400 + 5] ^= 1;
    std::fs::write(blob, damaged).unwrap();
    let read = ask(&server, &token, "GET", &id, &[]);
    assert!(read.bytes.len() <= 50_000 && sound.starts_with(&read.bytes));
    let range = ("range", "bytes=700000-700009");
    let read = ask(&server, &token, "GET", &id, &[range]);
    assert_eq!(read.bytes.len(), 0, "not even behind the damage");
}
