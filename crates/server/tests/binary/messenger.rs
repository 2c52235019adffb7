//! Everything in dialect `messenger`, played by clients in another language: `messenger/play.py`.

use std::path::Path;
use std::process::Command;

use crate::support::{Database, databases, has_python};

const MODULES: &[&str] = &["requests", "cryptography", "websockets"];

#[test]
fn two_people_do_everything_that_the_dialect_has() {
    if !has_python(MODULES) {
        return;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/binary/messenger/play.py");
    for database in databases() {
        let mut command = Command::new("python3");
        command
            .args([&script, Path::new(env!("CARGO_BIN_EXE_sealpost"))])
            .env("NO_PROXY", "*")
            .env("PYTHONDONTWRITEBYTECODE", "1");
        if let Database::Postgres(url) = &database {
            command.arg(url);
        }
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        let complained = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success() && said.ends_with("all is well\n"),
            "{database:?}\n{said}\n{complained}"
        );
    }
}
