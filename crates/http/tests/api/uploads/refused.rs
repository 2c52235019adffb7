//! What uploads refuse, and whom.

use std::io::Write as _;
use std::time::{Duration, Instant};

use super::{Client, PART, content};
use crate::support::TestServer;

/// A PATCH whose body has not all come yet.
fn half_sent(client: &Client<'_>, place: &str, sent: &str, length: usize) -> std::net::TcpStream {
    let mut stream = client.server.connect();
    let head = format!(
        "PATCH {place} HTTP/1.1\r\nhost: test\r\nauthorization: Bearer {}\r\ntus-resumable: 1.0.0\r\nupload-offset: 0\r\n\
         content-type: {PART}\r\ncontent-length: {length}\r\n\r\n{sent}",
        client.token
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream
}

/// The same, once it holds the upload.
fn writing(client: &Client<'_>, place: &str, sent: &str, length: usize) -> std::net::TcpStream {
    let holds = || {
        std::thread::sleep(Duration::from_millis(40));
        client.append(place, 0, "").status == 423
    };
    // Where a look at it held the upload when this came, this was refused: again.
    let mut tries = (0..20).map(|_| half_sent(client, place, sent, length));
    tries.find(|_| (0..25).any(|_| holds())).unwrap()
}

fn wait_for(what: &str, mut come: impl FnMut() -> bool) {
    let until = Instant::now() + Duration::from_secs(20);
    while !come() {
        assert!(Instant::now() < until, "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn what_came_before_the_line_broke_is_kept() {
    let server = TestServer::start();
    let alice = Client::new(&server, "alice");
    let content = content(60_000);
    let place = alice.begin(60_000);
    let line = writing(&alice, &place, &content[..20_000], 60_000);
    // What the server has not taken off the line is lost with it.
    std::thread::sleep(Duration::from_millis(500));
    drop(line);
    wait_for("20,000 bytes", || alice.offset(&place) == 20_000);
    assert_eq!(alice.append(&place, 20_000, &content[20_000..]).status, 204);
    assert_eq!(alice.content(&place), content);
}

#[test]
fn two_writers_at_once_cannot_mix_their_bytes() {
    let server = TestServer::start();
    let alice = Client::new(&server, "alice");
    let content = content(60_000);
    let place = alice.begin(60_000);
    let mut first = writing(&alice, &place, &content[..20_000], 60_000);
    let refused = alice.append(&place, 0, &"x".repeat(60_000));
    assert_eq!(refused.problem()["code"], "upload-locked");
    assert_eq!(alice.offset(&place), 0, "what has been noted so far");
    first.write_all(&content.as_bytes()[20_000..]).unwrap();
    wait_for("all of it", || alice.offset(&place) == 60_000);
    assert_eq!(alice.content(&place), content);
}

#[test]
fn a_part_that_does_not_fit_is_refused_by_name() {
    let server = TestServer::start();
    let alice = Client::new(&server, "alice");
    let place = alice.begin(10);
    assert_eq!(alice.append(&place, 0, "01234").status, 204);
    let refused = alice.append(&place, 4, "4");
    assert_eq!(
        (refused.status, refused.header("upload-offset")),
        (409, Some("5"))
    );
    let offset = ("upload-offset", "5");
    let part = ("content-type", PART);
    for (headers, body, status, code) in [
        (vec![offset, part], "567890", 413, "longer-than-declared"),
        (vec![part], "5", 400, "invalid-upload-header"),
        (
            vec![("upload-offset", "+5"), part],
            "5",
            400,
            "invalid-upload-header",
        ),
        (vec![offset], "5", 415, "unsupported-media-type"),
        (
            vec![offset, ("content-type", "text/plain")],
            "5",
            415,
            "unsupported-media-type",
        ),
    ] {
        let refused = alice.send("PATCH", &place, &headers, body);
        assert_eq!(refused.status, status, "{refused:?}");
        assert_eq!(refused.problem()["code"], code);
        assert_eq!(refused.header("tus-resumable"), Some("1.0.0"));
    }
    assert_eq!(alice.offset(&place), 5);
    let token = format!("Bearer {}", alice.token);
    for version in [None, Some("0.2.2")] {
        let mut headers = vec![("authorization", token.as_str()), offset, part];
        headers.extend(version.map(|version| ("tus-resumable", version)));
        let refused = server.send("PATCH", &place, &headers, "5");
        assert_eq!(
            (refused.status, refused.header("tus-version")),
            (412, Some("1.0.0"))
        );
    }
}

#[test]
fn an_upload_that_cannot_be_is_not_begun() {
    let server = TestServer::start();
    let alice = Client::new(&server, "alice");
    let ten = ("upload-length", "10");
    for (headers, body, status, code) in [
        (vec![], "", 400, "invalid-upload-header"),
        (
            vec![("upload-length", "-1")],
            "",
            400,
            "invalid-upload-header",
        ),
        (
            vec![("upload-length", "3145729")],
            "",
            413,
            "file-too-large",
        ),
        (
            vec![("upload-length", "99999999999999999999")],
            "",
            400,
            "invalid-upload-header",
        ),
        (vec![ten], "body", 415, "unsupported-media-type"),
        (
            vec![ten, ("upload-metadata", "filename YS9i")],
            "",
            422,
            "invalid-fields",
        ),
        (
            vec![ten, ("upload-metadata", "filename *")],
            "",
            400,
            "invalid-upload-header",
        ),
    ] {
        let refused = alice.send("POST", "/v1/uploads", &headers, body);
        assert_eq!(refused.status, status, "{headers:?} {refused:?}");
        assert_eq!(refused.problem()["code"], code);
    }
    assert_eq!(server.growing_files().len(), 0);
}

#[test]
fn nobody_learns_of_somebody_elses_upload() {
    let server = TestServer::start();
    let (alice, bob) = (Client::new(&server, "alice"), Client::new(&server, "bob"));
    let place = alice.begin(10);
    alice.append(&place, 0, "01234");
    let unknown = "/v1/uploads/019aa6b0-7c3a-7d52-9a5e-0242ac120002";
    let same = |method: &str| {
        let headers = [("upload-offset", "5"), ("content-type", PART)];
        let [foreign, none] = [place.as_str(), unknown].map(|path| {
            let mut problem = bob.send(method, path, &headers, "56789").problem();
            problem["request_id"].take();
            problem
        });
        assert_eq!(foreign, none, "{method}");
        assert_eq!(foreign["status"], 404);
    };
    for method in ["GET", "PATCH", "DELETE"] {
        same(method);
    }
    for (method, path) in [
        ("POST", "/v1/uploads"),
        ("HEAD", place.as_str()),
        ("PATCH", &place),
        ("DELETE", &place),
    ] {
        let tus = [("tus-resumable", "1.0.0")];
        assert_eq!(server.send(method, path, &tus, "").status, 401);
    }
    assert_eq!(alice.append(&place, 5, "56789").status, 204);
    assert_eq!(alice.content(&place), "0123456789");
}

#[test]
fn nobody_begins_uploads_without_end() {
    let server = TestServer::start();
    let alice = Client::new(&server, "alice");
    for _ in 0..100 {
        alice.begin(10);
    }
    let refused = alice.send("POST", "/v1/uploads", &[("upload-length", "10")], "");
    assert_eq!(refused.problem()["code"], "too-many-uploads");
    assert_eq!(
        server.growing_files().len(),
        100,
        "nothing of the refused one"
    );
}
