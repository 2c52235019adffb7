//! Bytes that are not what the client sent are not kept.

use aws_lc_rs::digest::{Algorithm, SHA1_FOR_LEGACY_USE_ONLY, SHA256, SHA512, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Client, content};
use crate::support::TestServer;

fn of(algorithm: &'static Algorithm, content: &str) -> String {
    STANDARD.encode(digest(algorithm, content.as_bytes()))
}

#[test]
fn a_part_is_kept_if_its_checksum_is_right_and_else_nothing_of_it() {
    let server = TestServer::start();
    let alice = Client::new(&server, "alice");
    let content = content(100_000);
    let place = alice.begin(100_000);
    alice.append(&place, 0, &content[..1_000]);
    let part = &content[1_000..50_000];
    for (name, algorithm, prefix, suffix, status) in [
        (
            "upload-checksum",
            &SHA1_FOR_LEGACY_USE_ONLY,
            "sha1 ",
            "",
            460,
        ),
        ("upload-checksum", &SHA256, "sha256 ", "", 460),
        ("upload-checksum", &SHA512, "sha512 ", "", 460),
        ("content-digest", &SHA256, "sha-256=:", ":", 400),
        ("content-digest", &SHA512, "sha-512=:", ":", 400),
    ] {
        let wrong = format!("{prefix}{}{suffix}", of(algorithm, "another part"));
        let refused = alice.append_checked(&place, 1_000, part, &[(name, &wrong)]);
        assert_eq!(refused.status, status, "{name}: {refused:?}");
        assert_eq!(refused.problem()["code"], "checksum-mismatch");
        assert_eq!(alice.offset(&place), 1_000);
    }
    for wrong in ["md5 AAAA", "sha256", "sha256 AAAA", "sha256 ***"] {
        let refused = alice.append_checked(&place, 1_000, part, &[("upload-checksum", wrong)]);
        assert_eq!(refused.problem()["code"], "invalid-upload-header");
    }
    let right = format!("sha1 {}", of(&SHA1_FOR_LEGACY_USE_ONLY, part));
    let added = alice.append_checked(&place, 1_000, part, &[("upload-checksum", &right)]);
    assert_eq!(added.status, 204, "{added:?}");
    let rest = &content[50_000..];
    let right = format!(
        "sha-512=:{}:, sha-256=:{}:",
        of(&SHA512, rest),
        of(&SHA256, rest)
    );
    let added = alice.append_checked(&place, 50_000, rest, &[("content-digest", &right)]);
    assert_eq!(added.status, 204, "{added:?}");
    assert_eq!(alice.content(&place), content);
}

#[test]
fn a_file_is_stored_if_its_digest_is_right_and_else_nothing_of_it() {
    let server = TestServer::start();
    let alice = Client::new(&server, "alice");
    let content = content(300_000);
    for (algorithm, name) in [(&SHA256, "sha-256"), (&SHA512, "sha-512")] {
        let wrong = format!("{name}=:{}:", of(algorithm, "another file"));
        let refused = alice.send("POST", "/v1/files", &[("content-digest", &wrong)], &content);
        assert_eq!(refused.status, 400, "{refused:?}");
        assert_eq!(refused.problem()["code"], "checksum-mismatch");
        assert_eq!((server.blobs(), server.half_written()), (0, 0));
    }
    for malformed in ["sha-256", "sha-256=:AAAA:", "sha-256=AAAA"] {
        let refused = alice.send("POST", "/v1/files", &[("content-digest", malformed)], "x");
        assert_eq!(refused.problem()["code"], "invalid-content-digest");
    }
    let right = format!("sha-256=:{}:, md5=:AAAA:", of(&SHA256, &content));
    let stored = alice.send("POST", "/v1/files", &[("content-digest", &right)], &content);
    assert_eq!(stored.status, 201, "{stored:?}");
}

#[test]
fn a_head_tells_what_a_get_would_bring() {
    let server = TestServer::start();
    let alice = Client::new(&server, "alice");
    let content = content(40_000);
    let stored = alice
        .send("POST", "/v1/files?name=a.txt", &[], &content)
        .json();
    let id = stored["id"].as_str().unwrap();
    for (part, length) in [("content", 40_000), ("ciphertext", 40_000 + 56 + 3 * 16)] {
        let path = format!("/v1/files/{id}/{part}");
        let head = alice.send("HEAD", &path, &[], "");
        let get = alice.send("GET", &path, &[], "");
        assert_eq!((head.status, head.body.as_str()), (200, ""));
        let length = length.to_string();
        assert_eq!(head.header("content-length"), Some(length.as_str()));
        assert_eq!(head.header("accept-ranges"), Some("bytes"));
        assert_eq!(head.header("x-content-type-options"), Some("nosniff"));
        for name in [
            "content-length",
            "etag",
            "content-disposition",
            "content-type",
        ] {
            assert!(head.header(name).is_some(), "{name}");
            assert_eq!(head.header(name), get.header(name), "{name}");
        }
        // A range means something for GET alone.
        let ranged = alice.send("HEAD", &path, &[("range", "bytes=0-1")], "");
        assert_eq!(ranged.status, 200);
        let several = alice.send("GET", &path, &[("range", "bytes=0-1,5-6")], "");
        assert_eq!(several.status, 200);
    }
}
