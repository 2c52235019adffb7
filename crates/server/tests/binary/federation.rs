//! Federated login against a real provider process (npm `oidc-provider`), as browsers do it.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::support::{Database, Site, databases, free_address, has_python, http_client};

const PICTURE: &[u8] = include_bytes!("../../../http/assets/avatars/fary.png");
const BROWSERS: &str = include_str!("federation/browsers.py");

/// Where `scripts/install-oidc-provider` puts what the provider needs.
fn modules() -> PathBuf {
    let folder = std::env::var_os("OIDC_PROVIDER_DIR").map(PathBuf::from);
    let default = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/oidc-provider");
    folder.unwrap_or_else(default).join("node_modules")
}

/// Whether the provider can run here. If not, says so loudly; under `CI` it must.
fn has_provider() -> bool {
    let node = Command::new("node").arg("--version").output();
    let node = node.is_ok_and(|output| output.status.success());
    let missing = match (node, modules().join("oidc-provider").is_dir()) {
        (true, true) => return true,
        (false, _) => "no node (version 20 or later)",
        (true, false) => "no oidc-provider: run scripts/install-oidc-provider",
    };
    assert!(
        std::env::var_os("CI").is_none(),
        "CI must run this test: {missing}"
    );
    println!("!!! {missing}; the test is SKIPPED");
    false
}

/// The certificate that the provider's pictures come under, and a picture.
fn gallery() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let files = [
        ("cert.pem", made.cert.pem().into_bytes()),
        ("key.pem", made.signing_key.serialize_pem().into_bytes()),
        ("me.png", PICTURE.to_vec()),
    ];
    for (name, bytes) in files {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

/// A running provider; ends with the test.
struct Provider {
    child: Child,
    issuer: String,
    /// Where pictures are, as `hosts` has it.
    pictures: String,
    gallery: tempfile::TempDir,
}

impl Provider {
    fn start(sealpost: &str) -> Self {
        let script =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/binary/federation/provider.mjs");
        let gallery = gallery();
        let mut child = Command::new("node")
            .arg(script)
            .arg(modules())
            .arg(sealpost)
            .arg(gallery.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut said = |what: &str| {
            loop {
                let line = lines.next().unwrap().unwrap();
                if let Some(said) = line.strip_prefix(what) {
                    break said.to_owned();
                }
            }
        };
        let (pictures, issuer) = (said("pictures at https://"), said("listening on "));
        std::thread::spawn(move || lines.for_each(drop));
        Self {
            child,
            issuer,
            pictures,
            gallery,
        }
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _already_gone = self.child.kill();
        let _already_reaped = self.child.wait();
    }
}

/// A server with the provider's three clients, in a file, with the secrets in the environment.
fn site(database: Database, address: &str, issuer: &str, pictures: &str) -> Site {
    let site = Site::new(database);
    let config = site.data_dir().with_file_name("sealpost.toml");
    let toml = format!(
        r#"
        [providers.corp]
        kind = "oidc"
        display_name = "Example Corp"
        issuer = "{issuer}"
        client_id = "us"
        hosts = ["{pictures}"]

        [providers.plain]
        kind = "oauth2"
        client_id = "us-plain"
        scopes = ["openid", "profile", "email"]
        authorize_url = "{issuer}/auth"
        token_url = "{issuer}/token"
        userinfo_url = "{issuer}/me"
        fields.username = "/preferred_username"
        fields.email = "/email"
        fields.email_verified = "/email_verified"

        [providers.42]
        kind = "42"
        client_id = "us-42"
        authorize_url = "{issuer}/auth"
        token_url = "{issuer}/token"
        userinfo_url = "{issuer}/v2/me"
        hosts = ["{pictures}"]
        "#
    );
    std::fs::write(&config, toml).unwrap();
    site.set("SEALPOST_CONFIG", config.to_str().unwrap())
        .set("SEALPOST_LISTEN", address)
        .set("SEALPOST_LOG", "debug")
        .set("SEALPOST_PROVIDERS_CORP_CLIENT_SECRET", "the secret of us")
        .set(
            "SEALPOST_PROVIDERS_PLAIN_CLIENT_SECRET",
            "the secret of us-plain",
        )
        .set("SEALPOST_PROVIDERS_42_CLIENT_SECRET", "the secret of us-42")
}

#[test]
fn browsers_log_in_with_a_real_provider_and_attackers_do_not() {
    if !has_provider() || !has_python(&["requests"]) {
        return;
    }
    for database in databases() {
        let address = free_address();
        let provider = Provider::start(&format!("http://{address}"));
        let certificate = provider.gallery.path().join("cert.pem");
        let server = site(database, &address, &provider.issuer, &provider.pictures)
            .set("SSL_CERT_FILE", certificate.to_str().unwrap())
            .set("NO_PROXY", "*")
            .start();
        let told = Command::new("python3")
            .args(["-c", BROWSERS, server.base()])
            .env("NO_PROXY", "*")
            .output()
            .unwrap();
        let (exit, _, log) = server.stop();
        assert!(told.status.success(), "{told:?}\n{log}");
        assert_eq!(told.stdout, b"all stories told\n");
        assert!(exit.success(), "{log}");
        assert!(!log.contains("the secret of"), "{log}");
    }
}

#[tokio::test]
async fn a_provider_that_is_down_keeps_no_server_from_starting() {
    let issuer = format!("http://{}", free_address());
    let server = site(Database::Sqlite, "127.0.0.1:0", &issuer, "pictures.example").start();
    let client = http_client();
    let info = client.get(server.url("/v1/server")).send().await.unwrap();
    let info: serde_json::Value = serde_json::from_str(&info.text().await.unwrap()).unwrap();
    assert_eq!(
        info["identity_providers"][0]["display_name"],
        "Example Corp"
    );
    let begun = client.get(server.url("/v1/oauth/corp/start")).send();
    let begun = begun.await.unwrap();
    assert_eq!(begun.status(), 503);
    let problem: serde_json::Value = serde_json::from_str(&begun.text().await.unwrap()).unwrap();
    assert_eq!(problem["code"], "federation-provider-failed");
    let (exit, _, log) = server.stop();
    assert!(exit.success(), "{log}");
    assert!(log.contains("its description cannot be had"), "{log}");
}
