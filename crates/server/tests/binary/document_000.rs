//! The example of document 000, as it stands there, against the built server with its default settings.

use std::path::Path;
use std::process::{Command, Output};

use crate::support::{Server, Site, databases};

/// The example, but for the indentation of the document.
const EXAMPLE: &str = include_str!("document_000/example.py");
/// What the example takes for granted: two users and a key file.
const REGISTER: &str = include_str!("document_000/register.py");
const HOST: &str = r#"host = "http://localhost:5000/api""#;
const PACKAGES: &str = "requests cryptography simplejson";

fn python(folder: &Path, script: &str, arguments: &[&str]) -> Output {
    Command::new("python3")
        .args(["-c", script])
        .args(arguments)
        .current_dir(folder)
        .env("NO_PROXY", "*")
        .output()
        .unwrap()
}

/// Whether the example can run here. Under `CI` it must.
fn has_python(folder: &Path) -> bool {
    let imports = format!("import {}", PACKAGES.replace(' ', ", "));
    let found = Command::new("python3")
        .args(["-c", &imports])
        .current_dir(folder)
        .output()
        .is_ok_and(|output| output.status.success());
    let missing = format!("python3 with the packages {PACKAGES} (pip install {PACKAGES})");
    assert!(
        found || std::env::var_os("CI").is_none(),
        "CI needs {missing}"
    );
    if !found {
        println!("NOT RUN: the example of document 000 needs {missing}");
    }
    found
}

fn run_example(server: &Server, folder: &Path) -> Output {
    assert!(EXAMPLE.contains(HOST));
    let here = format!("host = \"{}/api\"", server.base());
    python(folder, &EXAMPLE.replace(HOST, &here), &[])
}

#[test]
fn the_example_runs_as_pasted() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    if !has_python(folder) {
        return;
    }
    for database in databases() {
        let site = Site::new(database);
        let server = site.start();
        let registered = python(folder, REGISTER, &[server.base()]);
        assert!(registered.status.success(), "{registered:?}");
        let public = String::from_utf8(registered.stdout).unwrap();

        // The rate is 3 keys an hour, and registering took one.
        for _ in 0..2 {
            let ran = run_example(&server, folder);
            let said = String::from_utf8_lossy(&ran.stdout);
            assert!(ran.status.success(), "{ran:?}");
            assert!(said.contains("Status code: 200"), "{said}");
            assert!(said.contains(&public.replace('\n', "\\n")), "{said}");
        }
        let refused = run_example(&server, folder);
        let said = String::from_utf8_lossy(&refused.stdout);
        assert!(!refused.status.success());
        assert!(said.contains("too many requests"), "{said}");

        let (exit, _, log) = server.stop();
        assert!(exit.success(), "{log}");
        assert!(!log.contains("Your_secure"), "{log}");
    }
}
