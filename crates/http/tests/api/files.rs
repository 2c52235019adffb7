//! Files: stored, read in whole and in part, opened elsewhere, deleted.

use serde_json::{Value, json};

use crate::support::{Answer, TestServer};

pub(crate) fn text(size: usize) -> String {
    (0..size)
        .map(|at| char::from(b'a' + u8::try_from(at % 23).unwrap()))
        .collect()
}

pub(crate) fn upload(server: &TestServer, token: &str, query: &str, content: &str) -> Answer {
    let token = format!("Bearer {token}");
    let headers = [
        ("authorization", token.as_str()),
        ("content-type", "text/plain; charset=utf-8"),
    ];
    server.send("POST", &format!("/v1/files{query}"), &headers, content)
}

/// The id of a stored file.
pub(crate) fn store(server: &TestServer, token: &str, content: &str) -> String {
    let stored = upload(server, token, "?name=a.txt", content);
    assert_eq!(stored.status, 201, "{stored:?}");
    stored.json()["id"].as_str().unwrap().to_owned()
}

pub(crate) fn ask(
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
            "ciphertext_size": 56 + size + 16 * chunks, "protection": "server", "wrapped_key": null, "shared_by": null, "key_disclosed_at": null,
            "created_at": "2026-11-21T13:04:05.678Z",
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
            ("cache-control", "no-store"),
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
