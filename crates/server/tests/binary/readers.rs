//! What the server seals opens elsewhere: with the readers of the docs in Python and JavaScript (Node.js and a real browser)
//! and with `sealpost decrypt`; and what others seal opens with them.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::files::{MIB, Person};
use crate::support::{Database, Site, has_python};

/// Whether Node.js is there; under `CI` it must be.
fn has_node() -> bool {
    let found = Command::new("node").arg("--version").output();
    let found = found.is_ok_and(|output| output.status.success());
    if !found {
        assert!(
            std::env::var_os("CI").is_none(),
            "CI must run this test: no node"
        );
        println!("!!! no node; the test is SKIPPED");
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn every_reader_opens_what_every_other_sealed() {
    if !has_python(&["cryptography"]) || !has_node() {
        return;
    }
    let site = Site::new(Database::Sqlite);
    let server = site.start();
    let alice = Person::register(&server).await;
    let folder = tempfile::tempdir().unwrap();
    for size in [0, 1, 16_383, 16_384, 16_385, MIB + 1] {
        let plain: Vec<u8> = (0..=250_u8).cycle().take(size).collect();
        let stored = alice.upload(server.url("/v1/files"), plain.clone()).await;
        let id = stored.unwrap()["id"].as_str().unwrap().to_owned();
        let place = server.url(&format!("/v1/files/{id}"));
        let key = alice.get(format!("{place}/key"), None).await;
        let key: Value = key.json().await.unwrap();
        let sealed = alice.get(format!("{place}/ciphertext"), None).await;
        let put = |kind: &str, content: &[u8]| {
            let path = folder.path().join(format!("{size:07}.{kind}"));
            std::fs::write(path, content).unwrap();
        };
        put("json", key.to_string().as_bytes());
        put("sealed", &sealed.bytes().await.unwrap());
        put("plain", &plain);
    }
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new("python3")
        .arg(manifest.join("tests/binary/readers/check.py"))
        .arg(env!("CARGO_BIN_EXE_sealpost"))
        .arg(manifest.join("../.."))
        .arg(folder.path())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("NO_PROXY", "*")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{complained}");
    assert!(
        said.ends_with("every reader opens what every other sealed\n"),
        "{said}"
    );
    println!("{said}");
}
