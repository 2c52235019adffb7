//! What the pages of the dialects tell people to type, typed: each block of shell in `docs/dialects/`, against the built
//! server. (What `messenger.md` tells is `messenger.rs`.)

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{Server, Site, databases, has_python};

const MAILBOX: &str = include_str!("../../../../docs/dialects/mailbox.md");
const SOCIAL: &str = include_str!("../../../../docs/dialects/social.md");
const CHANNEL: &str = include_str!("../../../../docs/dialects/channel.md");
const VAULT: &str = include_str!("../../../../docs/dialects/vault.md");

/// Where the pages say that the server is.
const ADDRESSES: [&str; 3] = [
    "http://localhost:5000",
    "http://127.0.0.1:5000",
    "http://127.0.0.1:8000",
];

/// Whether there is a curl. If not, says so loudly; under `CI` there must be one.
fn has_curl() -> bool {
    let found = Command::new("curl").arg("--version").output().is_ok();
    if !found {
        assert!(std::env::var_os("CI").is_none(), "CI must have curl");
        println!("!!! no curl: install it; the test is SKIPPED");
    }
    found
}

/// The blocks of shell of a page.
fn blocks(page: &str) -> Vec<&str> {
    let rests = page.split("```sh\n").skip(1);
    rests
        .map(|rest| rest.split_once("\n```").unwrap().0)
        .collect()
}

/// Types a block in this folder, stopping at whatever goes wrong; what was said.
fn typed(server: &Server, folder: &Path, block: &str) -> String {
    let address = ADDRESSES.iter().find(|address| block.contains(*address));
    let block = block.replace(address.unwrap(), server.base());
    let output = Command::new("sh")
        .args(["-ec", &block])
        .current_dir(folder)
        .env("NO_PROXY", "*")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .unwrap();
    assert!(output.status.success(), "{block}\n{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The folder in which the server of this site was started.
fn home(site: &Site) -> PathBuf {
    site.data_dir().parent().unwrap().to_owned()
}

/// Without white space and what is new each time: letters and digits in a row of twenty and more.
fn told(said: &str) -> String {
    let mut told = String::new();
    let is_part = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    for word in said.split_inclusive(|c| !is_part(c)) {
        let letters = word.trim_end_matches(|c| !is_part(c));
        let end = &word[letters.len()..];
        told.push_str(if letters.len() < 20 { letters } else { "…" });
        told.push_str(end.trim());
    }
    told
}

#[test]
fn what_the_pages_say_works() {
    if !has_curl() || !has_python(&["cryptography"]) {
        return;
    }
    for database in databases() {
        let site = Site::new(database);
        let server = site.start();
        let here = home(&site);

        let [session] = blocks(MAILBOX)[..] else {
            panic!("one block")
        };
        let said = told(&typed(&server, &here, session));
        assert_eq!(said, r#"OK{"session_id":"…"}[]"#);

        let [start, login] = blocks(SOCIAL)[..] else {
            panic!("two blocks")
        };
        // This is what the test has done, at another address.
        let started = "SEALPOST_LISTEN=127.0.0.1:8000 SEALPOST_DATA_DIR=./data sealpost";
        assert_eq!(start, started);
        assert_eq!(site.data_dir(), here.join("data"));
        let said = told(&typed(&server, &here, login));
        let expected = concat!(
            r#"{"detail":"Userregisteredsuccessfully.Pleaselogin."}"#,
            "Emailsent.Usethecodesentintheloginprocess",
            r#"{"access_token":"…","refresh_token":"…","token_auth":"…"}"#
        );
        assert_eq!(said, expected);

        let [round] = blocks(VAULT)[..] else {
            panic!("one block")
        };
        let said = typed(&server, &here, round);
        let hostname = std::fs::read_to_string("/etc/hostname").unwrap();
        assert!(said.starts_with("Registration user User is done!Login is OK, your name: User"));
        assert!(
            said.ends_with(&format!("b{:?}\n", hostname).replace('"', "'")),
            "{said}"
        );

        let [message] = blocks(CHANNEL)[..] else {
            panic!("one block")
        };
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let said = typed(&server, &root, message);
        assert!(
            said.starts_with("eyJ") && said.ends_with("(200, 'Hello, Bob')\n"),
            "{said}"
        );

        let (exit, _, log) = server.stop();
        assert!(exit.success(), "{log}");
    }
}
