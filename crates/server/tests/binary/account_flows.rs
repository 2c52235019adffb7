//! Every flow of an account as a client in another language goes through it: `account_flows/play.py` starts the built server,
//! reads its mails from a mail server that is not ours and makes codes with a TOTP library that is not ours.

use std::path::Path;
use std::process::Command;

use crate::support::{Database, databases, has_python};

const MODULES: &[&str] = &["requests", "cryptography", "pyotp", "aiosmtpd"];

/// Plays all flows; what went wrong, if something did.
fn play(database: &Database) -> Result<(), String> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/binary/account_flows/play.py");
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
    if output.status.success() && said.ends_with("all flows played\n") {
        return Ok(());
    }
    let complained = String::from_utf8_lossy(&output.stderr);
    Err(format!("{database:?}\n{said}\n{complained}"))
}

#[test]
fn every_flow_of_an_account_goes_as_it_should() {
    if !has_python(MODULES) {
        return;
    }
    // At once: one of the flows waits for a minute.
    let failed: Vec<String> = std::thread::scope(|scope| {
        let runs = databases().into_iter();
        let runs: Vec<_> = runs
            .map(|database| scope.spawn(move || play(&database)))
            .collect();
        let ended = runs.into_iter().map(|run| run.join().unwrap());
        ended.filter_map(Result::err).collect()
    });
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}
