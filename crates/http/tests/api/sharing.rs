//! Files that are shared with users by name, and taken back.

use serde_json::{Value, json};

use crate::files::{ask, store, text};
use crate::sealed_files::{WRAPPED, store_sealed};
use crate::support::{Answer, TestServer};

/// Alice shares; Bob reads; Mallory has nothing to do with it.
struct Scene {
    server: TestServer,
    alice: String,
    bob: String,
    mallory: String,
}

impl Scene {
    fn set() -> Self {
        let server = TestServer::start();
        let [alice, bob, mallory] = ["alice", "bob", "mallory"].map(|name| server.log_in(name));
        Self {
            server,
            alice,
            bob,
            mallory,
        }
    }

    fn share(&self, file: &str, with: &str, body: &str) -> Answer {
        let path = format!("/v1/files/{file}/shares/{with}");
        self.server.send_as(&self.alice, "PUT", &path, body)
    }

    fn unshare(&self, token: &str, file: &str, with: &str) -> u16 {
        let path = format!("/v1/files/{file}/shares/{with}");
        ask(&self.server, token, "DELETE", &path, &[]).status
    }

    /// What the routes of a file answer: view, content, ciphertext, key.
    fn statuses(&self, token: &str, file: &str) -> [u16; 4] {
        ["", "/content", "/ciphertext", "/key"].map(|part| {
            let path = format!("/v1/files/{file}{part}");
            self.server.get_as(token, &path).status
        })
    }

    /// The events of whose token this is about files.
    fn heard(&self, token: &str) -> Vec<(String, Value)> {
        let events = self.server.get_as(token, "/v1/events?after=0").json();
        let events = events["events"].as_array().unwrap().clone();
        events
            .into_iter()
            .map(|event| {
                let kind = event["type"].as_str().unwrap().to_owned();
                (kind, event["data"].clone())
            })
            .filter(|(kind, _)| kind.starts_with("file."))
            .collect()
    }
}

const READABLE: [u16; 4] = [200, 200, 200, 404];
const NOTHING: [u16; 4] = [404; 4];

#[test]
fn a_reader_reads_and_does_no_more() {
    let scene = Scene::set();
    let file = store(&scene.server, &scene.alice, "content");
    assert_eq!(scene.statuses(&scene.bob, &file), NOTHING);
    let shared = scene.share(&file, "BOB", "");
    assert_eq!(shared.status, 201, "{shared:?}");
    assert_eq!(shared.json()["user"]["username"], "bob");
    assert_eq!(scene.share(&file, "bob", "").status, 200);
    assert_eq!(scene.statuses(&scene.bob, &file), READABLE);
    assert_eq!(scene.statuses(&scene.mallory, &file), NOTHING);
    let place = format!("/v1/files/{file}");
    let content = scene.server.get_as(&scene.bob, &format!("{place}/content"));
    assert_eq!(content.body, "content");
    let seen = scene.server.get_as(&scene.bob, &place).json();
    assert_eq!(seen["shared_by"]["username"], "alice");
    // It is not his to delete, to share on, to link to, or to see who else reads it.
    for (method, path, body) in [
        ("DELETE", place.clone(), ""),
        ("PUT", format!("{place}/shares/mallory"), ""),
        ("GET", format!("{place}/shares"), ""),
        ("POST", format!("{place}/re-encrypt"), ""),
        ("GET", format!("{place}/links"), ""),
        ("POST", format!("{place}/links"), r#"{"expires_in":60}"#),
    ] {
        let refused = scene.server.send_as(&scene.bob, method, &path, body);
        assert_eq!(refused.status, 404, "{method} {path}");
    }
    // His own list is his own.
    assert_eq!(
        scene.server.get_as(&scene.bob, "/v1/files").json()["data"],
        json!([])
    );
    let with_me = scene
        .server
        .get_as(&scene.bob, "/v1/files?shared=with-me")
        .json();
    assert_eq!(with_me["data"], json!([seen]));
    assert_eq!(scene.heard(&scene.bob), [("file.shared".to_owned(), seen)]);
    assert_eq!(scene.heard(&scene.mallory), []);
    let shares = scene
        .server
        .get_as(&scene.alice, &format!("{place}/shares"))
        .json();
    assert_eq!(shares["data"][0]["user"]["username"], "bob");
    assert_eq!(shares["data"].as_array().unwrap().len(), 1);
}

#[test]
fn an_ex_reader_is_a_stranger() {
    let scene = Scene::set();
    let file = store(&scene.server, &scene.alice, "content");
    for (token, with) in [(&scene.alice, "bob"), (&scene.bob, "bob")] {
        assert!(scene.share(&file, "bob", "").status < 300);
        assert_eq!(scene.unshare(&scene.mallory, &file, "bob"), 404);
        assert_eq!(scene.unshare(&scene.alice, &file, "mallory"), 404);
        assert_eq!(scene.unshare(&scene.alice, &file, "nobody"), 404);
        assert_eq!(scene.unshare(token, &file, with), 204);
        assert_eq!(scene.statuses(&scene.bob, &file), NOTHING);
        assert_eq!(scene.unshare(token, &file, with), 404);
    }
    let with_me = scene
        .server
        .get_as(&scene.bob, "/v1/files?shared=with-me")
        .json();
    assert_eq!(with_me["data"], json!([]));
    let heard = scene.heard(&scene.bob);
    assert_eq!(
        heard[1],
        ("file.unshared".to_owned(), json!({"file_id": file}))
    );
    // What was shared once is not told any more.
    assert_eq!(heard[0], ("file.shared".to_owned(), Value::Null));
}

#[test]
fn blocked_people_and_unknown_names_are_answered_alike() {
    let scene = Scene::set();
    let file = store(&scene.server, &scene.alice, "content");
    let token = format!("Bearer {}", scene.alice);
    let headers = [("authorization", token.as_str()), ("x-request-id", "same")];
    let share = |with: &str| {
        let path = format!("/v1/files/{file}/shares/{with}");
        scene.server.send("PUT", &path, &headers, "").without_date()
    };
    let unknown = share("nobody");
    assert!(unknown.starts_with("404"), "{unknown}");
    for (who, whom) in [(&scene.bob, "alice"), (&scene.alice, "mallory")] {
        let path = format!("/v1/me/blocks/{whom}");
        assert!(scene.server.send_as(who, "PUT", &path, "").status < 300);
    }
    for with in ["bob", "mallory"] {
        assert_eq!(share(with), unknown, "{with}");
    }
    let own = scene.share(&file, "alice", "");
    assert_eq!(
        (own.status, &own.problem()["code"]),
        (422, &json!("share-with-oneself"))
    );
}

#[test]
fn who_takes_no_messages_takes_no_files() {
    let scene = Scene::set();
    let file = store(&scene.server, &scene.alice, "content");
    let settings = json!({"messages_from": "nobody"}).to_string();
    let set = scene
        .server
        .send_as(&scene.bob, "PATCH", "/v1/me/settings", &settings);
    assert_eq!(set.status, 200, "{set:?}");
    let refused = scene.share(&file, "bob", "");
    assert_eq!(
        (refused.status, &refused.problem()["code"]),
        (403, &json!("takes-no-messages"))
    );
}

#[test]
fn of_a_sealed_file_each_reader_has_a_key_of_their_own() {
    let scene = Scene::set();
    let file = store_sealed(&scene.server, &scene.alice, b"content");
    for (body, code) in [
        ("", "wrapped-key-missing"),
        (r#"{"wrapped_key":"a b"}"#, "invalid-wrapped-key"),
    ] {
        let refused = scene.share(&file, "bob", body);
        assert_eq!(
            (refused.status, &refused.problem()["errors"][0]["code"]),
            (422, &json!(code))
        );
    }
    assert_eq!(
        scene
            .share(&file, "bob", r#"{"wrapped_key":"for-bob"}"#)
            .status,
        201
    );
    assert_eq!(
        scene
            .share(&file, "mallory", r#"{"wrapped_key":"for-mallory"}"#)
            .status,
        201
    );
    let place = format!("/v1/files/{file}");
    for (token, key) in [
        (&scene.alice, WRAPPED),
        (&scene.bob, "for-bob"),
        (&scene.mallory, "for-mallory"),
    ] {
        let seen = scene.server.get_as(token, &place).json();
        assert_eq!(seen["wrapped_key"], key);
    }
    assert_eq!(scene.statuses(&scene.bob, &file), [200, 409, 200, 404]);
    assert_eq!(
        scene
            .share(&file, "bob", r#"{"wrapped_key":"other"}"#)
            .status,
        200
    );
    let seen = scene.server.get_as(&scene.bob, &place).json();
    assert_eq!(seen["wrapped_key"], "other");
    let plain = store(&scene.server, &scene.alice, "content");
    let refused = scene.share(&plain, "bob", r#"{"wrapped_key":"w"}"#);
    assert_eq!(
        refused.problem()["errors"][0]["code"],
        "wrapped-key-needless"
    );
}

#[test]
fn a_deleted_file_is_shared_with_nobody() {
    let scene = Scene::set();
    let file = store(&scene.server, &scene.alice, "content");
    assert_eq!(scene.share(&file, "bob", "").status, 201);
    let place = format!("/v1/files/{file}");
    assert_eq!(
        ask(&scene.server, &scene.alice, "DELETE", &place, &[]).status,
        204
    );
    assert_eq!(scene.statuses(&scene.bob, &file), NOTHING);
    let kinds: Vec<String> = scene
        .heard(&scene.bob)
        .into_iter()
        .map(|(kind, _)| kind)
        .collect();
    assert_eq!(kinds, ["file.shared", "file.unshared"]);
}

#[test]
fn who_leaves_takes_their_files_and_their_grants_along() {
    let scene = Scene::set();
    let alices = store(&scene.server, &scene.alice, "content");
    assert_eq!(scene.share(&alices, "bob", "").status, 201);
    assert_eq!(scene.share(&alices, "mallory", "").status, 201);
    let shares = |token: &str| {
        let path = format!("/v1/files/{alices}/shares");
        let shares = scene.server.get_as(token, &path).json();
        shares["data"].as_array().unwrap().len()
    };
    assert_eq!(shares(&scene.alice), 2);
    assert_eq!(
        scene
            .server
            .send_as(&scene.mallory, "DELETE", "/v1/me", "")
            .status,
        204
    );
    assert_eq!(shares(&scene.alice), 1);
    assert_eq!(
        scene
            .server
            .send_as(&scene.alice, "DELETE", "/v1/me", "")
            .status,
        204
    );
    assert_eq!(scene.statuses(&scene.bob, &alices), NOTHING);
}

#[test]
fn after_re_encryption_a_disclosed_key_opens_nothing() {
    let scene = Scene::set();
    let content = text(40_000);
    let file = store(&scene.server, &scene.alice, &content);
    assert_eq!(scene.share(&file, "bob", "").status, 201);
    assert_eq!(scene.share(&file, "mallory", "").status, 201);
    let place = format!("/v1/files/{file}");
    let view = |part: &str| scene.server.get_as(&scene.alice, &format!("{place}{part}"));
    assert_eq!(view("").json()["key_disclosed_at"], Value::Null);
    let (key, sealed) = (view("/key").json(), view("/ciphertext").bytes);
    assert_eq!(
        view("").json()["key_disclosed_at"],
        "2026-11-21T13:04:05.678Z"
    );
    let seen = scene.server.get_as(&scene.bob, &place).json();
    assert_eq!(
        seen["key_disclosed_at"],
        Value::Null,
        "that is the owner's to know"
    );
    assert_eq!(scene.unshare(&scene.alice, &file, "mallory"), 204);
    let again = scene
        .server
        .send_as(&scene.alice, "POST", &format!("{place}/re-encrypt"), "");
    assert_eq!(again.status, 200, "{again:?}");
    assert_eq!(again.json()["key_disclosed_at"], Value::Null);
    assert_eq!(again.json(), view("").json());
    assert_eq!(scene.server.blobs(), 1, "the old one is gone");
    let other = view("/ciphertext").bytes;
    assert!(other.len() == sealed.len() && other[..56] != sealed[..56]);
    for token in [&scene.alice, &scene.bob] {
        let read = scene.server.get_as(token, &format!("{place}/content"));
        assert!(read.body == content);
    }
    assert_eq!(scene.statuses(&scene.mallory, &file), NOTHING);
    assert_ne!(view("/key").json()["key"], key["key"]);
    let kinds = scene.server.audit_kinds(&scene.alice);
    assert!(kinds.contains(&"file.re-encrypted".to_owned()), "{kinds:?}");
    let e2ee = store_sealed(&scene.server, &scene.alice, b"content");
    let path = format!("/v1/files/{e2ee}/re-encrypt");
    let refused = scene.server.send_as(&scene.alice, "POST", &path, "");
    assert_eq!(
        (refused.status, &refused.problem()["code"]),
        (409, &json!("end-to-end-encrypted"))
    );
}

#[test]
fn a_damaged_file_is_not_encrypted_anew() {
    let scene = Scene::set();
    let file = store(&scene.server, &scene.alice, &text(40_000));
    let [blob] = &*scene.server.blob_files() else {
        panic!("one blob")
    };
    let sound = std::fs::read(blob).unwrap();
    let mut damaged = sound.clone();
    damaged[56 + 20_000] ^= 1;
    std::fs::write(blob, damaged).unwrap();
    let path = format!("/v1/files/{file}/re-encrypt");
    let refused = scene.server.send_as(&scene.alice, "POST", &path, "");
    assert_eq!(refused.status, 500, "{refused:?}");
    assert_eq!(scene.server.blobs(), 1, "nothing half-written");
    std::fs::write(blob, sound).unwrap();
    assert_eq!(scene.statuses(&scene.alice, &file), [200; 4]);
}
