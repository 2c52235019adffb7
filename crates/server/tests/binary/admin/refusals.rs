//! What is refused before anything is done, and how.

use super::PASSWORD;
use crate::support::{Database, Site};

#[test]
fn a_wrong_command_line_is_told_from_a_refusal() {
    let site = Site::new(Database::Sqlite);
    let _server = site.start();
    for arguments in [
        &["user"][..],
        &["user", "create", "alice"],
        &["user", "create", "alice", "--password", PASSWORD],
        &["user", "create", "a", "--generate", "--password-file", "-"],
        &["session", "revoke"],
        &["session", "revoke", "id", "--user", "alice"],
        &["invite", "--uses", "0"],
        &["invite", "--uses", "1001"],
        &["invite", "--expires", "7"],
    ] {
        let ran = site.run(arguments);
        assert_eq!(
            (ran.code, ran.out.as_str()),
            (2, ""),
            "{arguments:?} {}",
            ran.err
        );
    }
    for (arguments, words) in [
        (&["invite", "--expires", "366d"][..], "365 days"),
        (&["invite", "--expires", "0s"], "a second at least"),
        (&["user", "show", "nobody"], "nobody here has this username"),
        (&["user", "create", "a b", "--generate"], "no white space"),
        (
            &["user", "create", "alice", "--password-file", "/nowhere"],
            "cannot read the password",
        ),
    ] {
        let ran = site.run(arguments);
        assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{arguments:?}");
        assert!(ran.err.contains(words), "{}", ran.err);
    }
    let short = site.run_with(
        &["user", "create", "alice", "--password-file", "-"],
        "short\n",
    );
    assert_eq!(short.code, 1);
    assert!(short.err.contains("8 to 128"), "{}", short.err);
}
