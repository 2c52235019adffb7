//! Files that their clients have sealed: kept as they come, and opened by nobody here.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sealpost_crypto::{ChunkedCipher, OsEntropy};
use sealpost_domain::Secret;
use sealpost_domain::files::FileId;
use sealpost_domain::ports::FileCipher as _;
use serde_json::{Value, json};

use crate::files::{ask, store};
use crate::support::{Answer, TestServer};

pub(crate) const KEY: [u8; 32] = [7; 32];
pub(crate) const WRAPPED: &str = "eyJhbGciOiJYIn0.a-b_c..d";

/// An id for a file of whose token this is.
pub(crate) fn reserve(server: &TestServer, token: &str) -> String {
    let reserved = server.post_as(token, "/v1/files/ids", &json!({}));
    assert_eq!(reserved.status, 201, "{reserved:?}");
    reserved.json()["id"].as_str().unwrap().to_owned()
}

/// What a client makes of this content for this id.
pub(crate) fn seal(id: &str, content: &[u8]) -> Vec<u8> {
    let id: FileId = id.parse().unwrap();
    let cipher = ChunkedCipher::new(Arc::new(OsEntropy));
    let (mut sealer, mut sealed) = (cipher.seal(&id, &Secret::new(KEY)), Vec::new());
    sealer.push(content, &mut sealed).unwrap();
    sealer.finish(&mut sealed).unwrap();
    sealed
}

pub(crate) fn upload(server: &TestServer, token: &str, query: &str, sealed: &[u8]) -> Answer {
    let token = format!("Bearer {token}");
    let headers = [
        ("authorization", token.as_str()),
        ("content-type", "text/plain"),
        ("wrapped-key", WRAPPED),
    ];
    server.send_bytes("POST", &format!("/v1/files?{query}"), &headers, sealed)
}

/// The id of a stored file.
pub(crate) fn store_sealed(server: &TestServer, token: &str, content: &[u8]) -> String {
    let id = reserve(server, token);
    let query = format!("protection=e2ee&name=a.txt&id={id}");
    let stored = upload(server, token, &query, &seal(&id, content));
    assert_eq!(stored.status, 201, "{stored:?}");
    id
}

#[test]
fn a_sealed_file_is_kept_as_it_came() {
    let server = TestServer::start();
    let alice = server.log_in("alice");
    for size in [0, 1, 16_383, 16_384, 16_385, 100_000] {
        let reserved = server.post_as(&alice, "/v1/files/ids", &json!({})).json();
        let id = reserved["id"].as_str().unwrap();
        let bytes = id.parse::<FileId>().unwrap();
        let context = [b"sealpost/file/v1\0", bytes.as_bytes().as_slice()].concat();
        assert_eq!(reserved["context"], URL_SAFE_NO_PAD.encode(context));
        let sealed = seal(id, &vec![b'x'; size]);
        let query = format!("protection=e2ee&name=a.txt&id={id}");
        let stored = upload(&server, &alice, &query, &sealed);
        assert_eq!(stored.status, 201, "{stored:?}");
        let expected = json!({
            "id": id, "name": "a.txt", "content_type": "text/plain", "size": size, "ciphertext_size": sealed.len(),
            "protection": "e2ee", "wrapped_key": WRAPPED, "shared_by": null, "key_disclosed_at": null,
            "created_at": "2026-11-21T13:04:05.678Z",
        });
        assert_eq!(stored.json(), expected);
        let place = format!("/v1/files/{id}");
        assert_eq!(server.get_as(&alice, &place).json(), expected);
        let listed = server.get_as(&alice, "/v1/files").json();
        assert!(listed["data"].as_array().unwrap().contains(&expected));
        let read = server.get_as(&alice, &format!("{place}/ciphertext"));
        assert!(read.bytes == sealed, "{size}");
        let part = [("range", "bytes=56-59")];
        let part = ask(
            &server,
            &alice,
            "GET",
            &format!("{place}/ciphertext"),
            &part,
        );
        assert!(part.status == 206 && part.bytes == sealed[56..60]);
    }
    assert_eq!(server.blobs(), 6);
}

#[test]
fn what_needs_the_key_says_that_there_is_none() {
    let server = TestServer::start();
    let alice = server.log_in("alice");
    let id = store_sealed(&server, &alice, b"content");
    for part in ["content", "key"] {
        let refused = server.get_as(&alice, &format!("/v1/files/{id}/{part}"));
        assert_eq!(
            (refused.status, &refused.problem()["code"]),
            (409, &json!("end-to-end-encrypted")),
            "{part}"
        );
    }
    let kinds = server.audit_kinds(&alice);
    assert!(!kinds.contains(&"file.key-disclosed".to_owned()));
    let place = format!("/v1/files/{id}");
    assert_eq!(ask(&server, &alice, "DELETE", &place, &[]).status, 204);
    assert_eq!(server.blobs(), 0);
}

#[test]
fn an_id_is_good_for_one_file_of_its_owner() {
    let server = TestServer::start();
    let (alice, mallory) = (server.log_in("alice"), server.log_in("mallory"));
    let stored = store(&server, &alice, "content");
    let used = store_sealed(&server, &alice, b"content");
    let deleted = store_sealed(&server, &alice, b"content");
    let place = format!("/v1/files/{deleted}");
    assert_eq!(ask(&server, &alice, "DELETE", &place, &[]).status, 204);
    let foreign = reserve(&server, &mallory);
    let over = reserve(&server, &alice);
    let unknown = "019aa6b0-7c3a-7d52-9a5e-0242ac120002".to_owned();
    let blobs = server.blobs();
    for id in [stored, used, deleted, foreign.clone(), unknown] {
        let query = format!("protection=e2ee&id={id}");
        let refused = upload(&server, &alice, &query, &seal(&id, b"x"));
        assert_eq!(
            (refused.status, &refused.problem()["code"]),
            (409, &json!("unreserved-file-id"))
        );
    }
    let alice = server.aged_session("alice", std::time::Duration::from_secs(24 * 60 * 60));
    let refused = upload(
        &server,
        &alice,
        &format!("protection=e2ee&id={over}"),
        &seal(&over, b"x"),
    );
    assert_eq!(refused.status, 409);
    assert_eq!(server.blobs(), blobs);
}

#[test]
fn ids_are_bounded() {
    let server = TestServer::start_unlimited();
    let alice = server.log_in("alice");
    for _ in 0..100 {
        reserve(&server, &alice);
    }
    let refused = server.post_as(&alice, "/v1/files/ids", &json!({}));
    assert_eq!(
        (refused.status, &refused.problem()["code"]),
        (409, &json!("too-many-file-ids"))
    );
}

#[test]
fn what_cannot_be_a_sealed_file_is_refused_by_its_field() {
    let server = TestServer::start();
    let alice = server.log_in("alice");
    let id = reserve(&server, &alice);
    let bearer = format!("Bearer {alice}");
    let long = "a".repeat(4_097);
    let good = ("wrapped-key", WRAPPED);
    for (query, more, pointer) in [
        (format!("?protection=e2ee&id={id}"), vec![], "/wrapped_key"),
        (
            format!("?protection=e2ee&id={id}"),
            vec![("wrapped-key", long.as_str())],
            "/wrapped_key",
        ),
        ("?protection=e2ee".to_owned(), vec![good], "/id"),
        ("?protection=e2ee&id=x".to_owned(), vec![good], "/id"),
        ("?protection=secret".to_owned(), vec![], "/protection"),
        (format!("?id={id}"), vec![], "/id"),
        ("?protection=server".to_owned(), vec![good], "/wrapped_key"),
    ] {
        let headers = [&[("authorization", bearer.as_str())], more.as_slice()].concat();
        let refused = server.send_bytes("POST", &format!("/v1/files{query}"), &headers, b"x");
        assert_eq!(refused.status, 422, "{query} {refused:?}");
        assert_eq!(
            refused.problem()["errors"][0]["pointer"],
            pointer,
            "{query}"
        );
    }
    let full = vec![0; 56 + 16_400];
    for sealed in [&full[..71], &full[..], &full[..0]] {
        let refused = upload(&server, &alice, &format!("protection=e2ee&id={id}"), sealed);
        assert_eq!(
            (refused.status, &refused.problem()["code"]),
            (422, &json!("not-a-sealed-file"))
        );
    }
    assert_eq!(server.blobs(), 0);
    // None of that has used it up.
    let stored = upload(
        &server,
        &alice,
        &format!("protection=e2ee&id={id}"),
        &full[..72],
    );
    assert_eq!(stored.status, 201, "{stored:?}");
}

#[test]
fn a_sealed_file_comes_with_a_message_as_ciphertext() {
    let server = TestServer::start();
    let [alice, bob, carol] = ["alice", "bob", "carol"].map(|name| server.log_in(name));
    let talk = server.start_conversation(&alice, "bob");
    let id = store_sealed(&server, &alice, b"content");
    let path = format!("/v1/conversations/{talk}/messages");
    let body =
        json!({"client_id": "c", "format": "opaque", "body": "key inside", "attachments": [id]});
    assert_eq!(server.post_as(&alice, &path, &body).status, 201);
    let listed = server.get_as(&bob, &path).json();
    assert_eq!(listed["data"][0]["attachments"][0]["protection"], "e2ee");
    let place = format!("/v1/files/{id}");
    let seen = server.get_as(&bob, &place).json();
    assert_eq!(
        (&seen["protection"], &seen["wrapped_key"]),
        (&json!("e2ee"), &Value::Null)
    );
    for (part, status) in [("ciphertext", 200), ("content", 409), ("key", 404)] {
        let place = format!("{place}/{part}");
        assert_eq!(server.get_as(&bob, &place).status, status, "{part}");
        assert_eq!(server.get_as(&carol, &place).status, 404, "{part}");
    }
}

#[test]
fn an_export_has_the_ciphertext_and_the_wrapped_key() {
    let server = TestServer::start();
    let alice = server.log_in("alice");
    let id = store_sealed(&server, &alice, b"content");
    let export = server.get_as(&alice, "/v1/me/export");
    assert_eq!(export.status, 200);
    let sealed = server.get_as(&alice, &format!("/v1/files/{id}/ciphertext"));
    let holds = |wanted: &[u8]| {
        export
            .bytes
            .windows(wanted.len())
            .any(|part| part == wanted)
    };
    assert!(holds(&sealed.bytes) && holds(WRAPPED.as_bytes()));
    assert!(holds(format!("files/{id}/{id}.sealed").as_bytes()));
}
