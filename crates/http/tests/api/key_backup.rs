//! The key backup: read and replaced by its owner alone, and never undone by two clients that write at once.

use std::time::Duration;

use serde_json::Value;

use crate::support::{Answer, TestServer};

const PATH: &str = "/v1/me/key-backup";
const FIRST: (&str, &str) = ("if-none-match", "*");

fn put(server: &TestServer, token: &str, condition: (&str, &str), body: &str) -> Answer {
    let token = format!("Bearer {token}");
    let headers = [("authorization", token.as_str()), condition];
    server.send("PUT", PATH, &headers, body)
}

fn get(server: &TestServer, token: &str, query: &str) -> Answer {
    server.get_as(token, &format!("{PATH}{query}"))
}

fn etag(answer: &Answer) -> String {
    answer.header("etag").unwrap().to_owned()
}

fn code(answer: &Answer) -> Value {
    answer.problem()["code"].take()
}

#[test]
fn the_last_five_generations_are_kept() {
    let server = TestServer::start();
    let token = server.log_in("alice");
    assert_eq!(get(&server, &token, "").problem()["code"], "not-found");

    let first = put(&server, &token, FIRST, "backup 1");
    assert_eq!((first.status, first.body.as_str()), (201, ""));
    let mut newest = etag(&first);
    for number in 2..=7 {
        let condition = ("if-match", newest.as_str());
        let stored = put(&server, &token, condition, &format!("backup {number}"));
        assert_eq!(stored.status, 204, "{stored:?}");
        let number = number.to_string();
        assert_eq!(
            stored.header("key-backup-generation"),
            Some(number.as_str())
        );
        newest = etag(&stored);
    }
    let read = get(&server, &token, "");
    assert_eq!((read.status, read.body.as_str()), (200, "backup 7"));
    assert_eq!(read.header("key-backup-generation"), Some("7"));
    assert_eq!(read.header("etag"), Some(newest.as_str()));
    assert_eq!(
        read.header("content-type"),
        Some("application/octet-stream")
    );
    assert_eq!(read.header("cache-control"), Some("no-store"));
    assert_eq!(
        read.header("last-modified"),
        Some("Sat, 21 Nov 2026 13:04:05 GMT")
    );
    for (generation, status) in [(1, 404), (2, 404), (3, 200), (7, 200), (8, 404), (0, 404)] {
        let read = get(&server, &token, &format!("?generation={generation}"));
        assert_eq!(read.status, status, "{generation}");
        if status == 200 {
            assert_eq!(read.body, format!("backup {generation}"));
        }
    }
    assert_eq!(get(&server, &token, "?generation=x").status, 400);
}

#[test]
fn nobody_replaces_what_they_have_not_seen() {
    let server = TestServer::start();
    let token = server.log_in("alice");
    let none = put(&server, &token, ("x-nothing", ""), "a");
    assert_eq!(
        (none.status, code(&none)),
        (428, "precondition-required".into())
    );
    let missing = put(&server, &token, ("if-match", "*"), "a");
    assert_eq!(
        (missing.status, code(&missing)),
        (412, "precondition-failed".into())
    );

    let first = etag(&put(&server, &token, FIRST, "a"));
    let second = etag(&put(&server, &token, ("if-match", &first), "b"));
    let weak = format!("W/{second}");
    for stale in [
        FIRST,
        ("if-match", first.as_str()),
        ("if-match", weak.as_str()),
        ("if-match", "nonsense"),
    ] {
        let refused = put(&server, &token, stale, "c");
        assert_eq!(refused.status, 412, "{stale:?}");
    }
    let only_different = put(&server, &token, ("if-none-match", &first), "c");
    assert_eq!(only_different.status, 428);
    assert_eq!(get(&server, &token, "").body, "b");

    let among_others = format!("{first}, {second}");
    assert_eq!(
        put(&server, &token, ("if-match", &among_others), "c").status,
        204
    );
    assert_eq!(put(&server, &token, ("if-match", "*"), "d").status, 204);
    assert_eq!(get(&server, &token, "").body, "d");
}

#[test]
fn of_many_that_replace_the_same_generation_one_wins() {
    let server = TestServer::start();
    let token = server.log_in("alice");
    let first = etag(&put(&server, &token, FIRST, "a"));
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..12)
            .map(|number| {
                let (server, token, first) = (&server, &token, &first);
                scope.spawn(move || {
                    put(server, token, ("if-match", first), &format!("b{number}")).status
                })
            })
            .collect();
        writers
            .into_iter()
            .map(|writer| writer.join().unwrap())
            .collect()
    });
    let won = statuses.iter().filter(|status| **status == 204).count();
    let lost = statuses.iter().filter(|status| **status == 412).count();
    assert_eq!((won, lost), (1, 11), "{statuses:?}");
    assert_eq!(
        get(&server, &token, "").header("key-backup-generation"),
        Some("2")
    );
}

#[test]
fn an_old_login_reads_but_does_not_replace() {
    let server = TestServer::start();
    server.register("alice");
    let opened = server.open_session("alice");
    let token = opened["access_token"].as_str().unwrap();
    assert_eq!(put(&server, token, FIRST, "a").status, 201);
    server.advance(Duration::from_secs(15 * 60 + 1));
    let refresh = serde_json::json!({"refresh_token": opened["refresh_token"]}).to_string();
    let refreshed = server.post("/v1/sessions/refresh", &refresh).json();
    let token = refreshed["access_token"].as_str().unwrap();
    assert_eq!(get(&server, token, "").status, 200);
    let refused = put(&server, token, ("if-match", "*"), "b");
    assert_eq!(refused.status, 401);
    assert_eq!(code(&refused), "insufficient-user-authentication");
    assert!(
        refused
            .header("www-authenticate")
            .is_some_and(|challenge| challenge.contains("max_age=900")),
        "{refused:?}"
    );
    assert_eq!(get(&server, token, "").body, "a");
}

#[test]
fn a_key_backup_has_a_size() {
    let server = TestServer::start();
    let token = server.log_in("alice");
    let empty = put(&server, &token, FIRST, "");
    assert_eq!((empty.status, code(&empty)), (422, "invalid-fields".into()));
    let most = "x".repeat(256 * 1024);
    let too_much = put(&server, &token, FIRST, &format!("{most}x"));
    assert_eq!(
        (too_much.status, code(&too_much)),
        (413, "body-too-large".into())
    );
    let etag = etag(&put(&server, &token, FIRST, &most));
    assert_eq!(get(&server, &token, "").body.len(), most.len());

    // Who has it need not get it again; HEAD shows what there is.
    let headers = [
        ("authorization", format!("Bearer {token}")),
        ("if-none-match", etag.clone()),
    ];
    let headers: Vec<_> = headers.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let known = server.send("GET", PATH, &headers, "");
    assert_eq!((known.status, known.body.as_str()), (304, ""));
    assert_eq!(known.header("etag"), Some(etag.as_str()));
}

#[test]
fn somebody_elses_key_backup_is_not_there() {
    let server = TestServer::start();
    let (alice, bob) = (server.log_in("alice"), server.log_in("bob"));
    let etag = etag(&put(&server, &alice, FIRST, "alice's"));
    assert_eq!(get(&server, &bob, "").status, 404);
    assert_eq!(get(&server, &bob, "?generation=1").status, 404);
    assert_eq!(put(&server, &bob, ("if-match", &etag), "x").status, 412);
    assert_eq!(put(&server, &bob, FIRST, "bob's").status, 201);
    assert_eq!(get(&server, &alice, "").body, "alice's");
}

#[test]
fn it_rests_sealed_and_the_trail_knows_who_took_it() {
    let server = TestServer::start();
    let token = server.log_in("alice");
    put(&server, &token, FIRST, "a rather badly encrypted backup");
    let stored = server.stored();
    let shown = |needle: &[u8]| stored.windows(needle.len()).any(|bytes| bytes == needle);
    assert!(shown(b"alice"), "the database was read");
    assert!(!shown(b"badly encrypted"), "in clear");

    get(&server, &token, "");
    let trail = server.get_as(&token, "/v1/me/audit").json();
    let subject = |kind: &str| {
        let mut events = trail["data"].as_array().unwrap().iter();
        let event = events.find(|event| event["kind"] == kind);
        event.unwrap_or_else(|| panic!("no {kind} in {trail}"))["subject_id"].clone()
    };
    let replaced = subject("key-backup.replaced");
    assert!(replaced.is_string());
    assert_eq!(subject("key-backup.read"), replaced);
}
