//! Document 003 from its first endpoint to its last, by a client that knows nothing of this project, against the built server
//! with its default settings.

use std::process::Command;

use crate::support::{Site, databases, has_python};

const CLIENT: &str = include_str!("document_003/client.py");

#[test]
fn a_client_of_its_own_does_all_of_the_document() {
    if !has_python(&["http.client"]) {
        return;
    }
    for database in databases() {
        let site = Site::new(database);
        let server = site.start();
        let ran = Command::new("python3")
            .args(["-c", CLIENT, server.base()])
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&ran.stdout);
        assert!(ran.status.success(), "{ran:?}");
        assert_eq!(said.trim(), "all of document 003");
        let (exit, _, log) = server.stop();
        assert!(exit.success(), "{log}");
        for secret in ["new_password", "session_id=", "text of the message"] {
            assert!(!log.contains(secret), "{log}");
        }
    }
}
