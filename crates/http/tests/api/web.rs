//! The web client, as a browser fetches it.

use std::time::Duration;

use sealpost_domain::accounts::RegistrationPolicy;
use sealpost_http::{Settings, WebClient};

use crate::support::TestServer;

fn start() -> TestServer {
    let settings = Settings {
        drain_delay: Duration::ZERO,
        web: Some(WebClient::new(sealpost_crypto::sha256)),
        ..Settings::default()
    };
    TestServer::start_set(RegistrationPolicy::Open, settings)
}

#[test]
fn the_page_and_its_files_may_do_what_they_need_and_nothing_else() {
    let server = start();
    let client = WebClient::new(sealpost_crypto::sha256);
    let page = server.get("/");
    assert_eq!(page.status, 200);
    assert_eq!(
        page.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    assert_eq!(page.header("cache-control"), Some("no-cache"));
    let policy = page.header("content-security-policy").unwrap();
    for rule in [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "require-trusted-types-for 'script'",
    ] {
        assert!(policy.contains(rule), "{rule}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");
    for asset in client.assets() {
        let path = format!("/web/{}/{}", client.version(), asset.name);
        let file = server.get(&path);
        assert_eq!(file.status, 200, "{path}");
        assert_eq!(
            file.header("cache-control"),
            Some("public, max-age=31536000, immutable")
        );
        assert_eq!(
            file.header("etag"),
            Some(format!("\"{}\"", asset.digest).as_str())
        );
        assert_eq!(file.header("x-content-type-options"), Some("nosniff"));
    }
}

#[test]
fn the_page_behind_a_link_is_one_for_all_and_asks_the_store_nothing() {
    let server = start();
    let [unknown, other] = ["019aa6b0-7c3a-7d52-9a5e-0242ac120009", "x"].map(|id| {
        server.break_reads_after(Some(0));
        server.get(&format!("/link/{id}"))
    });
    assert_eq!((unknown.status, &unknown.body), (200, &other.body));
    let policy = unknown.header("content-security-policy").unwrap();
    assert_eq!(
        server.get("/").header("content-security-policy"),
        Some(policy)
    );
    assert_eq!(unknown.header("referrer-policy"), Some("no-referrer"));
    assert!(unknown.body.contains("../web/"), "{}", unknown.body);
    assert_eq!(server.get("/link/a/b").status, 404);
}

#[test]
fn what_a_browser_has_is_not_sent_again() {
    let server = start();
    let first = server.get("/web/latest/sealpost.js");
    assert_eq!(
        first.header("content-type"),
        Some("text/javascript; charset=utf-8")
    );
    let tag = first.header("etag").unwrap().to_owned();
    let headers = [("if-none-match", tag.as_str())];
    let again = server.send("GET", "/web/latest/sealpost.js", &headers, "");
    assert_eq!((again.status, again.body.as_str()), (304, ""));
    let zipped = [("accept-encoding", "br, gzip")];
    let head = server.send("HEAD", "/web/latest/sealpost.js", &zipped, "");
    assert_eq!(head.header("content-encoding"), Some("gzip"));
    assert_eq!(head.header("vary"), Some("Accept-Encoding"));
    assert_ne!(head.header("etag"), Some(tag.as_str()));
    let refused = [("accept-encoding", "gzip;q=0")];
    let plain = server.send("HEAD", "/web/latest/sealpost.js", &refused, "");
    assert_eq!(plain.header("content-encoding"), None);
}

#[test]
fn another_version_or_name_is_not_there() {
    let server = start();
    for path in [
        "/web/0123456789abcdef/main.js",
        "/web/latest/nothing.js",
        "/web/latest/../main.js",
        "/web/latest/%2e%2e/Cargo.toml",
        "/web/latest/",
    ] {
        assert_eq!(server.get(path).status, 404, "{path}");
    }
    assert_eq!(server.send("POST", "/", &[], "").status, 405);
}

#[test]
fn switched_off_it_is_not_there() {
    let server = TestServer::start();
    for path in ["/", "/link/x", "/web/latest/sealpost.js"] {
        let answer = server.get(path);
        assert_eq!(
            (answer.status, answer.json()["code"].as_str()),
            (404, Some("unknown-path")),
            "{path}"
        );
    }
}
