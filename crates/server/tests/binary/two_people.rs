//! Two people in another language: `docs/examples/two_people.py`, which uses nothing of this project, against the built
//! server on both databases.

use std::process::Command;

use crate::support::{Database, databases, has_python};

#[test]
fn a_sealed_message_and_an_encrypted_file_survive_a_kill() {
    if !has_python(&["requests", "cryptography"]) {
        return;
    }
    let script = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/examples/two_people.py"
    );
    for database in databases() {
        let mut command = Command::new("python3");
        command.arg(script).arg(env!("CARGO_BIN_EXE_sealpost"));
        if let Database::Postgres(url) = &database {
            command.arg(url);
        }
        let output = command.output().unwrap();
        let (said, complained) = (
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr),
        );
        assert!(
            output.status.success() && said.ends_with("all is well\n"),
            "{database:?}\n{said}\n{complained}"
        );
    }
}
