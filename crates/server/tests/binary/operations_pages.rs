//! What the pages on master keys and backups tell the operator to type, typed, on both databases.

use std::path::Path;

use serde_json::json;

use crate::pages::blocks;
use crate::support::{Database, Site, databases, http_client};

const KEYS: &str = include_str!("../../../../docs/operations/keys.md");
const BACKUP: &str = include_str!("../../../../docs/operations/backup.md");

/// Types these lines at the place of this site, with the pages' paths where the site has its own; what was said.
fn typed(site: &Site, lines: &str, replaced: &[(&str, &str)]) -> String {
    let mut script = format!(
        "sealpost() {{ {} \"$@\"; }}\n{lines}",
        env!("CARGO_BIN_EXE_sealpost")
    );
    for (pages, own) in replaced {
        script = script.replace(pages, own);
    }
    // The site's settings, for a shell in the place of the program.
    let program = site.command(&[]);
    let mut shell = std::process::Command::new("sh");
    shell.args(["-euc", &script]);
    shell.current_dir(program.get_current_dir().unwrap());
    for (name, value) in program.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    let output = shell.output().unwrap();
    assert!(output.status.success(), "{script}\n{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_page_on_master_keys() {
    let [rotate, status, destroy, new] = blocks(KEYS)[..] else {
        panic!("four blocks")
    };
    for database in databases() {
        let site = Site::new(database);
        let server = site.start();
        let made = typed(&site, new, &[]);
        assert!(made.contains("waiting"), "{made}");
        let old = site.json(&["keys", "status"])["keys"][1]["id"].clone();
        let done = typed(&site, rotate, &[]);
        assert!(done.contains("finished:     20"), "{done}");
        let shown = typed(&site, status, &[]);
        assert!(shown.contains("opening"), "{shown}");
        server.stop();
        // An hour has not passed: for this, no server runs.
        let id = [("3fa94c01", old.as_str().unwrap())];
        let destroyed = typed(&site, &format!("{destroy} --now"), &id);
        assert!(destroyed.contains("destroyed"), "{destroyed}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_on_backups() {
    let [back_up, dump, verify, restore, restore_dump] = blocks(BACKUP)[..] else {
        panic!("five blocks")
    };
    for database in databases() {
        let site = Site::new(database);
        let server = site.start();
        let account = json!({"username": "alice", "password": "a password for one"});
        let made = http_client()
            .post(server.url("/v1/accounts"))
            .json(&account);
        made.send().await.unwrap().error_for_status().unwrap();
        let home = site.data_dir().parent().unwrap().to_owned();
        let path = |name: &str| home.join(name).to_str().unwrap().to_owned();
        let (backup, data) = (path("backup"), path("restored"));
        let key = path("data/master.key");
        let places = [
            ("/srv/backup/sealpost", backup.as_str()),
            ("/var/lib/sealpost-restored", data.as_str()),
            ("/safe/place/master.key", key.as_str()),
        ];
        let is_postgres = matches!(site.database(), Database::Postgres(_));
        typed(&site, if is_postgres { dump } else { back_up }, &places);
        let said = typed(&site, verify, &places);
        assert!(said.contains("is whole"), "{said}");
        server.stop();
        let said = if is_postgres {
            let url = sealpost_store::testing::postgres_url().unwrap();
            let mut snapshots = std::fs::read_dir(&backup).unwrap();
            let name = snapshots.find_map(|entry| {
                let name = entry.unwrap().file_name().into_string().unwrap();
                name.starts_with("20").then_some(name)
            });
            let (prepare, _) = restore.rsplit_once('\n').unwrap();
            let script = format!("{prepare}\nexport SEALPOST_DATABASE_URL='{url}'\n{restore_dump}");
            let script = script.replace("2026-11-22T031500.000Z", &name.unwrap());
            typed(&site, &script, &places)
        } else {
            typed(&site, restore, &places)
        };
        assert!(said.contains("everybody logs in again"), "{said}");
        assert!(Path::new(&data).join("blobs").is_dir());
    }
}
