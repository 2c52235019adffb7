//! The password that is typed at a terminal.

use serde_json::json;

use super::{PASSWORD, Ran, log_in};
use crate::support::{Database, Site, at_a_terminal, has_python};

/// `sealpost user create NAME`, and somebody at a terminal who types these lines when they are asked.
fn typed(site: &Site, username: &str, lines: [&str; 2]) -> Ran {
    let output = at_a_terminal(&site.command(&["user", "create", username]), lines);
    Ran {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_asked_for_twice_and_never_shown() {
    if !has_python(&["pty"]) {
        return;
    }
    let site = Site::new(Database::Sqlite);
    let server = site.start();
    let made = typed(&site, "alice", [PASSWORD, PASSWORD]);
    assert_eq!(made.code, 0, "{} {}", made.out, made.err);
    assert!(made.out.contains("alice"), "{}", made.out);
    assert_eq!(made.err, "Password: \nOnce more: \n");
    assert_eq!(log_in(&server, "alice", PASSWORD).await.0, 201);

    let differ = typed(&site, "bob", [PASSWORD, "canary-password-4c28"]);
    assert_eq!(differ.code, 1, "{} {}", differ.out, differ.err);
    assert!(
        differ.err.contains("the two passwords differ"),
        "{}",
        differ.err
    );
    let unknown = site.run(&["user", "show", "bob", "--json"]).refused();
    assert_eq!(unknown, json!("unknown-user"));
}
