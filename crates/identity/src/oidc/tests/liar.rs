//! A provider on loopback that says what it is told to say.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use aws_lc_rs::hmac;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

pub(super) const NONCE: &str = "the-nonce-of-this-login";
const DISCOVERY: &str = "/.well-known/openid-configuration";

type Script = Arc<Mutex<State>>;

#[derive(Clone, Copy, PartialEq)]
enum Signer {
    Known,
    Another,
    Nobody,
    OurSecret,
}

struct State {
    issuer: String,
    description: Value,
    claims: Value,
    key: [u8; 32],
    signer: Signer,
    answers: HashMap<String, (String, String)>,
    asked: HashMap<String, u32>,
}

/// Stops with the test's process.
pub(super) struct Liar(Script);

fn key(seed: &[u8; 32]) -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(seed).unwrap()
}

fn encoded(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

impl Liar {
    pub(super) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let state = State {
            description: json!({
                "issuer": issuer,
                "authorization_endpoint": format!("{issuer}/auth"),
                "token_endpoint": format!("{issuer}/token"),
                "userinfo_endpoint": format!("{issuer}/me"),
                "jwks_uri": format!("{issuer}/jwks"),
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["EdDSA", "HS256", "none"],
                "authorization_response_iss_parameter_supported": true,
            }),
            claims: json!({
                "iss": issuer, "sub": "alice-1", "aud": "us", "nonce": NONCE,
                "exp": 32_000_000_000_u64, "iat": 1_700_000_000,
            }),
            key: [1; 32],
            signer: Signer::Known,
            answers: HashMap::new(),
            asked: HashMap::new(),
            issuer,
        };
        let me = json!({
            "sub": "alice-1", "preferred_username": "alice",
            "email": "alice@mail.example", "email_verified": true,
        });
        let liar = Self(Arc::new(Mutex::new(state)));
        liar.answer("/me", &me);
        let script = Arc::clone(&liar.0);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                serve(stream.unwrap(), &script);
            }
        });
        liar
    }

    pub(super) fn issuer(&self) -> String {
        self.0.lock().unwrap().issuer.clone()
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.issuer())
    }

    pub(super) fn claim(&self, name: &str, value: Value) {
        self.0.lock().unwrap().claims[name] = value;
    }

    pub(super) fn describe(&self, name: &str, value: &str) {
        self.0.lock().unwrap().description[name] = json!(value);
    }

    pub(super) fn answer(&self, path: &str, body: &Value) {
        let answer = (
            "200 OK\r\nContent-Type: application/json".to_owned(),
            body.to_string(),
        );
        self.0
            .lock()
            .unwrap()
            .answers
            .insert(path.to_owned(), answer);
    }

    pub(super) fn redirect(&self, path: &str, to: &str) {
        let answer = (format!("307 Over there\r\nLocation: {to}"), String::new());
        self.0
            .lock()
            .unwrap()
            .answers
            .insert(path.to_owned(), answer);
    }

    pub(super) fn sign_with_another_key(&self) {
        self.0.lock().unwrap().signer = Signer::Another;
    }

    pub(super) fn sign_with_none(&self) {
        self.0.lock().unwrap().signer = Signer::Nobody;
    }

    pub(super) fn sign_with_our_secret(&self) {
        self.0.lock().unwrap().signer = Signer::OurSecret;
    }

    pub(super) fn change_key(&self) {
        self.0.lock().unwrap().key = [2; 32];
    }

    /// How often this path was asked.
    pub(super) fn asked(&self, path: &str) -> u32 {
        let state = self.0.lock().unwrap();
        state.asked.get(path).copied().unwrap_or_default()
    }
}

impl State {
    fn kid(&self) -> String {
        format!("key-{}", self.key[0])
    }

    fn token(&self) -> String {
        let algorithm = match self.signer {
            Signer::Known | Signer::Another => "EdDSA",
            Signer::Nobody => "none",
            Signer::OurSecret => "HS256",
        };
        let head = json!({ "alg": algorithm, "kid": self.kid() });
        let signed = format!("{}.{}", encoded(&head), encoded(&self.claims));
        let signature = match self.signer {
            Signer::Known => key(&self.key).sign(signed.as_bytes()).as_ref().to_vec(),
            Signer::Another => key(&[9; 32]).sign(signed.as_bytes()).as_ref().to_vec(),
            Signer::Nobody => Vec::new(),
            Signer::OurSecret => {
                let key = hmac::Key::new(hmac::HMAC_SHA256, b"secret");
                hmac::sign(&key, signed.as_bytes()).as_ref().to_vec()
            }
        };
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    fn say(&mut self, path: &str) -> (String, String) {
        *self.asked.entry(path.to_owned()).or_default() += 1;
        if let Some(answer) = self.answers.get(path) {
            return answer.clone();
        }
        let body = match path {
            DISCOVERY => self.description.clone(),
            "/jwks" => json!({ "keys": [{
                "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": self.kid(),
                "x": URL_SAFE_NO_PAD.encode(key(&self.key).public_key().as_ref()),
            }]}),
            "/token" => json!({
                "access_token": "the access token", "token_type": "Bearer", "expires_in": 60, "id_token": self.token(),
            }),
            _ => json!({}),
        };
        (
            "200 OK\r\nContent-Type: application/json".to_owned(),
            body.to_string(),
        )
    }
}

fn serve(mut stream: TcpStream, script: &Script) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut first = String::new();
    reader.read_line(&mut first).unwrap();
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        let line = line.trim().to_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    reader.read_exact(&mut vec![0; length]).unwrap();
    let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
    let (head, body) = script.lock().unwrap().say(&path);
    // A client that hangs up early is what some tests are about.
    let _gone = write!(
        stream,
        "HTTP/1.1 {head}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
}
