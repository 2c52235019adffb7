//! The web client and its SDK, by the programs that they are for: Node, and a real browser.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::support::{Database, Site, has_python};

/// Where the client's files are.
fn assets() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../http/assets/web")
}

fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/binary/web")
}

/// Where `scripts/install-axe` puts axe-core.
fn axe() -> PathBuf {
    let folder = std::env::var_os("AXE_CORE_DIR").map(PathBuf::from);
    let default = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/axe-core");
    let folder = folder.unwrap_or_else(default);
    folder.join("node_modules/axe-core/axe.min.js")
}

/// Whether a program says that it is there.
fn answers(program: &str) -> bool {
    let output = Command::new(program).arg("--version").output();
    output.is_ok_and(|output| output.status.success())
}

/// Whether nothing is missing. If something is, says so loudly; under `CI` nothing may be.
fn has(all: &[(bool, &str)]) -> bool {
    let missing: Vec<_> = all
        .iter()
        .filter(|(there, _)| !there)
        .map(|(_, what)| *what)
        .collect();
    if missing.is_empty() {
        return true;
    }
    assert!(
        std::env::var_os("CI").is_none(),
        "CI must run this test: no {missing:?}"
    );
    println!("!!! no {missing:?}; the test is SKIPPED");
    false
}

fn ends_with(output: &Output, moral: &str) {
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && said.ends_with(&format!("{moral}\n")),
        "{said}\n{complained}"
    );
}

#[test]
fn the_sdk_and_the_rust_client_read_each_other() {
    if !has(&[(answers("node"), "node (version 20 or later)")]) {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let site = Site::new(Database::Sqlite).set("SEALPOST_LIMITS", "off");
    let server = site.start();
    let output = Command::new("node")
        .arg(scripts().join("sdk.mjs"))
        .arg(assets().join("sealpost.js"))
        .arg(server.base())
        .arg(env!("CARGO_BIN_EXE_sealpost"))
        .arg(home.path())
        .output()
        .unwrap();
    ends_with(&output, "sealpost.js keeps its word.");
}

/// Plays a script with the built program and real browsers.
fn play_in_browsers(script: &str, moral: &str) {
    let browser = answers("chromium") || answers("/usr/bin/chromium");
    let driver = answers("chromedriver") || answers("/usr/bin/chromedriver");
    let wanted = [
        (browser, "chromium"),
        (driver, "chromedriver"),
        (has_python(&["requests", "cryptography"]), "python3"),
        (axe().is_file(), "axe-core: run scripts/install-axe"),
    ];
    if !has(&wanted) {
        return;
    }
    let output = Command::new("python3")
        .arg(scripts().join(script))
        .arg(env!("CARGO_BIN_EXE_sealpost"))
        .arg(axe())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .unwrap();
    println!("{}", String::from_utf8_lossy(&output.stdout));
    ends_with(&output, moral);
}

#[test]
fn two_people_talk_in_real_browsers() {
    play_in_browsers("browser.py", "The web client keeps its word.");
}

#[test]
fn files_are_shared_in_real_browsers() {
    play_in_browsers("sharing.py", "Files are shared in real browsers.");
}

#[test]
fn whoever_signs_up_completes_a_sentence_where_one_is_wanted() {
    play_in_browsers("humans.py", "People sign up.");
}

#[test]
fn nobody_needs_a_mouse() {
    play_in_browsers("keyboard.py", "Nobody needs a mouse.");
}

/// `SEALPOST_WEB_UPLOAD_MIB` makes the file larger.
#[test]
fn a_large_file_arrives_through_a_pause_and_a_killed_server() {
    play_in_browsers("uploading.py", "A large file arrives.");
}

/// `SEALPOST_WEB_MESSAGES` makes the conversation longer.
#[test]
fn a_long_conversation_scrolls_in_bounded_memory() {
    play_in_browsers("measures.py", "The web client is quick and small.");
}

#[test]
fn the_page_of_the_api_asks_nobody_else() {
    play_in_browsers("reference.py", "The page of the API keeps to itself.");
}

#[test]
fn what_is_served_is_what_the_program_says_it_serves() {
    let site = Site::new(Database::Sqlite);
    let listed = site.command(&["assets"]).output().unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    assert!(listed.lines().count() > 10, "{listed}");
    for line in listed.lines() {
        let (digest, path) = line.split_once("  web/").unwrap();
        let (_, name) = path.split_once('/').unwrap();
        assert_eq!(digest.len(), 64);
        if name == "index.html" || name == "link.html" {
            continue; // it names the version of the others
        }
        let file = std::fs::read(assets().join(name)).unwrap();
        let hex: String = sealpost_crypto::sha256(&file)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(hex, digest, "{name}");
    }
    let off = Site::new(Database::Sqlite).set("SEALPOST_WEB_ENABLED", "false");
    let server = off.start();
    let output = Command::new("curl")
        .args(["-s", "-o", "/dev/null", "-w", "%{http_code}"])
        .arg(server.url("/"))
        .output()
        .unwrap();
    assert_eq!(output.stdout, b"404");
}
