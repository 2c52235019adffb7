//! Uploads that go on (tus): a stock client over a line that is cut, and kills in mid-upload, on both databases.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{databases, has_python, play_with};

/// Where `scripts/install-tus-client` puts the client.
fn modules() -> PathBuf {
    let folder = std::env::var_os("TUS_CLIENT_DIR").map(PathBuf::from);
    let default = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/tus-client");
    folder.unwrap_or_else(default).join("node_modules")
}

/// Whether the stock clients can run here. If not, says so loudly; under `CI` they must.
fn has_clients() -> bool {
    let runs = |program: &str| {
        let output = Command::new(program).arg("--version").output();
        output.is_ok_and(|output| output.status.success())
    };
    let client = modules().join("tus-js-client").is_dir();
    let missing = match (runs("node"), runs("curl"), client) {
        (true, true, true) => return true,
        (false, ..) => "no node (version 20 or later)",
        (_, false, _) => "no curl",
        (.., false) => "no tus-js-client: run scripts/install-tus-client",
    };
    assert!(
        std::env::var_os("CI").is_none(),
        "CI must run this test: {missing}"
    );
    println!("!!! {missing}; the test is SKIPPED");
    false
}

#[test]
fn a_stock_client_uploads_through_cuts_and_kills() {
    if !has_clients() || !has_python(&["requests"]) {
        return;
    }
    let modules = modules();
    for database in databases() {
        let environment = [("TUS_CLIENT_MODULES", modules.as_os_str())];
        let played = play_with(
            "uploads/stock_client.py",
            &database,
            "stock clients lose nothing",
            &environment,
        );
        played.unwrap();
    }
}

#[test]
fn kills_in_mid_re_encryption_leave_one_blob_and_one_key() {
    if !has_python(&["requests", "cryptography"]) {
        return;
    }
    for database in databases() {
        let moral = "the file opens with one key";
        play_with("uploads/resealed.py", &database, moral, &[]).unwrap();
    }
}

#[test]
fn kills_in_mid_upload_lose_no_acknowledged_byte() {
    if !has_python(&["requests"]) {
        return;
    }
    for database in databases() {
        let moral = "no acknowledged byte is lost";
        play_with("uploads/killed.py", &database, moral, &[]).unwrap();
    }
}
