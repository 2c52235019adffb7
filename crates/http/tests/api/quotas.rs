//! What an account may store: counted when an upload begins, exact however many run, given back when a file goes.

use std::io::{Read as _, Write as _};

use serde_json::json;

use crate::files::{ask, store, text, upload};
use crate::support::{QUOTA, TestServer};

#[test]
fn what_is_stored_counts_until_it_is_deleted() {
    let server = TestServer::start();
    let alice = server.log_in("alice");
    let (first, second) = (
        store(&server, &alice, &text(100_000)),
        store(&server, &alice, ""),
    );
    assert_eq!(
        server.get_as(&alice, "/v1/me").json()["storage"],
        json!({"used": 100_000, "quota": QUOTA})
    );
    for (id, used) in [(second, 100_000), (first, 0)] {
        let place = format!("/v1/files/{id}");
        assert_eq!(ask(&server, &alice, "DELETE", &place, &[]).status, 204);
        assert_eq!(server.used(&alice), used);
        assert_eq!(ask(&server, &alice, "DELETE", &place, &[]).status, 404);
        assert_eq!(server.used(&alice), used, "given back once");
    }
}

#[test]
fn an_account_over_its_quota_stores_nothing_more_and_loses_nothing() {
    let server = TestServer::start();
    let (alice, bob) = (server.log_in("alice"), server.log_in("bob"));
    let id = store(&server, &alice, &text(70));
    server.set_quota(&alice, 100);
    let head =
        format!("POST /v1/files HTTP/1.1\r\nhost: test\r\nauthorization: Bearer {alice}\r\n");
    let announced = format!("{head}content-length: 31\r\n\r\n");
    let chunked = format!(
        "{head}transfer-encoding: chunked\r\n\r\n1f\r\n{}\r\n0\r\n\r\n",
        text(31)
    );
    for request in [announced, chunked] {
        let refused = server.send_raw(request.as_bytes());
        assert_eq!(
            refused.problem(),
            json!({
                "type": "urn:sealpost:problem:quota-exceeded",
                "title": "Quota exceeded",
                "status": 507,
                "detail": "this account may store 100 bytes, and stores 70",
                "code": "quota-exceeded",
                "limit": 100,
                "used": 70,
            })
        );
    }
    assert_eq!(server.blobs(), 1, "nothing of the refused ones");
    assert_eq!(upload(&server, &bob, "", &text(31)).status, 201);
    assert_eq!(upload(&server, &alice, "", &text(30)).status, 201);
    // Less than what is there: nothing goes, and an empty file still comes.
    server.set_quota(&alice, 10);
    let place = format!("/v1/files/{id}/content");
    assert!(server.get_as(&alice, &place).body == text(70));
    assert_eq!(upload(&server, &alice, "", "").status, 201);
    assert_eq!(upload(&server, &alice, "", "x").status, 507);
}

#[test]
fn a_large_upload_holds_its_room_while_it_runs() {
    let server = TestServer::start();
    let alice = server.log_in("alice");
    server.set_quota(&alice, 3_000_000);
    let mut stream = server.connect();
    write!(
        stream,
        "POST /v1/files HTTP/1.1\r\nhost: test\r\nauthorization: Bearer {alice}\r\ncontent-length: 2000000\r\n\r\nx"
    )
    .unwrap();
    let wait_for = |used: u64| {
        for _ in 0..500 {
            if server.used(&alice) == used {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        panic!("{} instead of {used}", server.used(&alice));
    };
    wait_for(2_000_000);
    let refused = upload(&server, &alice, "", &text(1_000_001));
    assert_eq!(refused.problem()["used"], 2_000_000);
    assert_eq!(upload(&server, &alice, "", &text(1_000_000)).status, 201);
    stream.write_all(text(1_999_999).as_bytes()).unwrap();
    let mut head = [0; 12];
    stream.read_exact(&mut head).unwrap();
    assert_eq!(&head, b"HTTP/1.1 201");
    assert_eq!(server.used(&alice), 3_000_000);
}

#[test]
fn an_upload_that_breaks_off_gives_its_room_back() {
    let server = TestServer::start();
    let alice = server.log_in("alice");
    let mut stream = server.connect();
    write!(
        stream,
        "POST /v1/files HTTP/1.1\r\nhost: test\r\nauthorization: Bearer {alice}\r\ncontent-length: 2000000\r\n\r\n{}",
        text(600_000)
    )
    .unwrap();
    while server.used(&alice) == 0 {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    stream.shutdown(std::net::Shutdown::Both).unwrap();
    for _ in 0..500 {
        // What the server does every second.
        server.release_abandoned();
        if server.used(&alice) == 0 {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("{} bytes are still reserved", server.used(&alice));
}

#[test]
fn uploads_that_race_cannot_pass_the_quota_together() {
    let server = TestServer::start_unlimited();
    let alice = server.log_in("alice");
    server.set_quota(&alice, 105_000);
    let content = text(10_000);
    let stored = std::thread::scope(|scope| {
        let uploads: Vec<_> = (0..64)
            .map(|_| scope.spawn(|| upload(&server, &alice, "", &content).status))
            .collect();
        let statuses = uploads.into_iter().map(|upload| upload.join().unwrap());
        statuses.filter(|status| *status == 201).count()
    });
    assert_eq!((stored, server.used(&alice)), (10, 100_000));
    assert_eq!(server.blobs(), 10, "nothing of the refused ones");
}

#[test]
fn what_is_stored_is_no_condition_of_a_change() {
    let server = TestServer::start();
    let alice = server.log_in("alice");
    let seen = server.get_as(&alice, "/v1/me");
    let tag = seen.header("etag").unwrap();
    store(&server, &alice, "x");
    let again = ask(&server, &alice, "GET", "/v1/me", &[("if-none-match", tag)]);
    assert_eq!(again.status, 200, "what is stored is another");
    let token = format!("Bearer {alice}");
    let headers = [
        ("authorization", token.as_str()),
        ("content-type", "application/json"),
        ("if-match", tag),
    ];
    let changed = server.send("PATCH", "/v1/me", &headers, r#"{"username":"alicia"}"#);
    assert_eq!(changed.status, 200, "{changed:?}");
    assert_eq!(changed.json()["storage"]["used"], 1);
}
