//! Files: stored, read in whole and in part, opened elsewhere, deleted.

use std::io::{Read as _, Write as _};

use serde_json::{Value, json};

use crate::support::{Answer, MAX_FILE, TestServer};

const UNKNOWN: &str = "019aa6b0-7c3a-7d52-9a5e-0242ac120002";

fn text(size: usize) -> String {
    (0..size)
        .map(|at| char::from(b'a' + u8::try_from(at % 23).unwrap()))
        .collect()
}

fn upload(server: &TestServer, token: &str, query: &str, content: &str) -> Answer {
    let token = format!("Bearer {token}");
    let headers = [
        ("authorization", token.as_str()),
        ("content-type", "text/plain; charset=utf-8"),
    ];
    server.send("POST", &format!("/v1/files{query}"), &headers, content)
}

/// The id of a stored file.
fn store(server: &TestServer, token: &str, content: &str) -> String {
    let stored = upload(server, token, "?name=a.txt", content);
    assert_eq!(stored.status, 201, "{stored:?}");
    stored.json()["id"].as_str().unwrap().to_owned()
}

fn ask(
    server: &TestServer,
    token: &str,
    method: &str,
    path: &str,
    more: &[(&str, &str)],
) -> Answer {
    let token = format!("Bearer {token}");
    let headers = [&[("authorization", token.as_str())], more].concat();
    server.send(method, path, &headers, "")
}

#[test]
fn a_file_comes_back_as_it_was_stored() {
    let server = TestServer::start();
    let alice = server.log_in("alice");
    for size in [0, 1, 16_383, 16_384, 16_385, 1_048_577] {
        let content = text(size);
        let stored = upload(&server, &alice, "?name=%C3%9Cbung%201.txt", &content);
        let mut view = stored.json();
        let id = view["id"].take().as_str().unwrap().to_owned();
        let place = format!("/v1/files/{id}");
        assert_eq!(
            (stored.status, stored.header("location")),
            (201, Some(place.as_str()))
        );
        let chunks = size / 16_384 + 1;
        let expected = json!({
            "id": null, "name": "Übung 1.txt", "content_type": "text/plain; charset=utf-8", "size": size,
            "ciphertext_size": 56 + size + 16 * chunks, "protection": "server", "created_at": "2026-11-21T13:04:05.678Z",
        });
        assert_eq!(view, expected);
        assert_eq!(server.get_as(&alice, &place).json(), stored.json());

        let read = server.get_as(&alice, &format!("{place}/content"));
        assert!(read.status == 200 && read.body == content, "{size}");
        for (name, value) in [
            ("content-length", size.to_string().as_str()),
            ("content-type", "text/plain; charset=utf-8"),
            (
                "content-disposition",
                "attachment; filename=\"_bung 1.txt\"; filename*=UTF-8''%C3%9Cbung%201.txt",
            ),
            ("accept-ranges", "bytes"),
            ("etag", &format!("\"{id}\"")),
            ("cache-control", "private, no-store"),
            ("x-content-type-options", "nosniff"),
        ] {
            assert_eq!(read.header(name), Some(value), "{name}");
        }
    }
}

#[test]
fn a_file_without_a_name_or_a_type_is_a_file() {
    let server = TestServer::start();
    let alice = server.log_in("alice");
    let stored = ask(&server, &alice, "POST", "/v1/files", &[]);
    assert_eq!(stored.status, 201, "{stored:?}");
    let file = stored.json();
    assert_eq!(
        (&file["name"], &file["content_type"], &file["size"]),
        (&Value::Null, &json!("application/octet-stream"), &json!(0))
    );
    let read = server.get_as(
        &alice,
        &format!("/v1/files/{}/content", file["id"].as_str().unwrap()),
    );
    assert_eq!(
        (read.header("content-disposition"), read.body.as_str()),
        (Some("attachment"), "")
    );
}

#[test]
fn parts_are_exactly_what_was_asked_for() {
    let server = TestServer::start();
    let alice = server.log_in("alice");
    let content = text(50_000);
    let place = format!("/v1/files/{}/content", store(&server, &alice, &content));
    for (range, first, last) in [
        ("bytes=0-0", 0, 0),
        ("bytes=16383-16384", 16_383, 16_384),
        ("bytes=16384-", 16_384, 49_999),
        ("bytes=-1", 49_999, 49_999),
        ("bytes=20000-20009", 20_000, 20_009),
        ("bytes=40000-999999", 40_000, 49_999),
    ] {
        let part = ask(&server, &alice, "GET", &place, &[("range", range)]);
        assert_eq!(part.status, 206, "{range}");
        assert!(part.body == content[first..=last], "{range}");
        let told = format!("bytes {first}-{last}/50000");
        assert_eq!(part.header("content-range"), Some(told.as_str()));
    }
    let beyond = ask(&server, &alice, "GET", &place, &[("range", "bytes=50000-")]);
    assert_eq!(
        (beyond.status, &beyond.problem()["code"]),
        (416, &json!("range-not-satisfiable"))
    );
    assert_eq!(beyond.header("content-range"), Some("bytes */50000"));
    let several = ask(
        &server,
        &alice,
        "GET",
        &place,
        &[("range", "bytes=0-1,5-6")],
    );
    assert!(several.status == 200 && several.body == content);

    let head = ask(&server, &alice, "HEAD", &place, &[("range", "bytes=0-0")]);
    assert_eq!(
        (
            head.status,
            head.header("content-length"),
            head.body.as_str()
        ),
        (200, Some("50000"), "")
    );
}

#[test]
fn validators_save_and_protect() {
    let server = TestServer::start();
    let alice = server.log_in("alice");
    let id = store(&server, &alice, &text(1_000));
    for face in ["content", "ciphertext"] {
        let place = format!("/v1/files/{id}/{face}");
        let etag = server
            .get_as(&alice, &place)
            .header("etag")
            .unwrap()
            .to_owned();
        let same = ask(&server, &alice, "GET", &place, &[("if-none-match", &etag)]);
        assert_eq!(
            (same.status, same.header("etag"), same.body.as_str()),
            (304, Some(etag.as_str()), "")
        );
        let range = ("range", "bytes=1-2");
        assert_eq!(
            ask(
                &server,
                &alice,
                "GET",
                &place,
                &[range, ("if-range", &etag)]
            )
            .status,
            206
        );
        assert_eq!(
            ask(
                &server,
                &alice,
                "GET",
                &place,
                &[range, ("if-range", "\"x\"")]
            )
            .status,
            200
        );
    }
}

#[test]
fn files_are_listed_newest_first_and_page_by_page() {
    let server = TestServer::start();
    let (alice, bob) = (server.log_in("alice"), server.log_in("bob"));
    store(&server, &bob, "bob's");
    let ids: Vec<String> = (0..3).map(|_| store(&server, &alice, "alice's")).collect();
    let mut listed = Vec::new();
    let mut path = "/v1/files?limit=2".to_owned();
    loop {
        let page = server.get_as(&alice, &path).json();
        listed.extend(
            page["data"]
                .as_array()
                .unwrap()
                .iter()
                .map(|file| file["id"].as_str().unwrap().to_owned()),
        );
        let Some(next) = page["next_cursor"].as_str() else {
            break;
        };
        path = format!("/v1/files?limit=2&cursor={next}");
    }
    let mut expected = ids;
    expected.sort_unstable_by(|one, other| other.cmp(one));
    assert_eq!(listed, expected);
}

#[test]
fn a_deleted_file_is_gone_with_its_key_and_its_bytes() {
    let server = TestServer::start();
    let alice = server.log_in("alice");
    let id = store(&server, &alice, "content");
    assert_eq!(server.blobs(), 1);
    let place = format!("/v1/files/{id}");
    assert_eq!(ask(&server, &alice, "DELETE", &place, &[]).status, 204);
    assert_eq!(server.blobs(), 0);
    for path in [
        place.clone(),
        format!("{place}/content"),
        format!("{place}/ciphertext"),
        format!("{place}/key"),
    ] {
        assert_eq!(server.get_as(&alice, &path).status, 404, "{path}");
    }
    assert_eq!(ask(&server, &alice, "DELETE", &place, &[]).status, 404);
    assert_eq!(server.get_as(&alice, "/v1/files").json()["data"], json!([]));
}

#[test]
fn the_key_and_the_ciphertext_belong_together() {
    let server = TestServer::start();
    let alice = server.log_in("alice");
    let id = store(&server, &alice, "content");
    let key = server.get_as(&alice, &format!("/v1/files/{id}/key"));
    assert_eq!(key.header("cache-control"), Some("no-store"));
    let key = key.json();
    assert_eq!(
        key["alg"],
        "c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM"
    );
    assert_eq!(
        (
            key["key"].as_str().unwrap().len(),
            key["context"].as_str().unwrap().len()
        ),
        (43, 44)
    );
    assert!(
        key["context"]
            .as_str()
            .unwrap()
            .starts_with("c2VhbHBvc3QvZmlsZS92MQ")
    );
    let sealed = server.get_as(&alice, &format!("/v1/files/{id}/ciphertext"));
    assert_eq!(sealed.header("content-length"), Some("79"));
    let name = format!("attachment; filename=\"{id}.sealed\"; filename*=UTF-8''{id}.sealed");
    assert_eq!(sealed.header("content-disposition"), Some(name.as_str()));
}

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
    // In the third chunk; in the header; cut.
    for (at, came) in [(56 + 2 * 16_400 + 5, 2 * 16_384), (3, 0), (60, 0)] {
        let mut damaged = sound.clone();
        damaged[at] ^= 1;
        std::fs::write(blob, damaged).unwrap();
        let read = server.get_as(&alice, &place);
        if at < 56 {
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
