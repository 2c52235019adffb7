//! Files that go with messages, and who may read them.

use serde_json::{Value, json};

use crate::files::store;
use crate::support::{Answer, TestServer};

const UNKNOWN: &str = "019aa6b0-7c3a-7d52-9a5e-0242ac120002";

/// Alice and Bob who talk, and Carol who is a stranger.
struct Scene {
    server: TestServer,
    alice: String,
    bob: String,
    carol: String,
    path: String,
}

impl Scene {
    fn set() -> Self {
        let server = TestServer::start();
        let [alice, bob, carol] = ["alice", "bob", "carol"].map(|name| server.log_in(name));
        let id = server.start_conversation(&alice, "bob");
        Self {
            path: format!("/v1/conversations/{id}/messages"),
            server,
            alice,
            bob,
            carol,
        }
    }

    fn send(&self, client_id: &str, files: &[&str]) -> Answer {
        let body =
            json!({"client_id": client_id, "format": "text", "body": "look", "attachments": files});
        self.server.post_as(&self.alice, &self.path, &body)
    }

    /// What each of the four routes of a file answers.
    fn statuses(&self, token: &str, file: &str) -> [u16; 4] {
        ["", "/content", "/ciphertext", "/key"].map(|part| {
            self.server
                .get_as(token, &format!("/v1/files/{file}{part}"))
                .status
        })
    }

    /// What a stranger gets is what anybody gets who asks for nothing, byte for byte.
    fn assert_unknown(&self, token: &str, file: &str) {
        let token = format!("Bearer {token}");
        let headers = [("authorization", token.as_str()), ("x-request-id", "same")];
        for part in ["", "/content", "/ciphertext", "/key"] {
            let [asked, unknown] = [file, UNKNOWN].map(|id| {
                let path = format!("/v1/files/{id}{part}");
                self.server.send("GET", &path, &headers, "").without_date()
            });
            assert_eq!(asked, unknown, "{part}");
        }
    }
}

const READABLE: [u16; 4] = [200, 200, 200, 404];
const NOTHING: [u16; 4] = [404; 4];

#[test]
fn members_read_what_comes_with_a_message_and_nobody_else_does() {
    let scene = Scene::set();
    let files = ["one", "two"].map(|content| store(&scene.server, &scene.alice, content));
    let [one, two] = files.each_ref().map(String::as_str);
    assert_eq!(scene.statuses(&scene.bob, one), NOTHING, "before");
    let sent = scene.send("c-1", &[two, one]);
    assert_eq!(sent.status, 201, "{sent:?}");
    let listed = scene.server.get_as(&scene.bob, &scene.path).json();
    let view = |id: &str| json!({"id": id, "name": "a.txt", "content_type": "text/plain; charset=utf-8", "size": 3, "protection": "server"});
    assert_eq!(
        listed["data"][0]["attachments"],
        json!([view(two), view(one)])
    );
    for file in [one, two] {
        assert_eq!(scene.statuses(&scene.alice, file), [200; 4], "the owner");
        assert_eq!(scene.statuses(&scene.bob, file), READABLE, "a member");
        scene.assert_unknown(&scene.carol, file);
    }
    let content = scene
        .server
        .get_as(&scene.bob, &format!("/v1/files/{one}/content"));
    assert!(content.body == "one");
    // It is not Bob's: not in his list, and not his to delete or to pass on.
    let his = scene.server.get_as(&scene.bob, "/v1/files").json();
    assert_eq!(his["data"], json!([]));
    let place = format!("/v1/files/{one}");
    assert_eq!(
        scene
            .server
            .send_as(&scene.bob, "DELETE", &place, "")
            .status,
        404
    );
    let body = json!({"client_id": "c", "format": "text", "body": "look", "attachments": [one]});
    let refused = scene.server.post_as(&scene.bob, &scene.path, &body);
    assert_eq!(refused.status, 422);
}

#[test]
fn access_ends_with_the_message() {
    let scene = Scene::set();
    let file = store(&scene.server, &scene.alice, "one");
    let first = scene.send("c-1", &[&file]).json()["id"].take();
    let second = scene.send("c-2", &[&file]).json()["id"].take();
    for (id, after) in [(first, READABLE), (second, NOTHING)] {
        let place = format!("{}/{}", scene.path, id.as_str().unwrap());
        let deleted = scene.server.send_as(&scene.alice, "DELETE", &place, "");
        assert_eq!(deleted.status, 204);
        assert_eq!(scene.statuses(&scene.bob, &file), after);
    }
    assert_eq!(
        scene.statuses(&scene.alice, &file),
        [200; 4],
        "it stays its owner's"
    );
    scene.assert_unknown(&scene.bob, &file);
    let listed = scene.server.get_as(&scene.bob, &scene.path).json();
    assert_eq!(listed["data"][0]["attachments"], json!([]));
}

#[test]
fn access_ends_when_the_time_is_over_and_with_the_file() {
    let scene = Scene::set();
    let file = store(&scene.server, &scene.alice, "one");
    let body = json!({"client_id": "c-1", "format": "text", "body": "look", "attachments": [file], "expires_in": 60});
    assert_eq!(
        scene
            .server
            .post_as(&scene.alice, &scene.path, &body)
            .status,
        201
    );
    assert_eq!(scene.statuses(&scene.bob, &file), READABLE);
    scene.server.advance(std::time::Duration::from_secs(60));
    assert_eq!(scene.statuses(&scene.bob, &file), NOTHING);
    assert_eq!(scene.send("c-2", &[&file]).status, 201);
    assert_eq!(scene.statuses(&scene.bob, &file), READABLE);
    let place = format!("/v1/files/{file}");
    assert_eq!(
        scene
            .server
            .send_as(&scene.alice, "DELETE", &place, "")
            .status,
        204
    );
    assert_eq!(scene.statuses(&scene.bob, &file), NOTHING);
    let listed = scene.server.get_as(&scene.bob, &scene.path).json();
    assert_eq!(listed["data"][0]["body"], "look");
    assert_eq!(listed["data"][0]["attachments"], json!([]));
}

#[test]
fn only_files_of_ones_own_go_with_a_message_and_not_too_many() {
    let scene = Scene::set();
    let bobs = store(&scene.server, &scene.bob, "one");
    let own = store(&scene.server, &scene.alice, "two");
    for (files, code) in [
        (vec![UNKNOWN], "unknown-file"),
        (vec![bobs.as_str()], "unknown-file"),
        (vec![own.as_str(), bobs.as_str()], "unknown-file"),
        (vec!["x"], "unknown-file"),
        (vec![own.as_str(), own.as_str()], "repeated-attachment"),
    ] {
        let refused = scene.send("c-1", &files);
        assert_eq!(refused.status, 422, "{files:?}");
        let error = &refused.problem()["errors"][0];
        assert_eq!(
            (&error["pointer"], &error["code"]),
            (&json!("/attachments"), &json!(code))
        );
    }
    let eleven: Vec<String> = (10..21)
        .map(|n| UNKNOWN.replace("02", &n.to_string()))
        .collect();
    let eleven: Vec<&str> = eleven.iter().map(String::as_str).collect();
    let refused = scene.send("c-1", &eleven);
    assert_eq!(
        refused.problem()["errors"][0]["code"],
        "too-many-attachments"
    );
    // Nothing of it was stored, nor shared.
    let listed = scene.server.get_as(&scene.bob, &scene.path).json();
    assert_eq!(listed["data"], Value::Array(Vec::new()));
    assert_eq!(scene.statuses(&scene.bob, &own), NOTHING);
    // The files are part of what a repeat repeats.
    assert_eq!(scene.send("c-1", &[&own]).status, 201);
    assert_eq!(scene.send("c-1", &[&own]).status, 201);
    assert_eq!(scene.send("c-1", &[]).status, 409);
}

#[test]
fn who_is_removed_or_came_later_reads_nothing() {
    let scene = Scene::set();
    let group = json!({"members": ["bob"]});
    let created = scene
        .server
        .post_as(&scene.alice, "/v1/conversations", &group)
        .json();
    let path = format!("/v1/conversations/{}", created["id"].as_str().unwrap());
    let file = store(&scene.server, &scene.alice, "one");
    let body = json!({"client_id": "c-1", "format": "text", "body": "look", "attachments": [file]});
    let messages = format!("{path}/messages");
    let sent = scene.server.post_as(&scene.alice, &messages, &body);
    assert_eq!(sent.status, 201, "{sent:?}");
    assert_eq!(scene.statuses(&scene.bob, &file), READABLE, "a member");
    // Carol came after it was said.
    let carol = json!({"username": "carol"});
    let members = format!("{path}/members");
    let added = scene.server.post_as(&scene.alice, &members, &carol);
    assert_eq!(added.status, 201, "{added:?}");
    scene.assert_unknown(&scene.carol, &file);
    let listed = scene
        .server
        .get_as(&scene.carol, "/v1/conversations")
        .json();
    assert_eq!(listed["data"][0]["last_message"], Value::Null);
    assert_eq!(listed["data"][0]["unread_count"], 0);
    let bob = format!("{members}/bob");
    let removed = scene.server.send_as(&scene.alice, "DELETE", &bob, "");
    assert_eq!(removed.status, 204);
    scene.assert_unknown(&scene.bob, &file);
    assert_eq!(scene.statuses(&scene.alice, &file), [200; 4]);
}
