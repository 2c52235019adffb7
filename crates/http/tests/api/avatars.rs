//! Pictures of people: drawn anew, public to whoever knows the address, and nobody else's to take.

use serde_json::Value;

use crate::support::{Answer, TestServer};

const PICTURE: &[u8] = include_bytes!("../../assets/avatars/fary.png");
const OTHER: &[u8] = include_bytes!("../../assets/avatars/default.png");
const DEFAULT: &str = "/media/avatars/default.png";

fn put(server: &TestServer, token: &str, body: &[u8]) -> Answer {
    let token = format!("Bearer {token}");
    let headers = [
        ("authorization", token.as_str()),
        ("content-type", "image/png"),
    ];
    server.send_bytes("PUT", "/v1/me/avatar", &headers, body)
}

fn shown(server: &TestServer, token: &str) -> String {
    let account = server.get_as(token, "/v1/me").json();
    account["avatar_url"].as_str().unwrap().to_owned()
}

fn location(server: &TestServer, token: &str, username: &str) -> String {
    let found = server.get_as(token, &format!("/v1/users/{username}/avatar"));
    assert_eq!(found.status, 302, "{found:?}");
    found.header("location").unwrap().to_owned()
}

fn code(answer: &Answer) -> Value {
    answer.problem()["code"].take()
}

#[test]
fn an_uploaded_picture_is_everybodys_to_see() {
    let server = TestServer::start();
    let (alice, bob) = (server.log_in("alice"), server.log_in("bob"));
    assert_eq!(shown(&server, &alice), DEFAULT);
    let answer = put(&server, &alice, PICTURE);
    assert_eq!(answer.status, 200, "{answer:?}");
    let url = answer.json()["avatar_url"].as_str().unwrap().to_owned();
    assert_eq!(url.len(), "/media/avatars/".len() + 32 + ".png".len());
    assert_eq!(shown(&server, &alice), url);
    assert_eq!(location(&server, &bob, "ALICE"), url);

    let picture = server.get(&url);
    assert_eq!(picture.status, 200);
    for (name, value) in [
        ("content-type", "image/png"),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "default-src 'none'; sandbox"),
        ("cross-origin-resource-policy", "cross-origin"),
        ("cache-control", "public, max-age=31536000, immutable"),
    ] {
        assert_eq!(picture.header(name), Some(value), "{name}");
    }
    // Width and height, as the head of a PNG has them.
    assert_eq!(&picture.bytes[..8], b"\x89PNG\r\n\x1a\n");
    assert_eq!(picture.bytes[16..24], [0, 0, 2, 0, 0, 0, 2, 0]);
    assert_ne!(picture.bytes, PICTURE, "drawn anew");
}

#[test]
fn the_servers_own_pictures_are_there() {
    let server = TestServer::start();
    for (name, bytes) in [("default", OTHER), ("fary", PICTURE)] {
        let picture = server.get(&format!("/media/avatars/{name}.png"));
        assert_eq!(picture.bytes, bytes);
        assert_eq!(
            picture.header("cache-control"),
            Some("public, max-age=86400")
        );
        assert_eq!(
            picture.header("content-security-policy"),
            Some("default-src 'none'; sandbox")
        );
    }
}

#[test]
fn what_was_taken_off_is_gone() {
    let server = TestServer::start();
    let (alice, bob) = (server.log_in("alice"), server.log_in("bob"));
    let url = |answer: Answer| answer.json()["avatar_url"].as_str().unwrap().to_owned();
    let first = url(put(&server, &alice, PICTURE));
    let bobs = url(put(&server, &bob, PICTURE));
    let second = url(put(&server, &alice, OTHER));
    assert_ne!(first, second);
    let missing = server.get(&first);
    assert_eq!((missing.status, code(&missing)), (404, "not-found".into()));
    assert_eq!(server.get(&second).status, 200);
    for _ in 0..2 {
        let removed = server.send_as(&alice, "DELETE", "/v1/me/avatar", "");
        assert_eq!(removed.status, 204);
        assert_eq!(server.get(&second).status, 404);
        assert_eq!(shown(&server, &alice), DEFAULT);
    }
    assert_eq!(server.get(&bobs).status, 200);
}

#[test]
fn a_stranger_cannot_tell_who_there_is_by_their_picture() {
    let server = TestServer::start();
    let token = format!("Bearer {}", server.log_in("alice"));
    server.register("bob");
    let headers = [("authorization", token.as_str()), ("x-request-id", "same")];
    let ask = |name: &str| {
        let path = format!("/v1/users/{name}/avatar");
        server.send("GET", &path, &headers, "").without_date()
    };
    assert_eq!(ask("bob"), ask("nobody"));
    let anonymous = server.get("/v1/users/bob/avatar");
    assert_eq!(code(&anonymous), "missing-token");
}

#[test]
fn a_script_never_becomes_an_avatar() {
    let server = TestServer::start();
    let token = server.log_in("alice");
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
    for upload in [
        &svg[..],
        b"<html><script>alert(1)</script></html>",
        b"GIF89a\x01\0\x01\0\0\0\0;",
        b"",
        b"{}",
    ] {
        let refused = put(&server, &token, upload);
        assert_eq!(
            (refused.status, code(&refused)),
            (422, "unsupported-picture".into())
        );
    }
    let refused = put(&server, &token, &PICTURE[..200]);
    assert_eq!(
        (refused.status, code(&refused)),
        (422, "damaged-picture".into())
    );
    assert_eq!(shown(&server, &token), DEFAULT);

    // One that is a picture and a page at once comes out as a picture alone.
    let polyglot = [PICTURE, svg].concat();
    assert_eq!(put(&server, &token, &polyglot).status, 200);
    let served = server.get(&shown(&server, &token));
    assert_eq!(served.header("content-type"), Some("image/png"));
    assert!(!served.body.contains("script"));
}

#[test]
fn a_picture_has_a_size() {
    let server = TestServer::start();
    let token = server.log_in("alice");
    let mut upload = PICTURE.to_vec();
    upload.resize(2 * 1024 * 1024, 0);
    assert_eq!(put(&server, &token, &upload).status, 200);
    upload.push(0);
    let refused = put(&server, &token, &upload);
    assert_eq!(
        (refused.status, code(&refused)),
        (413, "body-too-large".into())
    );
    // A head that promises 65,536 pixels in each direction, with its checksum.
    let mut bomb = PICTURE.to_vec();
    bomb[16..24].copy_from_slice(&[0, 1, 0, 0, 0, 1, 0, 0]);
    bomb[29..33].copy_from_slice(&[0x5B, 0x5A, 0xC0, 0xD1]);
    let refused = put(&server, &token, &bomb);
    assert_eq!(
        (refused.status, code(&refused)),
        (413, "picture-too-large".into())
    );
}

#[test]
fn nothing_but_an_avatar_is_served_from_their_folder() {
    let server = TestServer::start();
    let token = server.log_in("alice");
    put(&server, &token, PICTURE);
    let url = shown(&server, &token);
    let unknown = server.get("/media/avatars/00000000000000000000000000000000.png");
    assert_eq!(unknown.problem()["code"], "not-found");
    for path in [
        "/media/avatars/..%2f..%2f..%2fetc%2fpasswd",
        "/media/avatars/%2e%2e%2ftest.db",
        "/media/avatars/..%5ctest.db",
        "/media/avatars/default.png%00",
        "/media/avatars/default.svg",
        "/media/avatars/default",
        &url.to_uppercase()
            .replace("/MEDIA/AVATARS", "/media/avatars"),
        &url.replace(".png", ""),
    ] {
        let refused = server.get(path);
        assert_eq!(
            (refused.status, code(&refused)),
            (404, "not-found".into()),
            "{path}"
        );
    }
    for path in [
        "/media/avatars/",
        "/media/",
        "/media/avatars/../../etc/passwd",
        "/media/avatars/a/b.png",
    ] {
        let refused = server.get(path);
        assert_eq!(refused.status, 404, "{path}");
    }
}
