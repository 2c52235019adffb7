//! Starting: what the first start makes, what the second finds, and what is refused, each with what to do.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::support::{Database, Server, Site, databases, found_in_files, http_client};
use serde_json::{Value, json};

const PASSWORD: &str = "canary-password-9f31";

async fn post(server: &Server, path: &str, body: &Value) -> (u16, Value) {
    let answer = http_client()
        .post(server.url(path))
        .json(body)
        .send()
        .await
        .unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn me(server: &Server, token: &str) -> (u16, Value) {
    let request = http_client().get(server.url("/v1/me")).bearer_auth(token);
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn register(server: &Server, username: &str) -> (u16, Value) {
    post(
        server,
        "/v1/accounts",
        &json!({"username": username, "password": PASSWORD}),
    )
    .await
}

async fn log_in(server: &Server, username: &str) -> (u16, Value) {
    post(
        server,
        "/v1/sessions",
        &json!({"identifier": username, "password": PASSWORD}),
    )
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_survives_a_kill_and_a_restart() {
    for database in databases() {
        // A fixed public URL: the port differs at each start, and tokens name their issuer.
        let site = Site::new(database).set("SEALPOST_PUBLIC_URL", "http://sealpost.test");
        let server = site.start();
        assert_eq!(register(&server, "alice").await.0, 201);
        let (status, session) = log_in(&server, "alice").await;
        assert_eq!(status, 201);
        let token = session["access_token"].as_str().unwrap();
        server.kill();

        let server = site.start();
        let (status, account) = me(&server, token).await;
        assert_eq!((status, &account["username"]), (200, &json!("alice")));
        assert_eq!(register(&server, "ALICE").await.0, 409);
        let (exit, _, log) = server.stop();
        assert!(exit.success(), "{log}");
        for secret in [PASSWORD, token, session["refresh_token"].as_str().unwrap()] {
            assert!(!log.contains(secret), "a secret is in the log");
            assert_eq!(found_in_files(&site.data_dir(), secret.as_bytes()), None);
        }
    }
}

/// The mode of everything below `folder`, by path.
fn modes(folder: &Path) -> Vec<(PathBuf, std::fs::Metadata)> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let metadata = entry.metadata().unwrap();
        if metadata.is_dir() {
            all.extend(modes(&entry.path()));
        }
        all.push((entry.path(), metadata));
    }
    all
}

#[test]
fn the_first_start_makes_everything_private() {
    let site = Site::new(Database::Sqlite);
    let server = site.start();
    assert_eq!(
        site.data_dir().metadata().unwrap().permissions().mode() & 0o777,
        0o700
    );
    let modes = modes(&site.data_dir());
    for made in ["master.key", "sealpost.db", "sealpost.lock", "blobs"] {
        assert!(
            modes.iter().any(|(path, _)| path.ends_with(made)),
            "{made}: {modes:?}"
        );
    }
    for (path, metadata) in modes {
        let private = if metadata.is_dir() { 0o700 } else { 0o600 };
        assert_eq!(
            metadata.permissions().mode() & 0o777,
            private,
            "{}",
            path.display()
        );
    }
    drop(server);
}

fn assert_refused(site: &Site, arguments: &[&str], words: &[&str]) {
    let (status, said) = site.refused(arguments);
    assert!(!status.success(), "it started");
    for word in words {
        assert!(said.contains(word), "{word} is not in: {said}");
    }
}

#[test]
fn a_taken_port_and_a_folder_in_use_are_refused() {
    let site = Site::new(Database::Sqlite);
    let server = site.start();
    assert_refused(&site, &[], &["already in use by another sealpost process"]);
    let address = server.base().strip_prefix("http://").unwrap();
    let other = Site::new(Database::Sqlite).set("SEALPOST_LISTEN", address);
    assert_refused(&other, &[], &["port taken", address, "SEALPOST_LISTEN"]);
}

#[test]
fn a_wrong_a_missing_and_an_exposed_master_key_are_refused() {
    for database in databases() {
        let site = Site::new(database);
        drop(site.start());
        let key = site.data_dir().join("master.key");
        let right = std::fs::read_to_string(&key).unwrap();

        std::fs::write(&key, "A".repeat(43)).unwrap();
        assert_refused(
            &site,
            &[],
            &["master key is not the one", "SEALPOST_MASTER_KEY_FILE"],
        );
        std::fs::write(&key, "no key").unwrap();
        assert_refused(&site, &[], &["line 1 of the key file is no key"]);
        std::fs::remove_file(&key).unwrap();
        assert_refused(&site, &[], &["is missing", "put back the file"]);
        assert!(
            !key.exists(),
            "no new key may appear beside an old database"
        );

        std::fs::write(&key, right).unwrap();
        std::fs::set_permissions(&key, PermissionsExt::from_mode(0o644)).unwrap();
        assert_refused(&site, &[], &["can be read by others", "chmod 600"]);
        std::fs::set_permissions(&key, PermissionsExt::from_mode(0o600)).unwrap();
        drop(site.start());
    }
}

#[test]
fn a_wrong_configuration_is_refused_and_an_unknown_variable_only_warned_about() {
    let site = Site::new(Database::Sqlite).set("SEALPOST_LISTNE", "1");
    let file = site.data_dir().with_file_name("sealpost.toml");
    std::fs::write(&file, "lisen = [\"127.0.0.1:0\"]\n").unwrap();
    assert_refused(
        &site,
        &["--config", file.to_str().unwrap()],
        &["lisen", "listen"],
    );
    let (exit, _, log) = site.start().stop();
    assert!(exit.success());
    assert!(log.contains("SEALPOST_LISTNE"), "{log}");
}

#[test]
fn an_unreachable_database_is_refused_without_its_password() {
    let url = "postgres://user:canary-secret@127.0.0.1:1/none";
    let site = Site::new(Database::Sqlite).set("SEALPOST_DATABASE_URL", url);
    let (status, said) = site.refused(&[]);
    assert!(!status.success());
    assert!(
        said.contains("cannot connect to PostgreSQL") && said.contains("SEALPOST_DATABASE_URL"),
        "{said}"
    );
    assert!(!said.contains("canary-secret"), "{said}");
}

#[test]
fn migrating_apart_from_serving() {
    for database in databases() {
        let site = Site::new(database).set("SEALPOST_MIGRATE", "off");
        assert_refused(&site, &[], &["lacks", "sealpost migrate"]);
        let migrated = site.command(&["migrate"]).output().unwrap();
        assert!(migrated.status.success(), "{migrated:?}");
        drop(site.start());
    }
}
