//! The key log, checked by the script of the docs, which has nothing of this project, and by the SDK; and a server that lies, whom
//! both catch.

use std::path::Path;
use std::process::{Command, Output};

use sealpost_client::{Client, Correspondent, Device, KeyLogError, KnownLog, Server as Place};

use crate::support::{Database, Server, Site, databases, has_python};

const PASSWORD: &str = "a password for two";

/// What the script of the docs says of alice and bob.
struct Script {
    folder: tempfile::TempDir,
}

impl Script {
    fn run(&self, server: &Server, token: &str) -> Output {
        let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/examples");
        Command::new("python3")
            .arg(docs.join("check_key_log.py"))
            .arg(server.base())
            .args(["--keys", "alice", "--keys", "bob", "--state"])
            .arg(self.folder.path().join("tree.json"))
            .env("SEALPOST_TOKEN", token)
            .env("NO_PROXY", "*")
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .output()
            .unwrap()
    }

    fn trusts(&self, server: &Server, token: &str) {
        let output = self.run(server, token);
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success() && said.ends_with("all is well\n"),
            "{output:?}"
        );
    }

    fn warns(&self, server: &Server, token: &str, of: &str) {
        let output = self.run(server, token);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{of}: {output:?}");
        assert!(
            said.contains("DO NOT TRUST") && said.contains(of),
            "{of}: {said}"
        );
    }
}

/// Does something to the database that the server would not do.
fn tamper(site: &Site, statement: &str) {
    let output = match site.database() {
        Database::Sqlite => Command::new("python3")
            .args(["-c", "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute(sys.argv[2]); c.commit()"])
            .arg(site.data_dir().join("sealpost.db"))
            .arg(statement)
            .output(),
        Database::Postgres(url) => Command::new("psql")
            .args(["-v", "ON_ERROR_STOP=1", "-d", url, "-c", statement])
            .output(),
    };
    let output = output.unwrap();
    assert!(output.status.success(), "{statement}: {output:?}");
}

async fn join(server: &Server, name: &str) -> Client {
    let place = Place::at(server.base()).unwrap();
    place.register(name, PASSWORD, None).await.unwrap();
    log_in(server, name).await
}

async fn log_in(server: &Server, name: &str) -> Client {
    let place = Place::at(server.base()).unwrap();
    place.log_in(name, PASSWORD).await.unwrap()
}

async fn token(server: &Server, name: &str) -> String {
    let login = serde_json::json!({"identifier": name, "password": PASSWORD});
    let opened = crate::support::http_client()
        .post(server.url("/v1/sessions"))
        .json(&login)
        .send();
    let opened: serde_json::Value = opened.await.unwrap().json().await.unwrap();
    opened["access_token"].as_str().unwrap().to_owned()
}

/// Gives somebody two new keys.
async fn publish(client: &Client) {
    let person = Correspondent::new(client.clone(), Device::generate());
    person.publish().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_lies_about_keys_is_caught() {
    if !has_python(&["cryptography", "sqlite3"]) {
        return;
    }
    for database in databases() {
        // Each start has another port: the log is named by what does not change.
        let site = Site::new(database)
            .set("SEALPOST_PUBLIC_URL", "http://sealpost.test")
            .set("SEALPOST_LIMITS", "off");
        let script = Script {
            folder: tempfile::tempdir().unwrap(),
        };
        let server = site.start();
        let alice = join(&server, "alice").await;
        let mut known = KnownLog::meet(alice.server()).await.unwrap();
        let empty = known.look(alice.server()).await.unwrap();
        assert_eq!(empty.size, 0);
        let bob = join(&server, "bob").await;
        script.trusts(&server, &token(&server, "alice").await);
        publish(&alice).await;
        publish(&bob).await;
        let first = known.check_keys(&bob, "alice", None).await.unwrap();
        assert_eq!((first.links.len(), first.keys.len()), (2, 2));
        let checkpoint = reqwest_text(&server, "/v1/keylog/checkpoint").await;
        publish(&alice).await;
        let more = known.check_keys(&bob, "ALICE", first.head).await.unwrap();
        assert_eq!((more.links.len(), more.keys.len()), (2, 4));
        assert_eq!(more.links[0].asserted_by, "server");
        let same = known.check_keys(&bob, "alice", more.head).await.unwrap();
        assert_eq!((same.links.len(), same.head), (0, more.head));
        script.trusts(&server, &token(&server, "bob").await);
        server.stop();

        // Each lie, what the script says to it, and how it is taken back.
        let of = |name: &str| format!("(SELECT id FROM accounts WHERE username = '{name}')");
        let key = |column: &str, name: &str| {
            format!(
                "(SELECT {column} FROM keys WHERE account_id = {} ORDER BY created_at, id LIMIT 1)",
                of(name)
            )
        };
        tamper(&site, "CREATE TABLE truth AS SELECT * FROM keys");
        tamper(
            &site,
            "CREATE TABLE true_links AS SELECT * FROM key_log_links",
        );
        tamper(
            &site,
            "CREATE TABLE true_leaves AS SELECT * FROM key_log_leaves",
        );
        let put_back = "UPDATE keys SET jwk = (SELECT jwk FROM truth WHERE truth.id = keys.id), \
                        thumbprint = (SELECT thumbprint FROM truth WHERE truth.id = keys.id)";
        let lies = [
            (
                format!(
                    "UPDATE keys SET jwk = {jwk}, thumbprint = {thumbprint} WHERE id = {id}",
                    jwk = key("jwk", "bob"),
                    thumbprint = key("thumbprint", "bob"),
                    id = key("id", "alice")
                ),
                "hands out are not those of the log",
                put_back,
            ),
            (
                format!(
                    "UPDATE key_log_links SET text = text || ' ' WHERE seq = 1 AND account_id = {}",
                    of("alice")
                ),
                "is not in the log",
                "UPDATE key_log_links SET text = (SELECT text FROM true_links t WHERE t.account_id = key_log_links.account_id AND t.seq = key_log_links.seq)",
            ),
            (
                "UPDATE key_log_leaves SET commitment = label WHERE leaf_index = 0".to_owned(),
                "not those of the signed tree",
                "UPDATE key_log_leaves SET commitment = (SELECT commitment FROM true_leaves t WHERE t.leaf_index = key_log_leaves.leaf_index)",
            ),
            (
                format!(
                    "DELETE FROM key_log_links WHERE seq = 4 AND account_id = {}",
                    of("alice")
                ),
                "hands out are not those of the log",
                "INSERT INTO key_log_links SELECT * FROM true_links t WHERE NOT EXISTS (SELECT 1 FROM key_log_links l WHERE l.account_id = t.account_id AND l.seq = t.seq)",
            ),
        ];
        for (lie, said, take_back) in &lies {
            tamper(&site, lie);
            let server = site.start();
            script.warns(&server, &token(&server, "bob").await, said);
            // What is not about her chain does not concern who looks at it alone.
            if !lie.contains("key_log_leaves") {
                let bob = log_in(&server, "bob").await;
                let fooled = known.check_keys(&bob, "alice", None).await;
                assert!(
                    matches!(
                        &fooled,
                        Err(KeyLogError::KeysDiffer | KeyLogError::NotInLog { seq: 1 })
                    ),
                    "{lie}: {fooled:?}"
                );
            }
            server.stop();
            tamper(&site, take_back);
        }

        // The tree of before, signed as it was, is a rollback to whoever has seen a later one.
        let size = checkpoint.lines().nth(1).unwrap();
        tamper(
            &site,
            &format!("UPDATE key_log SET size = {size}, checkpoint = '{checkpoint}'"),
        );
        let server = site.start();
        script.warns(&server, &token(&server, "bob").await, "rolled back");
        let place = Place::at(server.base()).unwrap();
        let rolled_back = known.look(&place).await;
        assert!(
            matches!(rolled_back, Err(KeyLogError::Rollback { .. })),
            "{rolled_back:?}"
        );
    }
}

async fn reqwest_text(server: &Server, path: &str) -> String {
    let answer = crate::support::http_client().get(server.url(path)).send();
    answer.await.unwrap().text().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_leaf_is_lost_when_the_server_is_killed_before_the_log_has_grown() {
    if !has_python(&["cryptography"]) {
        return;
    }
    for database in databases() {
        let site = Site::new(database)
            .set("SEALPOST_PUBLIC_URL", "http://sealpost.test")
            .set("SEALPOST_LIMITS", "off");
        let script = Script {
            folder: tempfile::tempdir().unwrap(),
        };
        let mut server = site.start();
        join(&server, "alice").await;
        join(&server, "bob").await;
        let mut known = None;
        for round in 1..=4 {
            let alice = log_in(&server, "alice").await;
            publish(&alice).await;
            // Within the second that the log takes.
            server.kill();
            server = site.start();
            let bob = log_in(&server, "bob").await;
            let mut log = match known.take() {
                Some(log) => log,
                None => KnownLog::meet(bob.server()).await.unwrap(),
            };
            let checked = log.check_keys(&bob, "alice", None).await.unwrap();
            assert_eq!(checked.links.len(), round * 2);
            script.trusts(&server, &token(&server, "bob").await);
            known = Some(log);
        }
    }
}
