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
