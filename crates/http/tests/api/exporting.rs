//! Everything of one's own, and nothing of others, in one archive.

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write as _};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use zip::ZipArchive;

use crate::support::{Answer, MAX_FILE, TestServer};

const PICTURE: &[u8] = include_bytes!("../../assets/avatars/fary.png");

/// The body of a chunked answer (RFC 9112, section 7.1).
fn unchunked(mut body: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    loop {
        let end = body.windows(2).position(|two| two == b"\r\n").unwrap();
        let size = std::str::from_utf8(&body[..end]).unwrap();
        let size = usize::from_str_radix(size, 16).unwrap();
        body = &body[end + 2..];
        if size == 0 {
            return whole;
        }
        whole.extend_from_slice(&body[..size]);
        body = &body[size + 2..];
    }
}

/// The entries of an export by name.
fn entries(export: &Answer) -> BTreeMap<String, Vec<u8>> {
    assert_eq!(export.status, 200, "{export:?}");
    assert_eq!(export.header("content-type"), Some("application/zip"));
    assert_eq!(export.header("transfer-encoding"), Some("chunked"));
    let mut archive = ZipArchive::new(Cursor::new(unchunked(&export.bytes))).unwrap();
    (0..archive.len())
        .map(|index| {
            let mut entry = archive.by_index(index).unwrap();
            let name = entry.name().unwrap().into_owned();
            let mut content = Vec::new();
            entry.read_to_end(&mut content).unwrap();
            (name, content)
        })
        .collect()
}

fn json_of(entries: &BTreeMap<String, Vec<u8>>, name: &str) -> Value {
    serde_json::from_slice(&entries[name]).unwrap()
}

fn upload(server: &TestServer, token: &str, name: &str, content: &[u8]) -> String {
    let token = format!("Bearer {token}");
    let headers = [
        ("authorization", token.as_str()),
        ("content-type", "text/plain"),
    ];
    let stored = server.send_bytes("POST", &format!("/v1/files{name}"), &headers, content);
    assert_eq!(stored.status, 201, "{stored:?}");
    stored.json()["id"].as_str().unwrap().to_owned()
}

/// Something of what few have.
fn put_more(server: &TestServer, token: &str) {
    let jwk =
        json!({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"});
    let published = server.post_as(token, "/v1/me/keys", &json!({"use": "sign", "jwk": jwk}));
    assert_eq!(published.status, 201, "{published:?}");
    let app = json!({"name": "backup script", "dialect": "vault"});
    let made = server.post_as(token, "/v1/me/app-passwords", &app);
    assert_eq!(made.status, 201, "{made:?}");
    server.register("mallory");
    let authorization = format!("Bearer {token}");
    let puts: [(&str, &str, &[u8]); 3] = [
        ("/v1/me/blocks/mallory", "application/json", b""),
        (
            "/v1/me/key-backup",
            "application/octet-stream",
            b"sealed by a client",
        ),
        ("/v1/me/avatar", "image/png", PICTURE),
    ];
    for (path, content_type, body) in puts {
        let headers = [
            ("authorization", authorization.as_str()),
            ("content-type", content_type),
            ("if-none-match", "*"),
        ];
        let put = server.send_bytes("PUT", path, &headers, body);
        assert!(put.status < 300, "{path}: {put:?}");
    }
}

#[test]
fn what_was_put_in_comes_out() {
    let server = TestServer::start_unlimited();
    let (alice, bob) = (server.log_in("alice"), server.log_in("bob"));
    let conversation = server.start_conversation(&alice, "bob");
    // More than one page, in both directions.
    for number in 0..101 {
        let (token, who) = if number % 2 == 0 {
            (&alice, "a")
        } else {
            (&bob, "b")
        };
        let id = format!("{who}{number}");
        let said = server.say(token, &conversation, &id, &format!("line {number}"));
        assert_eq!(said.status, 201);
    }
    let long: Vec<u8> = (0..300_000_u32).map(|n| n.to_le_bytes()[0]).collect();
    let plan = upload(&server, &alice, "?name=plan.txt", &long);
    let nameless = upload(&server, &alice, "", b"short");

    put_more(&server, &alice);
    let marker = format!("/v1/conversations/{conversation}/read-marker");
    let read = server.send_as(&alice, "PUT", &marker, r#"{"seq":7}"#);
    assert_eq!(read.status, 200, "{read:?}");

    let export = server.get_as(&alice, "/v1/me/export");
    assert_eq!(export.header("cache-control"), Some("no-store"));
    let disposition = export.header("content-disposition").unwrap();
    assert!(disposition.starts_with("attachment;"), "{disposition}");
    let entries = entries(&export);
    for (name, path) in [
        ("account.json", "/v1/me"),
        ("settings.json", "/v1/me/settings"),
    ] {
        let shown = server.get_as(&alice, path).json();
        assert_eq!(json_of(&entries, name), shown, "{name}");
    }
    for (name, path) in [
        ("sessions.json", "/v1/sessions"),
        ("keys.json", "/v1/me/keys"),
        ("identities.json", "/v1/me/identities"),
        ("app-passwords.json", "/v1/me/app-passwords"),
        ("blocks.json", "/v1/me/blocks"),
        ("contacts.json", "/v1/me/contacts"),
        ("audit.json", "/v1/me/audit"),
        ("files.json", "/v1/files"),
    ] {
        let shown = server.get_as(&alice, path).json();
        assert_eq!(json_of(&entries, name), shown["data"], "{name}");
    }
    let shown = server.get_as(&alice, "/v1/users/alice/keys?have=0").json();
    assert_ne!(shown["log"]["links"], json!([]));
    assert_eq!(json_of(&entries, "key-chain.json"), shown["log"]["links"]);
    let shown = server.get_as(&alice, &format!("/v1/conversations/{conversation}"));
    assert_eq!(
        json_of(&entries, "conversations.json"),
        json!([shown.json()])
    );
    let messages = json_of(&entries, &format!("messages/{conversation}.json"));
    let bodies: Vec<String> = messages
        .as_array()
        .unwrap()
        .iter()
        .map(|message| message["body"].as_str().unwrap().to_owned())
        .collect();
    let expected: Vec<String> = (0..101).map(|number| format!("line {number}")).collect();
    assert_eq!(bodies, expected);
    assert_eq!(entries["key-backup"], b"sealed by a client");
    let avatar = server.get_as(&alice, "/v1/me").json()["avatar_url"].take();
    let avatar = server.get(avatar.as_str().unwrap());
    assert_eq!(entries["avatar.png"], avatar.bytes);
    assert_eq!(entries[&format!("files/{plan}/plan.txt")], long);
    assert_eq!(entries[&format!("files/{nameless}/content")], b"short");
    let read = json!([{"conversation_id": conversation, "read_seq": 7, "delivered_seq": 7}]);
    assert_eq!(json_of(&entries, "markers.json"), read);
    assert_eq!(entries.len(), 18, "{:?}", entries.keys());
    let noted = server.audit_kinds(&alice);
    let exports = noted.iter().filter(|kind| *kind == "account.exported");
    assert_eq!(exports.count(), 1, "{noted:?}");
}

#[test]
fn nothing_of_others_is_in_it() {
    let server = TestServer::start();
    let (alice, bob) = (server.log_in("alice"), server.log_in("bob"));
    server.register("carol");
    let theirs = server.start_conversation(&bob, "carol");
    assert_eq!(server.say(&bob, &theirs, "b1", "canary").status, 201);
    let file = upload(&server, &bob, "?name=canary.txt", b"canary");
    let entries = entries(&server.get_as(&alice, "/v1/me/export"));
    for (name, content) in &entries {
        let text = format!("{name} {}", String::from_utf8_lossy(content));
        for foreign in ["canary", "bob", "carol", &theirs, &file] {
            assert!(!text.contains(foreign), "{foreign} in {name}");
        }
    }
}

#[test]
fn an_old_login_takes_nothing_out() {
    let server = TestServer::start();
    server.register("alice");
    let token = server.aged_session("alice", Duration::from_secs(15 * 60 + 1));
    let refused = server.get_as(&token, "/v1/me/export");
    assert_eq!(refused.status, 401);
    assert_eq!(
        refused.problem()["code"],
        "insufficient-user-authentication"
    );
    let noted = server.audit_kinds(&token);
    assert!(!noted.contains(&"account.exported".to_owned()), "{noted:?}");
    assert_eq!(server.get("/v1/me/export").status, 401);
}

#[test]
fn another_export_at_the_same_time_is_refused() {
    let server = TestServer::start();
    let (alice, bob) = (server.log_in("alice"), server.log_in("bob"));
    // More than the kernel holds of what nobody reads.
    let content: Vec<u8> = (0..MAX_FILE / 4)
        .flat_map(|number| {
            u32::try_from(number)
                .unwrap()
                .wrapping_mul(0x9E37_79B9)
                .to_le_bytes()
        })
        .collect();
    for _ in 0..10 * 1024 * 1024 / MAX_FILE {
        upload(&server, &alice, "", &content);
    }
    let mut unread = server.connect();
    rustix::net::sockopt::set_socket_recv_buffer_size(&unread, 16 * 1024).unwrap();
    let request = format!(
        "GET /v1/me/export HTTP/1.1\r\nhost: test\r\nauthorization: Bearer {alice}\r\n\r\n"
    );
    unread.write_all(request.as_bytes()).unwrap();
    let mut status = [0; 12];
    unread.read_exact(&mut status).unwrap();
    assert_eq!(&status, b"HTTP/1.1 200");

    let refused = server.get_as(&alice, "/v1/me/export");
    assert_eq!(refused.status, 409);
    assert_eq!(refused.problem()["code"], "export-under-way");
    // Another account has a turn of its own.
    entries(&server.get_as(&bob, "/v1/me/export"));
    drop(unread);
    let began = Instant::now();
    loop {
        let again = server.get_as(&alice, "/v1/me/export");
        if again.status == 200 {
            break;
        }
        assert_eq!(again.status, 409);
        assert!(began.elapsed() < Duration::from_secs(20), "it never ends");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn one_export_after_the_other() {
    let server = TestServer::start();
    let alice = server.log_in("alice");
    for _ in 0..2 {
        assert!(entries(&server.get_as(&alice, "/v1/me/export")).len() > 5);
    }
}
