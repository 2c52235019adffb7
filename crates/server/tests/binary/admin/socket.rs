//! The admin socket itself: whose it is, what becomes of it, and what is sent to it.

use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{Database, Site, databases};

#[test]
fn a_killed_server_leaves_a_socket_that_stops_nobody() {
    for database in databases() {
        let site = Site::new(database);
        site.start().kill();
        let socket = site.data_dir().join("admin.sock");
        assert!(socket.exists(), "a killed process cannot clean up");
        site.create("alice");
        let server = site.start();
        assert_eq!(site.json(&["user", "show", "alice"])["sessions"], 0);
        let mode = socket.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600);
        assert!(server.stop().0.success());
        assert!(!socket.exists(), "it goes with its server");
    }
}

#[test]
fn a_server_that_is_refused_leaves_the_socket_of_the_first_alone() {
    let site = Site::new(Database::Sqlite);
    let _server = site.start();
    let (status, said) = site.refused(&[]);
    assert!(
        !status.success() && said.contains("already in use"),
        "{said}"
    );
    site.create("alice");
    assert_eq!(site.json(&["user", "list"])["data"][0]["username"], "alice");
}

#[test]
fn what_is_no_socket_of_ours_is_never_removed() {
    let site = Site::new(Database::Sqlite);
    drop(site.start());
    let path = site.data_dir().join("admin.sock");
    let _ = std::fs::remove_file(&path);
    let other = UnixListener::bind(&path).unwrap();
    let (status, said) = site.refused(&[]);
    assert!(
        !status.success() && said.contains("another program answers there"),
        "{said}"
    );
    drop(other);
    std::fs::remove_file(&path).unwrap();
    std::fs::write(&path, "mine").unwrap();
    let (status, said) = site.refused(&[]);
    assert!(
        !status.success() && said.contains("something else has this name"),
        "{said}"
    );
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "mine");
}

#[test]
fn a_command_waits_for_a_server_that_is_starting() {
    let site = Site::new(Database::Sqlite);
    drop(site.start());
    for _ in 0..5 {
        let starting = site.command(&[]).spawn().unwrap();
        // At whatever moment it comes: the socket may not be there, or be there and not answer yet.
        let listed = site.json(&["user", "list"]);
        assert_eq!(listed, json!({"data": []}));
        let mut starting = starting;
        starting.kill().unwrap();
        starting.wait().unwrap();
    }
}

/// Sends bytes to the socket; what comes back until it is closed.
pub(super) fn send(site: &Site, bytes: &[u8]) -> String {
    let mut stream = UnixStream::connect(site.data_dir().join("admin.sock")).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    // The server may close before all of it is sent.
    let _ = stream.write_all(bytes);
    let mut text = String::new();
    let _ = stream.read_to_string(&mut text);
    text
}

#[test]
fn what_is_not_understood_is_refused_and_harms_nobody() {
    let site = Site::new(Database::Sqlite);
    let server = site.start();
    for wrong in [
        "canary-secret\n",
        r#"{"version":2,"request":{"command":"user.list","after":null,"limit":1}}
"#,
        r#"{"version":1,"request":{"command":"user.own","password":"canary-secret"}}
"#,
    ] {
        let answer: Value = serde_json::from_str(&send(&site, wrong.as_bytes())).unwrap();
        assert_eq!(answer["error"]["code"], "not-understood", "{wrong}");
        assert!(!answer.to_string().contains("canary"), "{answer}");
    }
    assert_eq!(send(&site, &vec![b'a'; 1 << 20]), "");
    // Eight who say nothing keep all seats, for ten seconds at the most.
    let silent: Vec<_> = (0..8)
        .map(|_| UnixStream::connect(site.data_dir().join("admin.sock")).unwrap())
        .collect();
    let began = Instant::now();
    site.json(&["user", "list"]);
    assert!(began.elapsed() < Duration::from_secs(20));
    drop(silent);
    let (exit, _, log) = server.stop();
    assert!(exit.success());
    assert!(!log.contains("canary"), "{log}");
}
