//! Who calls, and the things that they would like to see.

use std::time::Duration;

use sealpost_domain::accounts::RegistrationPolicy;
use sealpost_http::Settings;
use serde_json::{Value, json};

use crate::second_factor::switch_on;
use crate::support::{PASSWORD, TestServer, access_token};

/// The id of nothing.
pub(super) const UNKNOWN: &str = "019aa6b0-7c3a-7d52-9a5e-0242ac120002";
/// Nobody's name.
pub(super) const UNKNOWN_NAME: &str = "nobody-of-this-name";

/// A server on which Olivia has one of everything, with a group in which Max is, and Xenia was. Zoe is a stranger.
pub(super) struct Scene {
    pub(super) server: TestServer,
    /// Logged in longer ago than what is delicate wants.
    pub(super) stale: String,
    olivia: String,
    max: String,
    xenia: String,
    zoe: String,
    /// Credentials that open nothing of the native API.
    useless: Vec<(&'static str, String)>,
    group: String,
    message: String,
    file: String,
    upload: String,
    session: String,
    key: String,
    app_password: String,
}

fn id(value: &Value) -> String {
    value["id"].as_str().unwrap().to_owned()
}

impl Scene {
    pub(super) fn new() -> Self {
        let settings = Settings {
            drain_delay: Duration::ZERO,
            limits: false,
            ..Settings::default()
        };
        let server = TestServer::start_set(RegistrationPolicy::Open, settings);
        for name in ["olivia", "max", "xenia", "zoe", "dave", "alice"] {
            server.register(name);
        }
        let old = server.open_session("olivia");
        server.advance(Duration::from_secs(16 * 60));
        let refresh = json!({"refresh_token": old["refresh_token"]}).to_string();
        let stale = access_token(&server.post("/v1/sessions/refresh", &refresh).json());
        let enter = |name: &str| access_token(&server.open_session(name));
        let [olivia, max, xenia, zoe] = ["olivia", "max", "xenia", "zoe"].map(enter);

        let made = |path: &str, body: Value| {
            let made = server.post_as(&olivia, path, &body);
            assert!(made.status < 300, "{path} {made:?}");
            made.json()
        };
        let group = id(&made(
            "/v1/conversations",
            json!({"members": ["max", "xenia", "dave"]}),
        ));
        let path = format!("/v1/conversations/{group}");
        let letter = json!({"client_id": "c-1", "format": "text", "body": "hello"});
        let message = id(&made(&format!("{path}/messages"), letter));
        let removed = format!("{path}/members/xenia");
        assert_eq!(server.send_as(&olivia, "DELETE", &removed, "").status, 204);
        let file = id(&server
            .send_as(&olivia, "POST", "/v1/files", "a file")
            .json());
        let bearer = format!("Bearer {olivia}");
        let headers = [&super::TUS[..], &[("authorization", bearer.as_str())]].concat();
        let begun = server.send("POST", "/v1/uploads", &headers, "");
        let upload = begun.header("location").unwrap().rsplit('/').next();
        let upload = upload.unwrap().to_owned();
        let key = made("/v1/me/keys", json!({"use": "sign", "jwk": jwk()}));
        let app_password = made(
            "/v1/me/app-passwords",
            json!({"name": "x", "dialect": "vault"}),
        );
        let session = server.open_session("olivia");
        let session = session["session_id"].as_str().unwrap().to_owned();

        let useless = useless(&server, &old, &app_password);
        Self {
            stale,
            olivia,
            max,
            xenia,
            zoe,
            useless,
            group,
            message,
            file,
            upload,
            session,
            key: id(&key),
            app_password: id(&app_password),
            server,
        }
    }

    /// Whoever is not logged in natively.
    pub(super) fn strangers(&self) -> Vec<(&'static str, Option<&str>)> {
        let useless = self.useless.iter();
        let useless = useless.map(|(name, token)| (*name, Some(token.as_str())));
        std::iter::once(("anonymous", None))
            .chain(useless)
            .collect()
    }

    /// A stranger, a former member, a member, the owner.
    pub(super) fn people(&self) -> [(&'static str, &str); 4] {
        [
            ("zoe", &self.zoe),
            ("xenia", &self.xenia),
            ("max", &self.max),
            ("olivia", &self.olivia),
        ]
    }

    /// The path with the ids of Olivia's things.
    pub(super) fn place(&self, path: &str) -> String {
        let thing = match path.split('/').nth(2).unwrap() {
            "conversations" => &self.group,
            "files" => &self.file,
            "uploads" => &self.upload,
            "sessions" => &self.session,
            "me" if path.contains("/keys/") => &self.key,
            "me" if path.contains("/app-passwords/") => &self.app_password,
            _ => UNKNOWN,
        };
        let name = if path.starts_with("/v1/users/") {
            "olivia"
        } else {
            "dave"
        };
        let query = if path == "/v1/users" { "?q=oliv" } else { "" };
        format!("{path}{query}")
            .replace("{id}", thing)
            .replace("{message_id}", &self.message)
            .replace("{link_id}", UNKNOWN)
            .replace("{name}", name)
            .replace("{provider}", "corp")
    }
}

/// What somebody may hold that opens something else, or opens nothing any more.
fn useless(server: &TestServer, old: &Value, app_password: &Value) -> Vec<(&'static str, String)> {
    let revoked = access_token(&server.open_session("olivia"));
    let ended = server.send_as(&revoked, "DELETE", "/v1/sessions/current", "");
    assert_eq!(ended.status, 204);
    let vault = |password: &str| {
        let headers = [("User_Name", "olivia"), ("User_Password", password)];
        let entered = server.send("GET", "/login", &headers, "");
        assert_eq!(entered.status, 200, "{entered:?}");
        entered.body
    };
    let typed = app_password["app_password"].as_str().unwrap();
    let (by_password, by_app_password) = (vault(PASSWORD), vault(typed));

    let alice = access_token(&server.open_session("alice"));
    switch_on(server, &alice);
    let body = json!({"identifier": "alice", "password": PASSWORD}).to_string();
    let pending = server.post("/v1/sessions", &body).problem()["ticket"].take();
    let refresh = server.open_session("olivia")["refresh_token"].take();
    vec![
        ("an expired token", access_token(old)),
        ("a token of a revoked session", revoked),
        ("another dialect's token", by_password),
        ("an app password", typed.to_owned()),
        ("a token that an app password bought", by_app_password),
        (
            "a ticket of a second factor",
            pending.as_str().unwrap().to_owned(),
        ),
        ("a refresh token", refresh.as_str().unwrap().to_owned()),
        ("a password", PASSWORD.replace(' ', "-")),
    ]
}

/// Of RFC 8037, appendix A.2.
fn jwk() -> Value {
    json!({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})
}
