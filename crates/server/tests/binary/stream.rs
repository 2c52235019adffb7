//! A client of server-sent events that uses nothing of this project: Python, with `requests` (`play.py`).

use std::process::Command;

use crate::support::{Database, Site, has_python};

const PROGRAM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/binary/stream/play.py");

#[test]
fn nothing_is_missed_by_who_breaks_off_and_comes_back() {
    if !has_python(&["requests"]) {
        return;
    }
    let site = Site::new(Database::Sqlite);
    let server = site.start();
    let output = Command::new("python3")
        .args([PROGRAM, server.base()])
        .env("NO_PROXY", "*")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .unwrap();
    let (said, complained) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{said}{complained}");
    print!("{said}");
}
