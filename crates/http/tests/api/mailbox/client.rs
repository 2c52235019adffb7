//! The least client of the dialect.

use std::time::Duration;

use sealpost_domain::accounts::RegistrationPolicy;
use sealpost_http::Settings;
use serde_json::{Value, json};

use crate::support::{Answer, TestServer};

/// Everybody's password here: that of the document.
pub(super) const PASSWORD: &str = "password";
/// A key that passes the rules.
pub(super) const GOOD_KEY: &str = include_str!("../../../../crypto/testdata/rsa-2048-public.pem");
/// One that does not.
pub(super) const WEAK_KEY: &str = include_str!("../../../../crypto/testdata/rsa-1024-public.pem");

/// A server that does not count requests.
pub(super) fn start() -> TestServer {
    let settings = Settings {
        drain_delay: Duration::ZERO,
        limits: false,
        ..Settings::default()
    };
    TestServer::start_set(RegistrationPolicy::Open, settings)
}

/// Somebody who is logged in.
#[derive(Clone)]
pub(super) struct Person {
    pub(super) username: String,
    pub(super) session: String,
}

impl Person {
    pub(super) fn cookie(&self) -> String {
        format!("username={}; session_id={}", self.username, self.session)
    }
}

/// The body of `/create_user`.
pub(super) fn newcomer(username: &str, key: &str) -> Value {
    json!({
        "username": username,
        "password": PASSWORD,
        "public_key": key,
        "dict_fill_in_the_blanks": {"question": "Fyyyill in de ____ hooman.", "answer": "blanks"},
    })
}

impl TestServer {
    pub(super) fn mailbox_create(&self, username: &str, key: &str) {
        let made = self.post("/create_user", &newcomer(username, key).to_string());
        assert_eq!((made.status, made.body.as_str()), (200, "OK"), "{made:?}");
    }

    pub(super) fn mailbox_enter(&self, username: &str) -> Person {
        let body = json!({"username": username, "password": PASSWORD});
        let answer = self.post("/authenticate", &body.to_string());
        assert_eq!(answer.status, 200, "{answer:?}");
        Person {
            username: username.to_owned(),
            session: answer.json()["session_id"].as_str().unwrap().to_owned(),
        }
    }

    /// Makes an account and logs it in.
    pub(super) fn mailbox_person(&self, username: &str) -> Person {
        self.mailbox_create(username, "PUBLIC_KEY");
        self.mailbox_enter(username)
    }

    /// Posts JSON with the person's cookies.
    pub(super) fn mailbox_post(&self, person: &Person, path: &str, body: &Value) -> Answer {
        let cookie = person.cookie();
        let headers = [
            ("content-type", "application/json"),
            ("cookie", cookie.as_str()),
        ];
        self.send("POST", path, &headers, &body.to_string())
    }

    pub(super) fn mailbox_upload(&self, from: &Person, to: &str, text: &str) -> Answer {
        let body = json!({
            "username": from.username,
            "destname": to,
            "message_text": text,
            "timestamp": 1_643_365_746,
            "session_id": from.session,
        });
        self.post("/upload_message", &body.to_string())
    }

    pub(super) fn mailbox_download(&self, person: &Person) -> Answer {
        let cookie = person.cookie();
        self.send("GET", "/download_messages", &[("cookie", &cookie)], "")
    }

    /// The texts that wait for the person, who has them then.
    pub(super) fn mailbox_texts(&self, person: &Person) -> Vec<String> {
        let answer = self.mailbox_download(person);
        assert_eq!(answer.status, 200, "{answer:?}");
        let messages = answer.json();
        let messages = messages.as_array().unwrap().iter();
        messages
            .map(|message| message["message_text"].as_str().unwrap().to_owned())
            .collect()
    }

    pub(super) fn mailbox_key(&self, username: &str) -> Answer {
        let body = json!({"username": username});
        self.post("/get_public_key", &body.to_string())
    }
}
