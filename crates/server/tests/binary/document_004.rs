//! Document 004 against the built server with its default settings: its curl lines as they stand there, and 64 MiB up and
//! back in little memory, opened by the library of the original's users.

use std::process::Command;

use crate::support::{Site, databases, has_python};

const CLIENT: &str = include_str!("document_004/client.py");

#[test]
fn the_lines_of_the_document_and_64_mib_opened_elsewhere() {
    if !has_python(&["cryptography"]) {
        return;
    }
    for database in databases() {
        let site = Site::new(database);
        let server = site.start();
        let process = server.process_id().to_string();
        let ran = Command::new("python3")
            .args(["-c", CLIENT, server.base(), &process])
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&ran.stdout);
        println!("{:?}:\n{said}", site.database());
        assert!(
            ran.status.success(),
            "{said}{}",
            String::from_utf8_lossy(&ran.stderr)
        );
        let (exit, _, log) = server.stop();
        assert!(exit.success(), "{log}");
        assert!(!log.contains("Password") && !log.contains("eyJ"), "{log}");
    }
}
