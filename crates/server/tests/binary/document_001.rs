//! All of document 001 as a client in another language speaks it, in the cipher of today and in that of the original.

use std::path::Path;
use std::process::Command;

use crate::support::{Site, databases, found_in_files, has_python};

const PASSWORDS: [&str; 3] = [
    "Your_secure_pa$$w0rd",
    "An0ther_password",
    "A_th1rd_password",
];

fn play(site: &Site, cipher: &str) {
    let server = site.start();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/binary/document_001/play.py");
    let played = Command::new("python3")
        .arg(&script)
        .args([
            server.base(),
            site.data_dir().join("mail").to_str().unwrap(),
        ])
        .arg(cipher)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&played.stdout);
    assert!(
        said.ends_with("document 001 played\n"),
        "{cipher} {played:?}"
    );
    let (exit, _, log) = server.stop();
    assert!(exit.success(), "{log}");
    for password in PASSWORDS {
        assert!(!log.contains(password), "{log}");
        assert_eq!(found_in_files(&site.data_dir(), password.as_bytes()), None);
    }
}

#[test]
fn everything_in_both_ciphers() {
    if !has_python(&["cryptography"]) {
        return;
    }
    for database in databases() {
        play(&Site::new(database), "gcm");
    }
    for database in databases() {
        let site = Site::new(database).set("SEALPOST_DIALECTS_CHANNEL_LEGACY_ECB", "true");
        play(&site, "ecb");
    }
}
