//! The least client of the dialect.

use std::sync::Arc;

use aws_lc_rs::rsa::{OAEP_SHA256_MGF1SHA256, OaepPrivateDecryptingKey, PrivateDecryptingKey};
use sealpost_crypto::{ChannelEnvelopes, OsEntropy};
use sealpost_domain::Secret;
use sealpost_domain::accounts::RegistrationPolicy;
use sealpost_domain::channels::{ChannelRules, ChannelSuite};
use sealpost_domain::ports::ChannelCipher as _;
use sealpost_http::Settings;
use serde_json::{Map, Value, json};

use crate::support::{Answer, TestServer};

/// Everybody's password here.
pub(super) const PASSWORD: &str = "Your_secure_pa$$w0rd";
pub(super) const OTHER_PASSWORD: &str = "An0ther_password";
/// What clients show, and its private half.
pub(super) const PUBLIC_KEY: &str = include_str!("../../../../crypto/testdata/data_key/public.pem");
const PRIVATE_KEY: &[u8] = include_bytes!("../../../../crypto/testdata/data_key/private.der");

/// A server with these rules that does not count requests.
pub(super) fn start(rules: ChannelRules) -> TestServer {
    let settings = Settings {
        drain_delay: std::time::Duration::ZERO,
        limits: false,
        ..Settings::default()
    };
    TestServer::start_ruled(RegistrationPolicy::Open, settings, rules)
}

/// A client in the middle of a session.
#[derive(Clone)]
pub(super) struct Client<'s> {
    pub(super) server: &'s TestServer,
    suite: ChannelSuite,
    key: Secret<[u8; 32]>,
    pub(super) session_key: String,
}

/// What came of a request.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) status: u16,
    pub(super) error: Option<String>,
    pub(super) message: Option<String>,
    pub(super) key_replaced: bool,
}

/// All went well, and there is nothing to say.
pub(super) fn done() -> Said {
    Said {
        status: 200,
        error: None,
        message: None,
        key_replaced: false,
    }
}

/// It was refused, and the session goes on.
pub(super) fn refused(status: u16, error: &str) -> Said {
    Said {
        status,
        error: Some(error.to_owned()),
        ..done()
    }
}

fn cipher() -> ChannelEnvelopes {
    ChannelEnvelopes::new(Arc::new(OsEntropy))
}

fn key(text: &[u8]) -> Secret<[u8; 32]> {
    let text = std::str::from_utf8(text).unwrap();
    assert_eq!(text.len(), 64);
    let byte = |at| u8::from_str_radix(&text[at..at + 2], 16).unwrap();
    let bytes: Vec<u8> = (0..64).step_by(2).map(byte).collect();
    Secret::new(bytes.try_into().unwrap())
}

impl<'s> Client<'s> {
    /// Opens a session.
    pub(super) fn open(server: &'s TestServer) -> Self {
        Self::open_as(
            server,
            ChannelSuite::A256Gcm,
            &json!({"public_key": PUBLIC_KEY}),
        )
    }

    pub(super) fn open_as(server: &'s TestServer, suite: ChannelSuite, request: &Value) -> Self {
        let created = server.post("/create_session_key", &request.to_string());
        assert_eq!(created.status, 200, "{created:?}");
        let created = created.json();
        let hex = created["ciphertext"].as_str().unwrap();
        let byte = |at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
        let encrypted: Vec<u8> = (0..hex.len()).step_by(2).map(byte).collect();
        let private = PrivateDecryptingKey::from_pkcs8(PRIVATE_KEY).unwrap();
        let private = OaepPrivateDecryptingKey::new(private).unwrap();
        let mut buffer = vec![0; private.min_output_size()];
        let text = private
            .decrypt(&OAEP_SHA256_MGF1SHA256, &encrypted, &mut buffer, None)
            .unwrap();
        let mut client = Self {
            server,
            suite,
            key: key(text),
            session_key: String::new(),
        };
        let session_key = created["session_key"].as_str().unwrap();
        client.session_key = client.unseal("session_key", session_key);
        client
    }

    pub(super) fn seal(&self, field: &str, text: &str) -> String {
        cipher().seal(self.suite, &self.key, field, text.as_bytes())
    }

    fn unseal(&self, field: &str, text: &str) -> String {
        let opened = cipher().open(self.suite, &self.key, field, text).unwrap();
        String::from_utf8(opened.to_vec()).unwrap()
    }

    /// Sends these fields sealed; what comes back, as it is.
    pub(super) fn send(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let sealed = fields
            .iter()
            .map(|(name, text)| ((*name).to_owned(), self.seal(name, text).into()));
        self.send_raw(path, sealed.collect())
    }

    /// Sends these fields as they are.
    pub(super) fn send_raw(&self, path: &str, mut fields: Map<String, Value>) -> Answer {
        fields.insert("session_key".to_owned(), self.session_key.as_str().into());
        self.server.post(path, &Value::Object(fields).to_string())
    }

    /// Takes over the keys of an answer.
    pub(super) fn go_on(&mut self, answer: &Answer) -> Said {
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(answer.header("content-type"), Some("application/json"));
        let said = answer.json();
        let text = |name: &str| said[name].as_str().map(str::to_owned);
        let (old_key, old_session) = (self.key.clone(), self.session_key.clone());
        self.key = key(self
            .unseal("ciphertext", &text("ciphertext").unwrap())
            .as_bytes());
        self.session_key = self.unseal("session_key", &text("session_key").unwrap());
        assert_eq!(self.session_key.len(), 400);
        assert!(
            self.session_key
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric())
        );
        assert!(self.key != old_key && self.session_key != old_session);
        Said {
            status: answer.status,
            error: text("error"),
            message: text("message").map(|sealed| self.unseal("message", &sealed)),
            key_replaced: said["key_replaced"].as_bool().unwrap_or_default(),
        }
    }

    /// Sends these fields sealed, and goes on with the keys that come back.
    pub(super) fn say(&mut self, path: &str, fields: &[(&str, &str)]) -> Said {
        let answer = self.send(path, fields);
        self.go_on(&answer)
    }

    pub(super) fn register(&mut self, username: &str) -> Said {
        let email = format!("{username}@example.org");
        self.say(
            "/register_user",
            &[
                ("username", username),
                ("email", &email),
                ("password", PASSWORD),
            ],
        )
    }

    pub(super) fn log_in(&mut self, username: &str, password: &str) -> Said {
        let email = format!("{username}@example.org");
        self.say("/login_user", &[("email", &email), ("password", password)])
    }

    /// The ciphertext.
    pub(super) fn encrypt(&mut self, username: &str, message: &str) -> String {
        let said = self.say(&format!("/encrypt/{username}"), &[("message", message)]);
        assert_eq!((said.status, said.error), (200, None));
        said.message.unwrap()
    }

    pub(super) fn decrypt(&mut self, message: &str) -> Said {
        self.say("/decrypt", &[("message", message)])
    }
}

/// What `/decrypt` gives.
pub(super) fn plaintext(text: &str) -> Said {
    Said {
        message: Some(text.to_owned()),
        ..done()
    }
}

impl TestServer {
    /// Logs somebody in natively who was made by the dialect; the access token.
    pub(super) fn enter_natively(&self, username: &str, password: &str) -> String {
        let body = json!({"identifier": username, "password": password});
        let opened = self.post("/v1/sessions", &body.to_string());
        assert_eq!(opened.status, 201, "{opened:?}");
        opened.json()["access_token"].as_str().unwrap().to_owned()
    }
}
