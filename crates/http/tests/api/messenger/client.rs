//! The least client of the dialect.

use aws_lc_rs::rsa::{OAEP_SHA512_MGF1SHA512, OaepPublicEncryptingKey, PublicEncryptingKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sealpost_domain::accounts::RegistrationPolicy;
use sealpost_http::Settings;
use serde_json::{Value, json};

use crate::support::{Answer, TestServer};

/// Everybody's password here: that of the document.
pub(super) const PASSWORD: &str = "Your_secure_pa$$w0rd";
/// A private key in the form that the document's clients send, encrypted with [`PASSWORD`].
pub(super) const PRIVATE_KEY: &str =
    include_str!("../../../../crypto/testdata/private_pem/legacy-aes-256-cbc.pem");
/// Its public half.
pub(super) const PUBLIC_KEY: &str = include_str!("../../../../crypto/testdata/rsa-2048-public.pem");

/// A server that does not count requests.
pub(super) fn start() -> TestServer {
    let settings = Settings {
        drain_delay: std::time::Duration::ZERO,
        limits: false,
        ..Settings::default()
    };
    TestServer::start_set(RegistrationPolicy::Open, settings)
}

/// Encrypts for the key that `data_key` gave.
pub(super) fn encrypt(pem: &str, password: &str) -> String {
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let der = STANDARD.decode(body).unwrap();
    let key = PublicEncryptingKey::from_der(&der).unwrap();
    let key = OaepPublicEncryptingKey::new(key).unwrap();
    let mut sealed = vec![0; key.ciphertext_size()];
    key.encrypt(
        &OAEP_SHA512_MGF1SHA512,
        password.as_bytes(),
        &mut sealed,
        None,
    )
    .unwrap();
    STANDARD.encode(sealed)
}

impl TestServer {
    /// Posts JSON without a token.
    pub(super) fn say_to(&self, path: &str, body: &Value) -> Answer {
        self.post(path, &body.to_string())
    }

    /// A password as it travels, encrypted anew each time.
    pub(crate) fn sealed(&self, password: &str) -> String {
        let answer = self.say_to("/api/data_key/", &json!({"username": "anybody"}));
        assert_eq!(answer.status, 200, "{answer:?}");
        encrypt(answer.json()["key"].as_str().unwrap(), password)
    }

    /// Registers through the dialect; the answer.
    pub(crate) fn enrol(&self, username: &str) -> Answer {
        let password = self.sealed(PASSWORD);
        self.say_to(
            "/api/register/",
            &json!({"username": username, "password": password, "private_key": PRIVATE_KEY}),
        )
    }

    /// Logs in through the dialect; the answer.
    pub(super) fn enter(&self, username: &str, password: &str) -> Answer {
        let password = self.sealed(password);
        self.say_to(
            "/api/login/",
            &json!({"username": username, "password": password}),
        )
    }
}

/// Somebody who is registered.
pub(super) struct Person<'s> {
    pub(super) server: &'s TestServer,
    pub(super) access: String,
    pub(super) refresh: String,
}

impl<'s> Person<'s> {
    /// Somebody new.
    pub(super) fn new(server: &'s TestServer, username: &str) -> Self {
        let made = server.enrol(username);
        assert_eq!(made.status, 200, "{made:?}");
        let token = |name: &str| made.json()[name].as_str().unwrap().to_owned();
        Self {
            server,
            access: token("access_token"),
            refresh: token("refresh_token"),
        }
    }

    pub(super) fn post(&self, path: &str, body: &Value) -> Answer {
        self.server.post_as(&self.access, path, body)
    }

    /// Sends message number so and so; the answer.
    pub(super) fn write(&self, to: &str, number: u32) -> Answer {
        self.post("/api/send_message/", &letter(to, number))
    }

    /// The same, which must work.
    pub(super) fn write_well(&self, to: &str, number: u32) {
        let sent = self.write(to, number);
        assert_eq!((sent.status, sent.json()), (200, json!({"msg": "OK"})));
    }

    /// Asks for messages with a body in the GET; the answer.
    pub(super) fn ask(&self, body: &Value) -> Answer {
        let body = body.to_string();
        self.server
            .send_as(&self.access, "GET", "/api/get_messages/", &body)
    }

    /// The messages of `from` within these bounds.
    pub(super) fn read(&self, from: &str, from_ts: f64, to_ts: f64) -> Vec<Value> {
        let answer = self.ask(&json!({"username": from, "from_ts": from_ts, "to_ts": to_ts}));
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()["messages"].as_array().unwrap().clone()
    }

    /// Acknowledges message number so and so of `from`; the answer.
    pub(super) fn ack(&self, from: &str, number: u32) -> Answer {
        let identity = json!({"signature": format!("signature-{number}"), "username": from});
        self.post(
            "/api/ack/",
            &json!({"type": "message", "identity": identity}),
        )
    }
}

/// Message number so and so.
pub(super) fn letter(to: &str, number: u32) -> Value {
    json!({
        "username": to,
        "message": format!("message-{number}"),
        "signature": format!("signature-{number}"),
        "key": format!("key-{number}"),
    })
}

/// The numbers of messages.
pub(super) fn numbers(messages: &[Value]) -> Vec<u32> {
    let texts = messages.iter().map(|message| message["msg"].as_str());
    texts
        .map(|text| text.unwrap()["message-".len()..].parse().unwrap())
        .collect()
}
