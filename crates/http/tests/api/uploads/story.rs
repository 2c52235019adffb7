//! What an upload goes through.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use super::{Client, PART, content};
use crate::support::TestServer;

#[test]
fn parts_of_any_size_become_the_file() {
    let server = TestServer::start();
    let alice = Client::new(&server, "alice");
    for size in [1, 16_383, 16_384, 16_385, 100_000] {
        let content = content(size);
        let place = alice.begin(size);
        let mut offset = 0;
        for length in [1, 5_000, 16_383, 16_384, 40_000, size] {
            let end = size.min(offset + length);
            let added = alice.append(&place, offset, &content[offset..end]);
            assert_eq!(added.status, 204, "{added:?}");
            let expected = end.to_string();
            assert_eq!(added.header("upload-offset"), Some(expected.as_str()));
            assert_eq!(added.header("tus-resumable"), Some("1.0.0"));
            assert_eq!(alice.offset(&place), end);
            offset = end;
            let file = place.replace("uploads", "files");
            let named = (offset == size).then_some(file.as_str());
            assert_eq!(added.header("upload-file"), named);
            assert_eq!(added.header("upload-expires").is_none(), named.is_some());
            if offset == size {
                break;
            }
        }
        assert_eq!(alice.content(&place), content);
        // The digest that is kept is that of the ciphertext, however many sittings it was computed in.
        let file = place.replace("uploads", "files");
        let sealed = alice.send("HEAD", &format!("{file}/ciphertext"), &[], "");
        let blob = server
            .blob_files()
            .into_iter()
            .map(|path| std::fs::read(path).unwrap())
            .find(|blob| {
                let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, blob);
                let etag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(digest));
                sealed.header("etag") == Some(&etag)
            });
        assert!(blob.is_some(), "{size}");
    }
    assert_eq!(server.growing_files().len(), 0);
    let listed = server.get_as(&alice.token, "/v1/files").json();
    assert_eq!(listed["data"].as_array().unwrap().len(), 5);
    assert_eq!(listed["data"][0]["name"], "a.txt");
    assert_eq!(listed["data"][0]["content_type"], "text/plain");
}

#[test]
fn the_answers_of_an_upload() {
    let server = TestServer::start();
    let alice = Client::new(&server, "alice");
    let can = server.send("OPTIONS", "/v1/uploads", &[], "");
    assert_eq!(can.status, 204);
    for (name, value) in [
        ("tus-resumable", "1.0.0"),
        ("tus-version", "1.0.0"),
        (
            "tus-extension",
            "creation,creation-with-upload,termination,checksum,expiration",
        ),
        ("tus-checksum-algorithm", "sha1,sha256,sha512"),
        ("tus-max-size", "3145728"),
    ] {
        assert_eq!(can.header(name), Some(value));
    }
    let place = alice.begin(20);
    alice.append(&place, 0, "0123456789");
    let seen = alice.send("HEAD", &place, &[], "");
    for (name, value) in [
        ("upload-offset", "10"),
        ("upload-length", "20"),
        (
            "upload-metadata",
            "filename YS50eHQ=,filetype dGV4dC9wbGFpbg==",
        ),
        ("upload-expires", "Sun, 22 Nov 2026 13:04:05 GMT"),
        ("cache-control", "no-store"),
    ] {
        assert_eq!(seen.header(name), Some(value));
    }
    let id = place.rsplit('/').next().unwrap();
    let expected = json!({
        "id": id, "name": "a.txt", "content_type": "text/plain", "protection": "server", "offset": 10, "length": 20,
        "expires_at": "2026-11-22T13:04:05.678Z", "file": null,
    });
    assert_eq!(server.get_as(&alice.token, &place).json(), expected);
    alice.append(&place, 10, "0123456789");
    let complete = server.get_as(&alice.token, &place).json();
    assert_eq!(complete["file"]["id"], id);
    assert_eq!(complete["expires_at"], json!(null));
    // Its last answer may have been lost: the client asks, and learns that all is there.
    assert_eq!(alice.offset(&place), 20);
    assert_eq!(alice.append(&place, 20, "").status, 204);
}

#[test]
fn an_upload_begins_with_its_first_part_or_has_none() {
    let server = TestServer::start();
    let alice = Client::new(&server, "alice");
    let part = ("content-type", PART);
    let half = alice.send(
        "POST",
        "/v1/uploads",
        &[("upload-length", "8"), part],
        "half",
    );
    assert_eq!(
        (half.status, half.header("upload-offset")),
        (201, Some("4"))
    );
    let place = half.header("location").unwrap();
    assert_eq!(alice.append(place, 4, "half").status, 204);
    assert_eq!(alice.content(place), "halfhalf");

    let whole = alice.send(
        "POST",
        "/v1/uploads",
        &[("upload-length", "5"), part],
        "whole",
    );
    assert!(whole.header("upload-file").is_some(), "{whole:?}");
    assert_eq!(alice.content(whole.header("location").unwrap()), "whole");

    let empty = alice.send("POST", "/v1/uploads", &[("upload-length", "0")], "");
    assert!(empty.header("upload-file").is_some(), "{empty:?}");
    assert_eq!(alice.content(empty.header("location").unwrap()), "");
}

#[test]
fn another_method_may_be_said_in_a_header() {
    let server = TestServer::start();
    let alice = Client::new(&server, "alice");
    let place = alice.begin(4);
    let said = [
        ("x-http-method-override", "PATCH"),
        ("upload-offset", "0"),
        ("content-type", PART),
    ];
    assert_eq!(alice.send("POST", &place, &said, "half").status, 204);
    assert_eq!(alice.content(&place), "half");
    let file = place.replace("uploads", "files");
    let deleting = [("x-http-method-override", "DELETE")];
    assert_eq!(alice.send("POST", &file, &deleting, "").status, 405);
}

#[test]
fn what_waits_rests_sealed() {
    let server = TestServer::start();
    let alice = Client::new(&server, "alice");
    let secret = "attack at dawn, ".repeat(1_500);
    let place = alice.begin(100_000);
    assert_eq!(alice.append(&place, 0, &secret).status, 204);
    let mut rests = server.stored();
    for path in server.growing_files() {
        rests.extend(std::fs::read(path).unwrap());
    }
    for plain in ["attack", "a.txt", "text/plain"] {
        let found = rests
            .windows(plain.len())
            .any(|window| window == plain.as_bytes());
        assert!(!found, "{plain}");
    }
}

#[test]
fn what_is_given_up_is_gone() {
    let server = TestServer::start();
    let alice = Client::new(&server, "alice");
    let place = alice.begin(100_000);
    assert_eq!(alice.append(&place, 0, &content(50_000)).status, 204);
    assert_eq!(server.growing_files().len(), 1);
    let used = || server.get_as(&alice.token, "/v1/me").json()["storage"]["used"].clone();
    assert_eq!(used(), 100_000, "all of it counts from the beginning");
    assert_eq!(alice.send("DELETE", &place, &[], "").status, 204);
    assert_eq!(used(), 0);
    assert_eq!(server.growing_files().len(), 0);
    for method in ["HEAD", "DELETE"] {
        assert_eq!(alice.send(method, &place, &[], "").status, 404);
    }
    assert_eq!(alice.append(&place, 50_000, "x").status, 404);
}

#[test]
fn an_upload_that_nobody_goes_on_with_expires() {
    use crate::support::UPLOAD_RETENTION;
    use std::time::Duration;
    let server = TestServer::start();
    let alice = Client::new(&server, "alice");
    let (left, kept) = (alice.begin(10), alice.begin(10));
    server.advance(UPLOAD_RETENTION - Duration::from_secs(1));
    let alice = alice.again();
    assert_eq!(alice.append(&kept, 0, "x").status, 204);
    server.advance(Duration::from_secs(2));
    assert_eq!(alice.send("HEAD", &left, &[], "").status, 410);
    let refused = alice.append(&left, 0, "x");
    assert_eq!(refused.problem()["code"], "upload-expired");
    assert_eq!(server.sweep_uploads().expired, 1);
    assert_eq!(server.growing_files().len(), 1);
    assert_eq!(alice.send("HEAD", &left, &[], "").status, 404);
    assert_eq!(alice.offset(&kept), 1);
}
