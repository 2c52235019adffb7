//! What people do: a line for each.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Answer, TestServer};

/// Everybody's password.
pub(crate) const PASSWORD: &str = "correct horse battery";

impl TestServer {
    pub(crate) fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], "")
    }

    pub(crate) fn get_as(&self, token: &str, path: &str) -> Answer {
        self.send(
            "GET",
            path,
            &[("authorization", &format!("Bearer {token}"))],
            "",
        )
    }

    pub(crate) fn post(&self, path: &str, body: &str) -> Answer {
        self.send("POST", path, &[("content-type", "application/json")], body)
    }

    /// Sends a body, or none if it is empty, with an access token.
    pub(crate) fn send_as(&self, token: &str, method: &str, path: &str, body: &str) -> Answer {
        let token = format!("Bearer {token}");
        let headers = [
            ("authorization", token.as_str()),
            ("content-type", "application/json"),
        ];
        self.send(method, path, &headers, body)
    }

    pub(crate) fn post_as(&self, token: &str, path: &str, body: &Value) -> Answer {
        self.send_as(token, "POST", path, &body.to_string())
    }

    pub(crate) fn register(&self, username: &str) {
        let body = json!({"username": username, "password": PASSWORD});
        let made = self.post("/v1/accounts", &body.to_string());
        assert_eq!(made.status, 201, "{made:?}");
    }

    /// Logs in somebody who has an account; the whole answer.
    pub(crate) fn open_session(&self, username: &str) -> Value {
        let body = json!({"identifier": username, "password": PASSWORD});
        let opened = self.post("/v1/sessions", &body.to_string());
        assert_eq!(opened.status, 201, "{opened:?}");
        opened.json()
    }

    /// Makes an account and logs it in; the access token.
    pub(crate) fn log_in(&self, username: &str) -> String {
        self.register(username);
        access_token(&self.open_session(username))
    }

    /// Moves the clock on by so much, while a login of that person is kept alive; its access token.
    pub(crate) fn aged_session(&self, username: &str, age: Duration) -> String {
        let opened = self.open_session(username);
        self.advance(age);
        let refresh = json!({"refresh_token": opened["refresh_token"]}).to_string();
        access_token(&self.post("/v1/sessions/refresh", &refresh).json())
    }

    /// What stands in the newest part of the audit trail.
    pub(crate) fn audit_kinds(&self, token: &str) -> Vec<String> {
        let trail = self.get_as(token, "/v1/me/audit").json();
        let events = trail["data"].as_array().unwrap().iter();
        events
            .map(|event| event["kind"].as_str().unwrap().to_owned())
            .collect()
    }

    /// The id of the conversation with `username`, started if there is none.
    pub(crate) fn start_conversation(&self, token: &str, username: &str) -> String {
        let started = self.post_as(token, "/v1/conversations", &json!({"username": username}));
        assert!(started.status < 300, "{started:?}");
        started.json()["id"].as_str().unwrap().to_owned()
    }

    /// Says something in plain text.
    pub(crate) fn say(
        &self,
        token: &str,
        conversation: &str,
        client_id: &str,
        body: &str,
    ) -> Answer {
        let path = format!("/v1/conversations/{conversation}/messages");
        let message = json!({"client_id": client_id, "format": "text", "body": body});
        self.post_as(token, &path, &message)
    }
}

/// The access token of an opened session.
pub(crate) fn access_token(opened: &Value) -> String {
    opened["access_token"].as_str().unwrap().to_owned()
}
