//! Links: opened by who knows the secret, as often as they may be, and by nobody else.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sealpost_crypto::HkdfLinkKeys;
use sealpost_domain::Secret;
use sealpost_domain::links::LinkId;
use sealpost_domain::ports::LinkKeys as _;
use serde_json::{Value, json};

use crate::files::{ask, store, text};
use crate::sealed_files::{seal, store_sealed};
use crate::support::{Answer, TestServer};

/// The proof of a link's secret, as clients compute and write it.
pub(crate) fn proof_of(id: &str, secret: &str) -> String {
    let secret = URL_SAFE_NO_PAD.decode(secret).unwrap();
    let secret = Secret::new(<[u8; 32]>::try_from(secret.as_slice()).unwrap());
    let proof = HkdfLinkKeys.proof(&secret, &id.parse::<LinkId>().unwrap());
    URL_SAFE_NO_PAD.encode(proof.expose())
}

pub(crate) fn make(server: &TestServer, token: &str, file: &str, max: Option<u64>) -> Value {
    let body = json!({"expires_in": 3_600, "max_downloads": max});
    let made = server.post_as(token, &format!("/v1/files/{file}/links"), &body);
    assert_eq!(made.status, 201, "{made:?}");
    made.json()
}

/// Id and proof of a link that was made.
fn opener(made: &Value) -> (String, String) {
    let (id, secret) = (
        made["id"].as_str().unwrap(),
        made["secret"].as_str().unwrap(),
    );
    (id.to_owned(), proof_of(id, secret))
}

pub(crate) fn open(server: &TestServer, id: &str, proof: &str) -> Answer {
    let body = json!({"proof": proof}).to_string();
    server.post(&format!("/v1/links/{id}/open"), &body)
}

fn read(server: &TestServer, id: &str, token: &str, part: &str) -> Answer {
    server.get_as(token, &format!("/v1/links/{id}/{part}"))
}

fn open_token(server: &TestServer, id: &str, proof: &str) -> String {
    let opened = open(server, id, proof);
    assert_eq!(opened.status, 200, "{opened:?}");
    opened.json()["token"].as_str().unwrap().to_owned()
}

const WRONG: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

#[test]
fn who_has_the_link_reads_the_file_without_an_account() {
    let server = TestServer::start();
    let alice = server.log_in("alice");
    let content = text(40_000);
    let file = store(&server, &alice, &content);
    let made = make(&server, &alice, &file, Some(2));
    let (id, proof) = opener(&made);
    let url = format!(
        "http://test.example/link/{id}#{}",
        made["secret"].as_str().unwrap()
    );
    assert!(
        made["url"]
            .as_str()
            .unwrap()
            .ends_with(&url["http://test.example".len()..])
    );
    let looked = server.get(&format!("/v1/links/{id}"));
    assert_eq!(
        looked.json(),
        json!({"id": id, "expires_at": "2026-11-21T14:04:05.678Z"})
    );
    let opened = open(&server, &id, &proof);
    assert_eq!(opened.header("cache-control"), Some("no-store"));
    let opened = opened.json();
    assert_eq!(
        (
            &opened["name"],
            &opened["size"],
            &opened["protection"],
            &opened["file_id"]
        ),
        (
            &json!("a.txt"),
            &json!(40_000),
            &json!("server"),
            &json!(file)
        )
    );
    let token = opened["token"].as_str().unwrap();
    assert!(read(&server, &id, token, "content").body == content);
    let bearer = format!("Bearer {token}");
    let headers = [
        ("authorization", bearer.as_str()),
        ("range", "bytes=16380-16389"),
    ];
    let part = server.send("GET", &format!("/v1/links/{id}/content"), &headers, "");
    assert!(part.status == 206 && part.body == content[16_380..16_390]);
    let sealed = read(&server, &id, token, "ciphertext");
    let own = server.get_as(&alice, &format!("/v1/files/{file}/ciphertext"));
    assert!(sealed.status == 200 && sealed.bytes == own.bytes);
    // Reading again and again is one download.
    let listed = server
        .get_as(&alice, &format!("/v1/files/{file}/links"))
        .json();
    assert_eq!(listed["data"][0]["downloads"], 1);
    let kinds = server.audit_kinds(&alice);
    assert_eq!(
        kinds
            .iter()
            .filter(|kind| *kind == "file.link-opened")
            .count(),
        1
    );
}

#[test]
fn a_preview_burns_nothing() {
    let server = TestServer::start();
    let alice = server.log_in("alice");
    let file = store(&server, &alice, "content");
    let (id, proof) = opener(&make(&server, &alice, &file, Some(1)));
    for _ in 0..10 {
        assert_eq!(server.get(&format!("/v1/links/{id}")).status, 200);
        server.get(&format!("/link/{id}"));
        assert_eq!(open(&server, &id, WRONG).status, 404);
    }
    let looked = server.get(&format!("/v1/links/{id}")).json();
    assert_eq!(
        looked.as_object().unwrap().len(),
        2,
        "nothing of the file: {looked}"
    );
    assert_eq!(open(&server, &id, &proof).status, 200);
}

#[test]
fn whatever_is_no_good_looks_the_same() {
    let server = TestServer::start_unlimited();
    let alice = server.log_in("alice");
    let file = store(&server, &alice, "content");
    let [used, deleted, over, live] =
        [Some(1), None, None, None].map(|max| opener(&make(&server, &alice, &file, max)));
    assert_eq!(open(&server, &used.0, &used.1).status, 200);
    let path = format!("/v1/files/{file}/links/{}", deleted.0);
    assert_eq!(ask(&server, &alice, "DELETE", &path, &[]).status, 204);
    assert_eq!(ask(&server, &alice, "DELETE", &path, &[]).status, 404);
    let headers = [
        ("x-request-id", "same"),
        ("content-type", "application/json"),
    ];
    let ask_both = |id: &str, proof: &str| {
        let body = json!({"proof": proof}).to_string();
        let looked = server.send("GET", &format!("/v1/links/{id}"), &headers, "");
        let opened = server.send("POST", &format!("/v1/links/{id}/open"), &headers, &body);
        (looked.without_date(), opened.without_date())
    };
    let unknown = ask_both("019aa6b0-7c3a-7d52-9a5e-0242ac120002", WRONG);
    assert!(unknown.0.starts_with("404") && unknown.1.starts_with("404"));
    for (id, proof) in [&used, &deleted] {
        assert_eq!(ask_both(id, proof), unknown);
    }
    assert_eq!(ask_both(&live.0, WRONG).1, unknown.1);
    assert_eq!(
        ask_both(&live.0, &over.1).1,
        unknown.1,
        "another link's proof"
    );
    server.advance(Duration::from_secs(3_600));
    assert_eq!(ask_both(&over.0, &over.1), unknown);
    for bad in [
        "",
        "x",
        &WRONG[1..],
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    ] {
        assert_eq!(open(&server, &live.0, bad).status, 422, "{bad}");
    }
}

#[test]
fn sixty_four_at_once_open_no_more_than_the_link_has() {
    let server = TestServer::start_unlimited();
    let alice = server.log_in("alice");
    let file = store(&server, &alice, "content");
    let (id, proof) = opener(&make(&server, &alice, &file, Some(5)));
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let openers: Vec<_> = (0..64)
            .map(|_| scope.spawn(|| open(&server, &id, &proof).status))
            .collect();
        openers
            .into_iter()
            .map(|opener| opener.join().unwrap())
            .collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 5);
    assert_eq!(statuses.iter().filter(|status| **status == 404).count(), 59);
}

#[test]
fn a_token_is_good_for_its_link_for_six_hours() {
    let server = TestServer::start();
    let alice = server.log_in("alice");
    let files = ["one", "two"].map(|content| store(&server, &alice, content));
    let [one, two] = files
        .each_ref()
        .map(|file| opener(&make(&server, &alice, file, None)));
    let token = open_token(&server, &one.0, &one.1);
    assert_eq!(read(&server, &one.0, &token, "content").body, "one");
    for (id, token) in [
        (&two.0, token.as_str()),
        (&one.0, &format!("spl_{}", "0".repeat(64))),
        (&one.0, "spl_x"),
        (&one.0, &alice),
    ] {
        for part in ["content", "ciphertext"] {
            let refused = read(&server, id, token, part);
            assert_eq!(
                (refused.status, &refused.problem()["code"]),
                (401, &json!("invalid-download-token"))
            );
        }
    }
    assert_eq!(
        server.get(&format!("/v1/links/{}/content", one.0)).status,
        401
    );
    // It is a token of nothing else.
    for path in [
        "/v1/me",
        "/v1/files",
        &format!("/v1/files/{}/content", files[0]),
    ] {
        assert_eq!(server.get_as(&token, path).status, 401, "{path}");
    }
    // The link is over, and what was begun is finished.
    server.advance(Duration::from_secs(6 * 3_600 - 1));
    assert_eq!(read(&server, &one.0, &token, "content").body, "one");
    server.advance(Duration::from_secs(1));
    assert_eq!(read(&server, &one.0, &token, "content").status, 401);
}

#[test]
fn links_end_with_their_file_with_its_key_and_by_their_owners_word() {
    let server = TestServer::start_unlimited();
    let alice = server.log_in("alice");
    type End = fn(&TestServer, &str, &str, &str) -> u16;
    let ends: [End; 3] = [
        |server, alice, file, _| {
            ask(server, alice, "DELETE", &format!("/v1/files/{file}"), &[]).status
        },
        |server, alice, file, _| {
            ask(
                server,
                alice,
                "POST",
                &format!("/v1/files/{file}/re-encrypt"),
                &[],
            )
            .status
        },
        |server, alice, file, id| {
            ask(
                server,
                alice,
                "DELETE",
                &format!("/v1/files/{file}/links/{id}"),
                &[],
            )
            .status
        },
    ];
    for end in ends {
        let file = store(&server, &alice, "content");
        let (id, proof) = opener(&make(&server, &alice, &file, None));
        let token = open_token(&server, &id, &proof);
        assert!(end(&server, &alice, &file, &id) < 300);
        assert_eq!(server.get(&format!("/v1/links/{id}")).status, 404);
        assert_eq!(open(&server, &id, &proof).status, 404);
        for part in ["content", "ciphertext"] {
            assert_eq!(read(&server, &id, &token, part).status, 401);
        }
    }
}

#[test]
fn of_a_sealed_file_the_server_never_sees_the_secret() {
    let server = TestServer::start();
    let alice = server.log_in("alice");
    let file = store_sealed(&server, &alice, b"content");
    let path = format!("/v1/files/{file}/links");
    let id = "3f2b8a6e-7c1d-4e5f-9a0b-1c2d3e4f5a6b";
    let proof = proof_of(id, WRONG);
    let body =
        json!({"expires_in": 3_600, "id": id, "proof": proof, "wrapped_key": "wrapped-for-link"});
    let made = server.post_as(&alice, &path, &body);
    assert_eq!(made.status, 201, "{made:?}");
    assert_eq!(
        (&made.json()["secret"], &made.json()["url"]),
        (&Value::Null, &Value::Null)
    );
    let again = server.post_as(&alice, &path, &body);
    assert_eq!(
        (again.status, &again.problem()["code"]),
        (409, &json!("link-id-taken"))
    );
    let opened = open(&server, id, &proof).json();
    assert_eq!(opened["wrapped_key"], "wrapped-for-link");
    let token = opened["token"].as_str().unwrap();
    assert_eq!(read(&server, id, token, "content").status, 409);
    let sealed = read(&server, id, token, "ciphertext");
    assert_eq!(sealed.bytes.len(), seal(&file, b"content").len());
    for body in [
        json!({"expires_in": 60}),
        json!({"expires_in": 60, "id": id, "proof": proof}),
        json!({"expires_in": 59}),
        json!({"expires_in": 60, "max_downloads": 0}),
    ] {
        assert_eq!(server.post_as(&alice, &path, &body).status, 422, "{body}");
    }
    let plain = format!("/v1/files/{}/links", store(&server, &alice, "content"));
    let id = id.replace("3f", "4f");
    let body = json!({"expires_in": 60, "id": id, "proof": proof, "wrapped_key": "w"});
    assert_eq!(server.post_as(&alice, &plain, &body).status, 422);
}

#[test]
fn neither_secret_nor_proof_nor_token_rests() {
    let server = TestServer::start();
    let alice = server.log_in("alice");
    let file = store(&server, &alice, "content");
    let made = make(&server, &alice, &file, None);
    let (id, proof) = opener(&made);
    let token = open_token(&server, &id, &proof);
    let stored = server.stored();
    let holds = |wanted: &[u8]| stored.windows(wanted.len()).any(|part| part == wanted);
    for text in [made["secret"].as_str().unwrap(), &proof] {
        assert!(!holds(text.as_bytes()));
        assert!(!holds(&URL_SAFE_NO_PAD.decode(text).unwrap()));
    }
    assert!(!holds(token.as_bytes()) && !holds(&token.as_bytes()[4..]));
    let id: LinkId = id.parse().unwrap();
    assert!(holds(id.as_bytes()), "the row is there");
}

#[test]
fn links_are_bounded_and_swept() {
    let server = TestServer::start_unlimited();
    let alice = server.log_in("alice");
    let file = store(&server, &alice, "content");
    let mut made: Vec<_> = (0..50)
        .map(|_| opener(&make(&server, &alice, &file, Some(1))))
        .collect();
    let body = json!({"expires_in": 60});
    let refused = server.post_as(&alice, &format!("/v1/files/{file}/links"), &body);
    assert_eq!(
        (refused.status, &refused.problem()["code"]),
        (409, &json!("too-many-links"))
    );
    let (id, proof) = made.pop().unwrap();
    open_token(&server, &id, &proof);
    assert_eq!(
        server.sweep_links(),
        0,
        "it is used up, and somebody downloads"
    );
    server.advance(Duration::from_secs(3_600));
    assert_eq!(server.sweep_links(), 49);
    server.advance(Duration::from_secs(5 * 3_600));
    assert_eq!(server.sweep_links(), 1);
}

#[test]
fn openings_are_counted_by_address() {
    let server = TestServer::start_counting();
    let alice = server.log_in("alice");
    let file = store(&server, &alice, "content");
    let (id, _) = opener(&make(&server, &alice, &file, None));
    let statuses: Vec<u16> = (0..40).map(|_| open(&server, &id, WRONG).status).collect();
    assert_eq!(statuses[..30], [404; 30]);
    assert_eq!(statuses[30..], [429; 10]);
}
