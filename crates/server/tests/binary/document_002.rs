//! Document 002 from registration to live chat, by a Python client with nothing of ours in it, against the built server on
//! both databases.

use std::process::Command;

use crate::support::{Site, databases, found_in_files, has_python};

const CLIENT: &str = include_str!("document_002/client.py");

#[test]
fn a_client_of_document_002_lives_here() {
    if !has_python(&["requests"]) {
        return;
    }
    for database in databases() {
        // One client does what many would: the rates of logins are not what is tried here.
        let site = Site::new(database)
            .set("SEALPOST_LOG", "debug")
            .set("SEALPOST_LIMITS", "off");
        let server = site.start();
        let mails = site.data_dir().join("mail");
        let told = Command::new("python3")
            .args(["-c", CLIENT, server.base(), mails.to_str().unwrap()])
            .env("NO_PROXY", "*")
            .output()
            .unwrap();
        let (exit, _, log) = server.stop();
        assert!(told.status.success(), "{told:?}\n{log}");
        assert_eq!(told.stdout, b"the whole document\n");
        assert!(exit.success(), "{log}");
        for secret in ["popopopo", "Kaixo", "gmail.com"] {
            assert!(!log.contains(secret), "{secret}: {log}");
        }
        // What was said rests sealed.
        assert_eq!(found_in_files(&site.data_dir(), b"Kaixo!"), None);
    }
}
