//! What the pages tell people to type, typed: each block of shell in `docs/dialects/` and on the pages about messages, groups and
//! repeating a request, against the built server. (What `messenger.md` tells is `messenger.rs`.)

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{Server, Site, databases, has_python};

const MAILBOX: &str = include_str!("../../../../docs/dialects/mailbox.md");
const SOCIAL: &str = include_str!("../../../../docs/dialects/social.md");
const CHANNEL: &str = include_str!("../../../../docs/dialects/channel.md");
const VAULT: &str = include_str!("../../../../docs/dialects/vault.md");

const MESSAGES: &str = include_str!("../../../../docs/messages.md");
const GROUPS: &str = include_str!("../../../../docs/groups.md");
const REPEATING: &str = include_str!("../../../../docs/api/repeating.md");

/// What the pages on messages and groups take for granted: two people who talk, a message of the first, a file. A refusal ends
/// the shell.
pub(crate) const SCENE: &str = r#"
curl() { command curl --fail-with-body -sS "$@"; }
post() { curl "$SERVER/v1/$1" -H 'Content-Type: application/json' -d "$2" -H "Authorization: Bearer $TOKEN"; }
field() { sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p"; }
TOKEN=
for name in bob carol dora; do
    curl "$SERVER/v1/accounts" -H 'Content-Type: application/json' \
        -d "{\"username\": \"$name\", \"password\": \"a password for pages\"}" >account.json
done
TOKEN=$(curl "$SERVER/v1/sessions" -H 'Content-Type: application/json' \
    -d '{"identifier": "dora", "password": "a password for pages"}' | field access_token)
C=$(post conversations '{"username": "bob"}' | sed 's/^{"id":"\([^"]*\)".*/\1/')
M=$(post "conversations/$C/messages" '{"client_id": "m", "format": "text", "body": "one"}' | field id)
post "conversations/$C/messages" '{"client_id": "n", "format": "text", "body": "two"}' >sent.json
F=$(curl "$SERVER/v1/files" -H "Authorization: Bearer $TOKEN" --data-binary @account.json | field id)
"#;

/// What the page on `channel` takes for granted where it makes a recovery key.
const LOGGED_IN: &str = r#"
SERVER=http://127.0.0.1:5000
TOKEN=$(curl -s "$SERVER/v1/sessions" -H 'Content-Type: application/json' \
    -d '{"identifier": "alice", "password": "Your_secure_pa$$w0rd"}' | sed -n 's/.*"access_token": *"\([^"]*\)".*/\1/p')
"#;

/// Where the pages say that the server is.
const ADDRESSES: [&str; 3] = [
    "http://localhost:5000",
    "http://127.0.0.1:5000",
    "http://127.0.0.1:8000",
];

/// Whether there is a curl. If not, says so loudly; under `CI` there must be one.
pub(crate) fn has_curl() -> bool {
    let found = Command::new("curl").arg("--version").output().is_ok();
    if !found {
        assert!(std::env::var_os("CI").is_none(), "CI must have curl");
        println!("!!! no curl: install it; the test is SKIPPED");
    }
    found
}

/// The blocks of shell of a page.
pub(crate) fn blocks(page: &str) -> Vec<&str> {
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

        let [message, recovery_key] = blocks(CHANNEL)[..] else {
            panic!("two blocks")
        };
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let said = typed(&server, &root, message);
        assert!(
            said.starts_with("eyJ") && said.ends_with("(200, 'Hello, Bob')\n"),
            "{said}"
        );
        let said = typed(&server, &here, &format!("{LOGGED_IN}\n{recovery_key}"));
        assert!(said.contains(r#""recovery_key":"spk_"#), "{said}");

        let (exit, _, log) = server.stop();
        assert!(exit.success(), "{log}");
    }
}

/// Types what the pages say about messages and groups one after the other, as one who has the tokens and ids they speak of.
#[test]
fn what_the_pages_on_messages_and_groups_say_works() {
    if !has_curl() {
        return;
    }
    for database in databases() {
        let site = Site::new(database);
        let server = site.start();
        let lines = [SCENE].into_iter();
        let lines = lines.chain(blocks(MESSAGES)).chain(blocks(GROUPS));
        let script: Vec<String> = lines
            .map(|block| block.replace("http://127.0.0.1:5000", server.base()))
            .collect();
        let output = Command::new("sh")
            .args(["-euc", &script.join("\n")])
            .current_dir(home(&site))
            .env("NO_PROXY", "*")
            .env("SERVER", server.base())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{output:?}");
        for told in [
            r#""read_seq":3,"delivered_seq":3"#,
            r#""expires_in":86400"#,
            r#""deleted_at":"20"#,
            r#""title":"Choir""#,
        ] {
            assert!(said.contains(told), "{told} is not in {said}");
        }

        let [again] = blocks(REPEATING)[..] else {
            panic!("one block")
        };
        let here = home(&site);
        let (first, second) = (typed(&server, &here, again), typed(&server, &here, again));
        assert!(first.contains(r#""username":"alice""#), "{first}");
        assert_eq!(first, second);
        let (exit, _, log) = server.stop();
        assert!(exit.success(), "{log}");
    }
}
