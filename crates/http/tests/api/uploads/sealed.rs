//! Uploads that their clients have sealed: the bytes stay as they came, and what was acknowledged is there.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{Client, PART};
use crate::sealed_files::{WRAPPED, reserve, seal, store_sealed};
use crate::support::{Answer, TestServer};

/// What is said of such an upload.
fn metadata(id: &str, wrapped: &str) -> String {
    let pairs = [
        ("filename", "a.txt"),
        ("filetype", "text/plain"),
        ("protection", "e2ee"),
        ("id", id),
        ("wrapped_key", wrapped),
    ];
    pairs
        .map(|(key, value)| format!("{key} {}", STANDARD.encode(value)))
        .join(",")
}

fn begin(client: &Client<'_>, length: usize, metadata: &str) -> Answer {
    let length = length.to_string();
    let headers = [
        ("upload-length", length.as_str()),
        ("upload-metadata", metadata),
    ];
    client.send("POST", "/v1/uploads", &headers, "")
}

fn append(client: &Client<'_>, place: &str, offset: usize, part: &[u8]) -> Answer {
    let (token, offset) = (format!("Bearer {}", client.token), offset.to_string());
    let headers = [
        ("authorization", token.as_str()),
        ("tus-resumable", "1.0.0"),
        ("upload-offset", &offset),
        ("content-type", PART),
    ];
    client.server.send_bytes("PATCH", place, &headers, part)
}

fn used(client: &Client<'_>) -> u64 {
    let me = client.server.get_as(&client.token, "/v1/me").json();
    me["storage"]["used"].as_u64().unwrap()
}

#[test]
fn sealed_parts_of_any_size_are_kept_as_they_came() {
    let server = TestServer::start();
    let alice = Client::new(&server, "alice");
    for size in [0_u32, 1, 16_383, 16_384, 16_385, 100_000] {
        let id = reserve(&server, &alice.token);
        let sealed = seal(&id, &vec![b'x'; usize::try_from(size).unwrap()]);
        let before = used(&alice);
        let begun = begin(&alice, sealed.len(), &metadata(&id, WRAPPED));
        assert_eq!(begun.status, 201, "{begun:?}");
        let place = begun.header("location").unwrap().to_owned();
        assert_eq!(place, format!("/v1/uploads/{id}"));
        assert_eq!(
            used(&alice) - before,
            u64::from(size),
            "it counts as the file will"
        );
        let mut offset = 0;
        for length in [1, 60, 5_000, 16_400, 40_000, 100_000] {
            let end = sealed.len().min(offset + length);
            let added = append(&alice, &place, offset, &sealed[offset..end]);
            assert_eq!(added.status, 204, "{added:?}");
            assert_eq!(alice.offset(&place), end);
            offset = end;
        }
        let file = format!("/v1/files/{id}");
        let shown = server.get_as(&alice.token, &file).json();
        for (name, expected) in [
            ("protection", json!("e2ee")),
            ("wrapped_key", json!(WRAPPED)),
            ("size", json!(size)),
            ("name", json!("a.txt")),
        ] {
            assert_eq!(shown[name], expected);
        }
        let complete = server.get_as(&alice.token, &place).json();
        assert_eq!(
            complete["file"], shown,
            "the last answer may have been lost"
        );
        assert_eq!(complete["length"], json!(sealed.len()));
        let read = server.get_as(&alice.token, &format!("{file}/ciphertext"));
        assert!(read.bytes == sealed, "{size}");
        assert_eq!(used(&alice) - before, u64::from(size));
    }
    assert_eq!(server.growing_files().len(), 0);
}

#[test]
fn a_changed_byte_is_found_where_only_the_digest_knows() {
    let server = TestServer::start();
    let alice = Client::new(&server, "alice");
    let at_once = store_sealed(&server, &alice.token, &[b'x'; 50_000]);
    let first = server.blob_files();
    let in_parts = reserve(&server, &alice.token);
    let sealed = seal(&in_parts, &[b'y'; 50_000]);
    let begun = begin(&alice, sealed.len(), &metadata(&in_parts, WRAPPED));
    let place = begun.header("location").unwrap().to_owned();
    for (offset, part) in [(0, &sealed[..20_000]), (20_000, &sealed[20_000..])] {
        assert_eq!(append(&alice, &place, offset, part).status, 204);
    }
    assert_eq!(server.damaged(), []);
    for blob in server.blob_files() {
        let sound = std::fs::read(&blob).unwrap();
        let mut changed = sound.clone();
        changed[30_000] ^= 1;
        std::fs::write(&blob, changed).unwrap();
        let id = if first.contains(&blob) {
            &at_once
        } else {
            &in_parts
        };
        assert_eq!(server.damaged(), [(id.clone(), "wrong-digest")]);
        std::fs::write(&blob, sound).unwrap();
    }
    assert_eq!(server.damaged(), []);
}

#[test]
fn whoever_asks_is_told_what_it_is_and_not_its_key() {
    let server = TestServer::start();
    let alice = Client::new(&server, "alice");
    let id = reserve(&server, &alice.token);
    let sealed = seal(&id, &[b'x'; 40_000]);
    // The longest wrap there can be fits into the header.
    let wrapped = "w".repeat(4_096);
    let begun = begin(&alice, sealed.len(), &metadata(&id, &wrapped));
    let place = begun.header("location").unwrap().to_owned();
    append(&alice, &place, 0, &sealed[..20_000]);
    let seen = alice.send("HEAD", &place, &[], "");
    for (name, value) in [
        ("upload-offset", "20000"),
        ("upload-length", &sealed.len().to_string()),
        (
            "upload-metadata",
            "filename YS50eHQ=,filetype dGV4dC9wbGFpbg==,protection ZTJlZQ==",
        ),
    ] {
        assert_eq!(seen.header(name), Some(value));
    }
    let shown = server.get_as(&alice.token, &place).json();
    assert_eq!(
        (&shown["protection"], &shown["file"]),
        (&json!("e2ee"), &Value::Null)
    );
    assert_eq!(
        append(&alice, &place, 20_000, &sealed[20_000..]).status,
        204
    );
    let file = server.get_as(&alice.token, &format!("/v1/files/{id}"));
    assert_eq!(file.json()["wrapped_key"], json!(wrapped));
}

#[test]
fn bytes_that_no_answer_acknowledged_do_not_count_where_nobody_can_check_them() {
    let server = TestServer::start();
    let alice = Client::new(&server, "alice");
    let id = reserve(&server, &alice.token);
    let sealed = seal(&id, &[b'x'; 100_000]);
    let begun = begin(&alice, sealed.len(), &metadata(&id, WRAPPED));
    let place = begun.header("location").unwrap().to_owned();
    assert_eq!(append(&alice, &place, 0, &sealed[..50_000]).status, 204);
    // A power cut: the file has grown, and what stands there was never written.
    let [growing] = server.growing_files().try_into().unwrap();
    let mut torn = std::fs::read(&growing).unwrap();
    torn.extend_from_slice(&[0; 30_000]);
    std::fs::write(&growing, torn).unwrap();
    assert_eq!(alice.offset(&place), 50_000);
    assert_eq!(
        append(&alice, &place, 50_000, &sealed[50_000..]).status,
        204
    );
    let read = server.get_as(&alice.token, &format!("/v1/files/{id}/ciphertext"));
    assert!(read.bytes == sealed);
}

#[test]
fn what_cannot_be_a_sealed_upload_is_refused_by_its_field() {
    let server = TestServer::start();
    let alice = Client::new(&server, "alice");
    let id = reserve(&server, &alice.token);
    let long = "w".repeat(4_097);
    let pair = |key: &str, value: &str| format!("{key} {}", STANDARD.encode(value));
    let e2ee = pair("protection", "e2ee");
    for (metadata, pointer) in [
        (metadata("x", WRAPPED), "/id"),
        (metadata(&id, &long), "/wrapped_key"),
        (format!("{e2ee},{}", pair("wrapped_key", WRAPPED)), "/id"),
        (format!("{e2ee},{}", pair("id", &id)), "/wrapped_key"),
        (pair("protection", "secret"), "/protection"),
        (pair("wrapped_key", WRAPPED), "/wrapped_key"),
    ] {
        let refused = begin(&alice, 72, &metadata);
        assert_eq!(refused.status, 422, "{metadata} {refused:?}");
        assert_eq!(refused.problem()["errors"][0]["pointer"], pointer);
    }
    for length in [0, 71, 56 + 16_400] {
        let refused = begin(&alice, length, &metadata(&id, WRAPPED));
        assert_eq!(
            (refused.status, &refused.problem()["code"]),
            (422, &json!("not-a-sealed-file"))
        );
    }
    let longest = 3_145_728 + 56 + 16 * 193;
    let refused = begin(&alice, longest + 1, &metadata(&id, WRAPPED));
    assert_eq!(refused.problem()["code"], "file-too-large");
    // None of that has used it up.
    assert_eq!(begin(&alice, longest, &metadata(&id, WRAPPED)).status, 201);
    assert_eq!(server.growing_files().len(), 1);
}

#[test]
fn an_id_is_good_for_one_upload_of_its_owner() {
    let server = TestServer::start();
    let (alice, mallory) = (
        Client::new(&server, "alice"),
        Client::new(&server, "mallory"),
    );
    let foreign = reserve(&server, &mallory.token);
    let used = reserve(&server, &alice.token);
    let begun = begin(&alice, 72, &metadata(&used, WRAPPED));
    assert_eq!(begun.status, 201);
    let unknown = "019aa6b0-7c3a-7d52-9a5e-0242ac120002".to_owned();
    for id in [foreign, used.clone(), unknown] {
        let refused = begin(&alice, 72, &metadata(&id, WRAPPED));
        assert_eq!(
            (refused.status, &refused.problem()["code"]),
            (409, &json!("unreserved-file-id"))
        );
    }
    assert_eq!(server.growing_files().len(), 1, "nothing of the refused");
    let place = format!("/v1/uploads/{used}");
    let offset = [("upload-offset", "0"), ("content-type", PART)];
    assert_eq!(mallory.send("PATCH", &place, &offset, "x").status, 404);
    // Given up, it counts no more, and the id is not good again.
    assert_eq!(alice.send("DELETE", &place, &[], "").status, 204);
    assert_eq!(begin(&alice, 72, &metadata(&used, WRAPPED)).status, 409);
    assert_eq!(server.growing_files().len(), 0);
}
