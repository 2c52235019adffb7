//! Other users of the machine.

use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;

use rustix::process::geteuid;

use crate::support::{Database, Site};

/// Some other user.
const NOBODY: u32 = 65534;

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
}

/// Runs a command as somebody else, which only root can.
fn as_nobody(site: &Site, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = site.command(arguments);
    let output = command.uid(NOBODY).gid(NOBODY).output().unwrap();
    (
        output.status.code(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

#[test]
fn the_mode_of_the_socket_keeps_others_out_and_so_does_the_server_itself() {
    let site = Site::new(Database::Sqlite);
    let server = site.start();
    let socket = site.data_dir().join("admin.sock");
    let refused = "only root and the user that the server runs as";
    if !geteuid().is_root() {
        set_mode(&socket, 0);
        let ran = site.run(&["user", "list"]);
        assert_eq!(ran.code, 1);
        assert!(ran.err.contains(refused), "{}", ran.err);
        return;
    }
    // The program and the folders above must be within the other's reach.
    set_mode(site.data_dir().parent().unwrap(), 0o755);
    set_mode(&site.data_dir(), 0o755);
    let (code, said) = as_nobody(&site, &["user", "list"]);
    assert_eq!(code, Some(1));
    assert!(said.contains(refused), "{said}");
    set_mode(&socket, 0o666);
    let (code, said) = as_nobody(&site, &["user", "list"]);
    assert_eq!(code, Some(1));
    assert!(said.contains(refused), "{said}");
    let (_, _, log) = server.stop();
    assert!(
        log.contains("refused somebody on the admin socket"),
        "{log}"
    );
}

#[test]
fn without_a_server_nobody_but_the_owner_opens_the_store() {
    let site = Site::new(Database::Sqlite);
    let absent = site.run(&["user", "list"]);
    assert_eq!(absent.code, 1);
    assert!(absent.err.contains("SEALPOST_DATA_DIR"), "{}", absent.err);
    assert!(
        !site.data_dir().exists(),
        "a command founds no installation"
    );

    drop(site.start());
    if geteuid().is_root() {
        // Root could; its files would be in the way of the server's user.
        std::os::unix::fs::chown(site.data_dir(), Some(NOBODY), None).unwrap();
        let ran = site.run(&["user", "list"]);
        assert_eq!(ran.code, 1);
        assert!(ran.err.contains("user with id 65534"), "{}", ran.err);
    }
}
