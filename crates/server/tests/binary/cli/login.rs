//! Who is logged in, what is kept of it, and who may see that.

use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};

use super::{PASSWORD, Person, Ran};
use crate::admin::factors::switch_on_totp;
use crate::support::{Database, Server, Site, at_a_terminal, databases, has_python, http_client};

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_kept_for_its_owner_alone() {
    let site = Site::new(Database::Sqlite);
    let server = site.start();
    let alice = Person::register(&server, "alice").await;
    assert_eq!(alice.refused(&["whoami"]), "not-logged-in");
    let wrong = [
        "login",
        &alice.server,
        "alice",
        "--password-file",
        "-",
        "--json",
    ];
    let wrong = alice.run_with(&wrong, "not the password");
    assert_eq!(wrong.refused(), "wrong-credentials");
    assert_eq!(
        alice.refused(&["login", &alice.server, "alice"]),
        "no-password"
    );
    assert_eq!(alice.log_in(&[]).code, 0);

    for file in std::fs::read_dir(alice.profile()).unwrap() {
        let metadata = file.unwrap().metadata().unwrap();
        assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
    }
    let mode =
        |mode| std::fs::set_permissions(alice.session_file(), PermissionsExt::from_mode(mode));
    mode(0o640).unwrap();
    assert_eq!(alice.refused(&["whoami"]), "state-exposed");
    mode(0o600).unwrap();
    let me = alice.json(&["whoami"]);
    let keys = alice
        .profile()
        .join(format!("{}.keys", me[0]["id"].as_str().unwrap()));
    std::fs::set_permissions(&keys, PermissionsExt::from_mode(0o604)).unwrap();
    assert_eq!(alice.refused(&["whoami"]), "device-keys");
    std::fs::set_permissions(&keys, PermissionsExt::from_mode(0o600)).unwrap();

    // Another account has another profile; the same one may log in anew, with the same keys.
    let bob = Person::register(&server, "bob").await;
    let login = [
        "login",
        &alice.server,
        "bob",
        "--password-file",
        "-",
        "--json",
    ];
    assert_eq!(alice.run_with(&login, PASSWORD).refused(), "other-account");
    let work = [&login[..], &["--profile", "work"]].concat();
    assert_eq!(
        alice.run_with(&work, PASSWORD).lines()[0]["username"],
        "bob"
    );
    let at_work = alice
        .command(&["whoami", "--json"])
        .env("SEALPOST_PROFILE", "work")
        .output();
    assert_eq!(Ran::from(at_work.unwrap()).lines()[0]["username"], "bob");
    assert_eq!(alice.log_in(&[]).code, 0);
    assert_eq!(alice.json(&["whoami"]), me);
    drop(bob);

    assert_eq!(alice.run(&["logout"]).code, 0);
    assert_eq!(alice.refused(&["whoami"]), "not-logged-in");
    assert_eq!(alice.log_in(&[]).code, 0);
    assert_eq!(alice.json(&["whoami"]), me);
}

/// A token is spent by every command, and by all of them at once; and a crash before its successor was kept.
#[tokio::test(flavor = "multi_thread")]
async fn no_command_locks_another_one_out() {
    for database in databases() {
        let site = Site::new(database);
        let server = site.start();
        let alice = Person::join(&server, "alice").await;
        let token = || std::fs::read_to_string(alice.session_file()).unwrap();
        let first = token();
        let running: Vec<_> = (0..8)
            .map(|_| alice.command(&["whoami", "--json"]).spawn().unwrap())
            .collect();
        for child in running {
            let ran = Ran::from(child.wait_with_output().unwrap());
            assert_eq!(ran.lines()[0]["username"], "alice");
        }
        let spent = token();
        assert_ne!(spent, first);
        alice.json(&["whoami"]);
        let successor = token();
        std::fs::write(alice.session_file(), &spent).unwrap();
        alice.json(&["whoami"]);
        assert_eq!(token(), successor);
    }
}

async fn session(server: &Server) -> Value {
    let body = json!({"identifier": "alice", "password": PASSWORD});
    let request = http_client().post(server.url("/v1/sessions")).json(&body);
    request.send().await.unwrap().json().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_factor_is_typed_where_nobody_sees_it() {
    if !has_python(&["pty"]) {
        return;
    }
    let site = Site::new(Database::Sqlite);
    let server = site.start();
    let alice = Person::register(&server, "alice").await;
    let code = switch_on_totp(&server, &session(&server).await).await;
    // Nobody is at a terminal.
    assert_eq!(
        alice.log_in(&["--json"]).refused(),
        "second-factor-required"
    );
    let login = alice.command(&["login", &alice.server, "alice", "--json"]);
    let ran = Ran::from(at_a_terminal(&login, [PASSWORD, &code]));
    assert_eq!(ran.lines()[0]["username"], "alice");
    let asked = "Password: \nA second factor is wanted, one of totp, recovery-code.\nCode: \n";
    assert_eq!(ran.err, asked);
    assert!(!ran.out.contains(&code));
    assert_eq!(alice.json(&["whoami"])[0]["username"], "alice");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_made_and_logged_in_by_one_command() {
    let server = Site::new(Database::Sqlite).start();
    let person = Person {
        name: "dora",
        home: tempfile::tempdir().unwrap(),
        server: server.base().to_owned(),
    };
    let register = |name: &str, password: &str| {
        let options = [
            "--email",
            "dora@example.org",
            "--password-file",
            "-",
            "--json",
        ];
        let arguments = [&["register", &person.server, name], &options[..]].concat();
        person.run_with(&arguments, password)
    };
    assert_eq!(
        register(person.name, "password").refused(),
        "invalid-fields"
    );
    let made = register(person.name, PASSWORD);
    assert_eq!(made.lines()[0]["username"], "dora");
    assert_eq!(person.json(&["whoami"])[0]["username"], "dora");
    // Nobody is asked for anything, and no account is made that this profile would not log in to.
    assert_eq!(register("erin", PASSWORD).refused(), "other-account");
    let place = sealpost_client::Server::at(server.base()).unwrap();
    assert!(place.log_in("erin", PASSWORD).await.is_err());
    assert_eq!(person.run(&["logout"]).code, 0);
    assert_eq!(register(person.name, PASSWORD).refused(), "username-taken");
}
