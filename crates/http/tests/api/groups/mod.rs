//! Groups: who may do what, what everybody hears, and what becomes of those who go.

mod access;
mod events;
mod history;
mod refused;
mod settings;

use serde_json::{Value, json};

use crate::support::{Answer, TestServer};

/// A group and the tokens of those whom the tests are about.
struct Scene {
    server: TestServer,
    /// The group's id.
    group: String,
    /// Owns it.
    alice: String,
    /// An admin.
    bob: String,
    /// A member.
    carol: String,
}

impl Scene {
    fn new() -> Self {
        Self::with(&json!({"members": ["bob", "carol"]}))
    }

    /// With a group made of this body, in which are Bob and Carol.
    fn with(body: &Value) -> Self {
        let server = TestServer::start();
        let [alice, bob, carol] = ["alice", "bob", "carol"].map(|name| server.log_in(name));
        let made = server.post_as(&alice, "/v1/conversations", body);
        assert_eq!(made.status, 201, "{made:?}");
        let group = made.json()["id"].as_str().unwrap().to_owned();
        let scene = Self {
            server,
            group,
            alice,
            bob,
            carol,
        };
        let appointed = scene.appoint(&scene.alice, "bob", "admin");
        assert_eq!(appointed.status, 200, "{appointed:?}");
        scene
    }

    fn path(&self, rest: &str) -> String {
        format!("/v1/conversations/{}{rest}", self.group)
    }

    fn add(&self, token: &str, username: &str) -> Answer {
        let path = self.path("/members");
        self.server
            .post_as(token, &path, &json!({"username": username}))
    }

    fn remove(&self, token: &str, username: &str) -> Answer {
        let path = self.path(&format!("/members/{username}"));
        self.server.send_as(token, "DELETE", &path, "")
    }

    fn appoint(&self, token: &str, username: &str, role: &str) -> Answer {
        let path = self.path(&format!("/members/{username}"));
        let body = json!({"role": role}).to_string();
        self.server.send_as(token, "PATCH", &path, &body)
    }

    fn say(&self, token: &str, text: &str) -> Answer {
        let client_id = text.replace(' ', "-");
        self.server.say(token, &self.group, &client_id, text)
    }

    fn seen(&self, token: &str) -> Answer {
        self.server.get_as(token, &self.path(""))
    }

    /// Who is in it, with their roles, as they came.
    fn roles(&self) -> Vec<(String, String)> {
        let listed = self.server.get_as(&self.carol, &self.path("/members"));
        let listed = listed.json();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let mut roles: Vec<_> = listed["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|member| (text(&member["username"]), text(&member["role"])))
            .collect();
        roles.sort();
        roles
    }

    /// What has been said, as somebody reads it from the beginning.
    fn read(&self, token: &str) -> Vec<String> {
        let path = self.path("/messages?order=asc");
        let listed = self.server.get_as(token, &path);
        assert_eq!(listed.status, 200, "{listed:?}");
        let messages = listed.json();
        let messages = messages["data"].as_array().unwrap().iter();
        messages
            .map(|message| message["body"].as_str().unwrap().to_owned())
            .collect()
    }
}

/// The types and the data of what came into somebody's log after this offset.
fn heard(server: &TestServer, token: &str, after: u64) -> Vec<(String, Value)> {
    let read = server.get_as(token, &format!("/v1/events?after={after}"));
    assert_eq!(read.status, 200, "{read:?}");
    let read = read.json();
    let events = read["events"].as_array().unwrap().iter();
    events
        .map(|event| {
            let kind = event["type"].as_str().unwrap().to_owned();
            (kind, event["data"].clone())
        })
        .collect()
}

/// The offset of the last event in somebody's log.
fn latest(server: &TestServer, token: &str) -> u64 {
    server.get_as(token, "/v1/events").json()["next"]
        .as_u64()
        .unwrap()
}
