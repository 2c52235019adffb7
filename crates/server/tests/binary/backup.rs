//! A backup is made while people write; it is verified, restored into a new folder and served: what was acknowledged before it
//! was begun is there. A damaged one, a half one, and one whose key is not there are refused, and leave nothing behind.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use reqwest::{Client, Method, Response, StatusCode};
use serde_json::{Value, json};

use crate::support::{Database, Server, Site, databases, found_in_files, http_client};

const PASSWORD: &str = "a password for one";

#[derive(Clone)]
struct Person {
    client: Client,
    token: String,
}

impl Person {
    async fn log_in(server: &Server) -> Self {
        let client = http_client();
        let login = json!({"identifier": "alice", "password": PASSWORD});
        let opened = client.post(server.url("/v1/sessions")).json(&login).send();
        let opened = opened.await.unwrap().error_for_status().unwrap();
        let session: Value = opened.json().await.unwrap();
        let token = session["access_token"].as_str().unwrap().to_owned();
        Self { client, token }
    }

    async fn register(server: &Server) -> Self {
        for name in ["alice", "bob"] {
            let account = json!({"username": name, "password": PASSWORD});
            let made = http_client()
                .post(server.url("/v1/accounts"))
                .json(&account);
            made.send().await.unwrap().error_for_status().unwrap();
        }
        Self::log_in(server).await
    }

    async fn ask(&self, method: Method, url: String, body: Vec<u8>) -> reqwest::Result<Response> {
        let request = self.client.request(method, url).bearer_auth(&self.token);
        let request = request.header("content-type", "application/json");
        request.body(body).send().await
    }

    async fn json(&self, url: String) -> Value {
        let answer = self.ask(Method::GET, url, Vec::new()).await.unwrap();
        answer.json().await.unwrap()
    }

    /// Stores a file; its id, if that was acknowledged.
    async fn store(&self, url: String, content: &str) -> Option<String> {
        let answer = self.ask(Method::POST, url, content.as_bytes().to_vec());
        let stored: Value = answer
            .await
            .ok()?
            .error_for_status()
            .ok()?
            .json()
            .await
            .ok()?;
        Some(stored["id"].as_str()?.to_owned())
    }
}

/// The same server after a restore: else its tokens would be refused for another reason.
fn named(site: Site) -> Site {
    site.set("SEALPOST_PUBLIC_URL", "http://sealpost.test")
}

/// What PostgreSQL's own programs do, as the docs say.
fn postgres(program: &str, arguments: &[&str]) {
    let output = Command::new(program).args(arguments).output().unwrap();
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {complained}");
}

pub(crate) fn back_up(site: &Site, folder: &str) -> Value {
    if let Database::Postgres(url) = site.database() {
        let dump = site.data_dir().with_file_name("new.dump");
        let dump = dump.to_str().unwrap();
        postgres("pg_dump", &["--format=custom", "--file", dump, url]);
        let made = site.json(&["backup", folder, "--dump", dump]);
        std::fs::remove_file(dump).unwrap();
        return made;
    }
    site.json(&["backup", folder])
}

/// A new place with the master key and nothing else; on PostgreSQL also with what was dumped.
pub(crate) fn new_site(from: &Site, snapshot: &Path) -> Site {
    let database = match from.database() {
        Database::Sqlite => Database::Sqlite,
        Database::Postgres(_) => {
            let url = sealpost_store::testing::postgres_url().unwrap();
            let dump = snapshot.join("database.dump");
            let dump = dump.to_str().unwrap();
            postgres("pg_restore", &["--no-owner", "--dbname", &url, dump]);
            Database::Postgres(url)
        }
    };
    with_key(from, named(Site::new(database)))
}

/// A new place with the master key and nothing else.
pub(crate) fn with_key(from: &Site, site: Site) -> Site {
    std::fs::create_dir(site.data_dir()).unwrap();
    let key = "master.key";
    std::fs::copy(from.data_dir().join(key), site.data_dir().join(key)).unwrap();
    site
}

fn refused(site: &Site, arguments: &[&str]) -> String {
    let (status, said) = site.refused(arguments);
    assert_eq!(status.code(), Some(1), "{said}");
    said
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_before_a_backup_is_in_it() {
    for database in databases() {
        let site = named(Site::new(database));
        let server = site.start();
        let alice = Person::register(&server).await;
        let mut stored = Vec::new();
        for number in 0..20 {
            let content = format!("before {number}");
            let id = alice.store(server.url("/v1/files"), &content).await;
            stored.push((id.unwrap(), content));
        }
        let started = json!({"username": "bob"}).to_string().into_bytes();
        let started = alice.ask(Method::POST, server.url("/v1/conversations"), started);
        started.await.unwrap().error_for_status().unwrap();
        let cursor = alice.json(server.url("/v1/events?after=0")).await;

        // People write meanwhile.
        let is_over = Arc::new(AtomicBool::new(false));
        let writers: Vec<_> = (0..4)
            .map(|writer| {
                let (alice, url) = (alice.clone(), server.url("/v1/files"));
                let is_over = Arc::clone(&is_over);
                tokio::spawn(async move {
                    let mut count = 0;
                    while !is_over.load(Ordering::SeqCst) {
                        alice.store(url.clone(), &format!("{writer} {count}")).await;
                        count += 1;
                    }
                    count
                })
            })
            .collect();
        let folder = site.data_dir().with_file_name("backup");
        let to = folder.to_str().unwrap();
        let site = Arc::new(site);
        let (at, path) = (Arc::clone(&site), to.to_owned());
        let (first, made) = tokio::task::spawn_blocking(move || {
            let first = back_up(&at, &path);
            (first, back_up(&at, &path))
        })
        .await
        .unwrap();
        is_over.store(true, Ordering::SeqCst);
        for writer in writers {
            assert!(writer.await.unwrap() > 0);
        }
        // The second took over what the first had copied.
        assert!(first["new_blobs"].as_u64().unwrap() >= 20, "{first:#}");
        let blobs = made["manifest"]["blobs"]["count"].as_u64().unwrap();
        assert!(
            made["new_blobs"].as_u64().unwrap() <= blobs - 20,
            "{made:#}"
        );
        let key = std::fs::read_to_string(site.data_dir().join("master.key")).unwrap();
        let key = key.lines().last().unwrap();
        assert_eq!(found_in_files(&folder, key.as_bytes()), None);
        site.json(&["verify", to]);
        server.stop();

        let snapshot = Path::new(made["snapshot"].as_str().unwrap()).to_owned();
        let restored = new_site(&site, &snapshot);
        let told = restored.json(&["restore", to]);
        assert_eq!(told["blobs"].as_u64(), Some(blobs), "{told:#}");
        assert!(told["sessions_ended"].as_u64().unwrap() > 0);
        let said = refused(&restored, &["restore", to]);
        assert!(said.contains("is not empty"), "{said}");

        let server = restored.start();
        let old = alice
            .ask(Method::GET, server.url("/v1/me"), Vec::new())
            .await;
        assert_eq!(
            old.unwrap().status(),
            StatusCode::UNAUTHORIZED,
            "an old token"
        );
        let alice = Person::log_in(&server).await;
        for (id, content) in &stored {
            let url = server.url(&format!("/v1/files/{id}/content"));
            let read = alice.ask(Method::GET, url, Vec::new()).await.unwrap();
            assert_eq!(read.text().await.unwrap(), *content);
        }
        // A client that goes on from where it was is told that this is another life.
        let resumed = format!(
            "/v1/events?after={}&epoch={}",
            cursor["next"],
            cursor["epoch"].as_str().unwrap()
        );
        let gap = alice.json(server.url(&resumed)).await;
        assert_eq!(gap["code"], json!("events-gap"), "{gap:#}");
        assert_ne!(gap["epoch"], cursor["epoch"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_is_not_whole_or_whose_key_is_not_there_is_refused() {
    let site = Site::new(Database::Sqlite);
    let server = site.start();
    let alice = Person::register(&server).await;
    alice
        .store(server.url("/v1/files"), "content")
        .await
        .unwrap();
    let folder = site.data_dir().with_file_name("backup");
    let to = folder.to_str().unwrap();
    assert!(refused(&site, &["verify", to]).contains("cannot use"));
    let made = back_up(&site, to);
    let snapshot = Path::new(made["snapshot"].as_str().unwrap()).to_owned();

    // A wrong key: nothing is made.
    let stranger = Site::new(Database::Sqlite);
    stranger.start().stop();
    let wrong = new_site(&stranger, &snapshot);
    let said = refused(&wrong, &["restore", to]);
    assert!(said.contains("the master key is not the one"), "{said}");
    let entries = std::fs::read_dir(wrong.data_dir()).unwrap();
    assert_eq!(entries.count(), 1, "the key alone");
    assert!(refused(&wrong, &["verify", to]).contains("the master key is not the one"));
    let none = Site::new(Database::Sqlite);
    assert!(refused(&none, &["restore", to]).contains("is missing"));
    assert!(!none.data_dir().exists());

    // Damaged: each part is noticed.
    let blob = blobs_in(&folder.join("blobs")).swap_remove(0);
    for path in [
        &snapshot.join("database.db"),
        &snapshot.join("blobs.txt"),
        &blob,
    ] {
        let content = std::fs::read(path).unwrap();
        let mut flipped = content.clone();
        let middle = flipped.len() / 2;
        flipped[middle] ^= 1;
        for wrong in [&flipped, &content[..content.len() - 1].to_vec()] {
            std::fs::write(path, wrong).unwrap();
            let said = refused(&site, &["verify", to]);
            assert!(said.contains("damaged"), "{} {said}", path.display());
            let target = new_site(&site, &snapshot);
            assert!(refused(&target, &["restore", to]).contains("damaged"));
            assert!(!target.data_dir().join("sealpost.db").exists());
        }
        std::fs::write(path, &content).unwrap();
    }
    site.json(&["verify", to]);

    // One that was interrupted is none, and is in nobody's way.
    let half = folder.join(".unfinished");
    std::fs::create_dir(&half).unwrap();
    std::fs::write(half.join("manifest.json"), "{}").unwrap();
    std::fs::remove_file(snapshot.join("manifest.json")).unwrap();
    assert!(refused(&site, &["verify", to]).contains("there is no snapshot"));
    let again = site.json(&["backup", to, "--keep", "1"]);
    assert!(!half.exists());
    let third = site.json(&["backup", to, "--keep", "1"]);
    assert_ne!(again["snapshot"], third["snapshot"]);
    assert_eq!(third["snapshots_removed"], json!(1));
    site.json(&["verify", to]);
    server.stop();
}

/// The blobs that rest below a folder: what is half written has a folder of its own there.
fn blobs_in(folder: &Path) -> Vec<std::path::PathBuf> {
    let digits = |name: &str| name.len() == 2 && u8::from_str_radix(name, 16).is_ok();
    let entries = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap());
    entries
        .filter(|entry| entry.file_name().to_str().is_some_and(digits))
        .flat_map(|entry| std::fs::read_dir(entry.path()).unwrap())
        .map(|blob| blob.unwrap().path())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_was_deleted_while_a_backup_was_made_is_deleted_in_it() {
    for database in databases() {
        let site = named(Site::new(database));
        let server = site.start();
        let alice = Person::register(&server).await;
        let kept = alice.store(server.url("/v1/files"), "kept").await.unwrap();
        let blobs = site.data_dir().join("blobs");
        let kept_blobs = blobs_in(&blobs);
        let lost = alice.store(server.url("/v1/files"), "lost").await.unwrap();
        // Between the copy of the database and that of the blobs: the row is in the one, and the blob not in the other.
        for blob in blobs_in(&blobs) {
            if !kept_blobs.contains(&blob) {
                std::fs::remove_file(blob).unwrap();
            }
        }
        let folder = site.data_dir().with_file_name("backup");
        let to = folder.to_str().unwrap();
        let made = back_up(&site, to);
        if matches!(site.database(), Database::Sqlite) {
            let named = &made["manifest"]["blobs"]["deleted_meanwhile"];
            assert_eq!(named.as_array().unwrap().len(), 1, "{made:#}");
        }
        server.stop();
        let restored = new_site(&site, Path::new(made["snapshot"].as_str().unwrap()));
        let told = restored.json(&["restore", to]);
        assert_eq!(told["files_deleted"], 1, "{told:#}");
        let server = restored.start();
        let alice = Person::log_in(&server).await;
        let listed = alice.json(server.url("/v1/files")).await;
        assert_eq!(listed["data"].as_array().unwrap().len(), 1);
        assert_eq!(listed["data"][0]["id"], kept.as_str());
        let me = alice.json(server.url("/v1/me")).await;
        assert_eq!(me["storage"]["used"], 4, "it counts no more");
        let url = server.url(&format!("/v1/files/{lost}"));
        let gone = alice.ask(Method::GET, url, Vec::new()).await.unwrap();
        assert_eq!(gone.status(), StatusCode::NOT_FOUND);
    }
}

/// There is no earlier release yet; what it would have left is a copy with an older schema.
#[tokio::test(flavor = "multi_thread")]
async fn a_backup_with_an_older_schema_is_brought_up_to_date() {
    if !crate::support::has_python(&["sqlite3"]) {
        return;
    }
    let site = named(Site::new(Database::Sqlite));
    let server = site.start();
    let alice = Person::register(&server).await;
    let id = alice.store(server.url("/v1/files"), "old").await.unwrap();
    server.stop();
    let folder = site.data_dir().with_file_name("backup");
    let to = folder.to_str().unwrap();
    let made = back_up(&site, to);
    let snapshot = Path::new(made["snapshot"].as_str().unwrap()).to_owned();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/binary/backup/older.py");
    let migrations = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations/sqlite");
    let aged = Command::new("python3")
        .args([script, migrations, "25"])
        .arg(&snapshot)
        .output()
        .unwrap();
    assert!(
        aged.status.success(),
        "{}",
        String::from_utf8_lossy(&aged.stderr)
    );
    site.json(&["verify", to]);
    let restored = new_site(&site, &snapshot);
    restored.json(&["restore", to]);
    let server = restored.start();
    let alice = Person::log_in(&server).await;
    let url = server.url(&format!("/v1/files/{id}/content"));
    let read = alice.ask(Method::GET, url, Vec::new()).await.unwrap();
    assert_eq!(read.text().await.unwrap(), "old");
    // What the older schema did not know is there.
    let link = json!({"expires_in": 60}).to_string().into_bytes();
    let url = server.url(&format!("/v1/files/{id}/links"));
    let made = alice.ask(Method::POST, url, link).await.unwrap();
    assert_eq!(made.status(), StatusCode::CREATED);
}
