//! The story of all five dialects together, as clients in another language live it: `across/play.py`.

use std::path::Path;
use std::process::Command;

use crate::support::{Database, databases, has_python};

const MODULES: &[&str] = &["requests", "websockets", "cryptography", "pyotp"];

/// Plays the story; what went wrong, if something did.
fn play(database: &Database) -> Result<(), String> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/binary/across/play.py");
    let mut command = Command::new("python3");
    command
        .args([&script, Path::new(env!("CARGO_BIN_EXE_sealpost"))])
        .env("NO_PROXY", "*")
        .env("PYTHONDONTWRITEBYTECODE", "1");
    if let Database::Postgres(url) = database {
        command.arg(url);
    }
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    if output.status.success() && said.ends_with("everyone reached everyone\n") {
        return Ok(());
    }
    let complained = String::from_utf8_lossy(&output.stderr);
    Err(format!("{database:?}\n{said}\n{complained}"))
}

#[test]
fn whoever_comes_in_by_one_door_is_known_at_all_of_them() {
    if !has_python(MODULES) {
        return;
    }
    for database in databases() {
        if let Err(failed) = play(&database) {
            panic!("{failed}");
        }
    }
}
