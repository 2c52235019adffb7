//! Files in the built binary: large ones in little memory, opened elsewhere by a program that knows nothing of this
//! one, and nothing left after a kill.

use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::support::{Database, Server, Site, databases, found_in_files};
use reqwest::{Body, Client, Response, header};
use serde_json::{Value, json};

pub(crate) const MIB: usize = 1024 * 1024;
const CANARY: &str = "canary-of-a-plaintext-5501 ";

/// Somebody who is logged in.
pub(crate) struct Person {
    client: Client,
    token: String,
}

impl Person {
    pub(crate) async fn register(server: &Server) -> Self {
        let client = Client::new();
        let account = json!({"username": "alice", "password": "a password for one"});
        let made = client.post(server.url("/v1/accounts")).json(&account);
        made.send().await.unwrap().error_for_status().unwrap();
        Self::log_in(server).await
    }

    pub(crate) async fn log_in(server: &Server) -> Self {
        let client = Client::new();
        let login = json!({"identifier": "alice", "password": "a password for one"});
        let opened = client.post(server.url("/v1/sessions")).json(&login);
        let session: Value = opened.send().await.unwrap().json().await.unwrap();
        let token = session["access_token"].as_str().unwrap().to_owned();
        Self { client, token }
    }

    pub(crate) async fn upload(
        &self,
        url: String,
        body: impl Into<Body>,
    ) -> reqwest::Result<Value> {
        let request = self.client.post(url).bearer_auth(&self.token).body(body);
        request.send().await?.error_for_status()?.json().await
    }

    /// Uploads so many parts of so many MiB (tus).
    pub(crate) async fn upload_in_parts(&self, server: &Server, parts: usize, each: usize) {
        let tus = |request: reqwest::RequestBuilder| {
            request
                .bearer_auth(&self.token)
                .header("tus-resumable", "1.0.0")
        };
        let begin = tus(self.client.post(server.url("/v1/uploads")))
            .header("upload-length", parts * each * MIB);
        let begun = begin.send().await.unwrap().error_for_status().unwrap();
        let place = begun.headers()["location"].to_str().unwrap().to_owned();
        for number in 0..parts {
            let part = tus(self.client.patch(server.url(&place)))
                .header("upload-offset", number * each * MIB)
                .header("content-type", "application/offset+octet-stream")
                .body(streamed(each, Duration::ZERO));
            part.send().await.unwrap().error_for_status().unwrap();
        }
    }

    pub(crate) async fn get(&self, url: String, range: Option<&str>) -> Response {
        let mut request = self.client.get(url).bearer_auth(&self.token);
        if let Some(range) = range {
            request = request.header(header::RANGE, range);
        }
        request.send().await.unwrap().error_for_status().unwrap()
    }

    pub(crate) async fn delete(&self, url: String) {
        let request = self.client.delete(url).bearer_auth(&self.token);
        request.send().await.unwrap().error_for_status().unwrap();
    }

    pub(crate) async fn bytes(&self, url: String, range: Option<&str>) -> Vec<u8> {
        self.get(url, range).await.bytes().await.unwrap().into()
    }
}

/// Bytes that differ from place to place, canaries among them.
pub(crate) fn content(size: usize) -> Vec<u8> {
    let mut content: Vec<u8> = (0..=250_u8).cycle().take(size).collect();
    for at in (0..size.saturating_sub(CANARY.len())).step_by(100_000) {
        content[at..at + CANARY.len()].copy_from_slice(CANARY.as_bytes());
    }
    content
}

/// A body of `pieces` times a MiB that nobody holds as a whole.
pub(crate) fn streamed(pieces: usize, pause: Duration) -> Body {
    let pieces = futures_util::stream::unfold(0, move |number| async move {
        if number == pieces {
            return None;
        }
        tokio::time::sleep(pause).await;
        Some((Ok::<_, std::io::Error>(vec![b'x'; MIB]), number + 1))
    });
    Body::wrap_stream(pieces)
}

/// The program of the docs opens `ciphertext`; None without Python's `cryptography`, which under `CI` is a failure.
fn open_elsewhere(key: &Value, ciphertext: &[u8]) -> Option<Vec<u8>> {
    let available = Command::new("python3")
        .args(["-c", "import cryptography"])
        .output();
    if !available.is_ok_and(|output| output.status.success()) {
        assert!(
            std::env::var_os("CI").is_none(),
            "Python's package `cryptography` is not there"
        );
        println!(
            "SKIPPED: python3 with the package `cryptography` is not there; the reader of the docs was not run"
        );
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    let (key_file, sealed) = (folder.path().join("key.json"), folder.path().join("sealed"));
    std::fs::write(&key_file, key.to_string()).unwrap();
    std::fs::write(&sealed, ciphertext).unwrap();
    let reader = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/examples/open_file.py"
    );
    let output = Command::new("python3")
        .arg(reader)
        .args([&key_file, &sealed])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Some(output.stdout)
}

async fn store_read_and_open_elsewhere(database: Database) {
    let site = Site::new(database).set("SEALPOST_PUBLIC_URL", "http://sealpost.test");
    let server = site.start();
    let alice = Person::register(&server).await;
    let content = content(20 * MIB);
    let url = server.url("/v1/files?name=canary-of-a-name-5501.bin");
    let stored = alice.upload(url, content.clone()).await.unwrap();
    assert_eq!(stored["size"], 20 * MIB);
    let place = format!("/v1/files/{}", stored["id"].as_str().unwrap());

    let whole = alice
        .bytes(server.url(&format!("{place}/content")), None)
        .await;
    assert!(whole == content);
    for (first, last) in [
        (0, 0),
        (16_383, 16_384),
        (5 * MIB + 7, 6 * MIB),
        (20 * MIB - 1, 20 * MIB - 1),
    ] {
        let range = format!("bytes={first}-{last}");
        let part = alice
            .bytes(server.url(&format!("{place}/content")), Some(&range))
            .await;
        assert!(part == content[first..=last], "{range}");
    }
    for size in [0, 1, 16_383, 16_384, 16_385, MIB + 1] {
        let small = alice
            .upload(server.url("/v1/files"), content[..size].to_vec())
            .await
            .unwrap();
        check_elsewhere(&server, &alice, &small, &content[..size]).await;
    }
    check_elsewhere(&server, &alice, &stored, &content).await;
    server.kill();

    for canary in [CANARY, "canary-of-a-name-5501"] {
        assert_eq!(
            found_in_files(&site.data_dir(), canary.as_bytes()),
            None,
            "{canary}"
        );
    }
    let server = site.start();
    let whole = alice
        .bytes(server.url(&format!("{place}/content")), None)
        .await;
    assert!(whole == content, "it survives a kill");
}

async fn check_elsewhere(server: &Server, alice: &Person, stored: &Value, content: &[u8]) {
    let place = format!("/v1/files/{}", stored["id"].as_str().unwrap());
    let sealed = alice
        .bytes(server.url(&format!("{place}/ciphertext")), None)
        .await;
    let key: Value = alice
        .get(server.url(&format!("{place}/key")), None)
        .await
        .json()
        .await
        .unwrap();
    if let Some(opened) = open_elsewhere(&key, &sealed) {
        assert!(opened == content, "{}", content.len());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_opens_here_and_elsewhere_on_both_databases() {
    for database in databases() {
        let site = if let Database::Postgres(_) = &database {
            "postgres"
        } else {
            "sqlite"
        };
        println!("{site}");
        store_read_and_open_elsewhere(database).await;
    }
}

/// All files below, but for locks.
pub(crate) fn files_below(folder: PathBuf) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let files = entries.flat_map(|path| {
        if path.is_dir() {
            files_below(path)
        } else {
            vec![path]
        }
    });
    files.filter(|path| !path.ends_with("lock")).collect()
}

pub(crate) async fn wait_until(what: &str, reached: impl Fn() -> bool) {
    let began = Instant::now();
    while !reached() {
        assert!(began.elapsed() < Duration::from_secs(20), "{what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_in_mid_upload_leaves_no_orphan() {
    let site = Site::new(Database::Sqlite).set("SEALPOST_PUBLIC_URL", "http://sealpost.test");
    let blobs = site.data_dir().join("blobs");
    let mut server = site.start();
    let alice = Person::register(&server).await;
    alice.upload(server.url("/v1/files"), "kept").await.unwrap();
    for _ in 0..5 {
        let url = server.url("/v1/files");
        let upload = alice.upload(url, streamed(1_000, Duration::from_millis(5)));
        let half_written = wait_until("half written", || files_below(blobs.join("tmp")).len() == 1);
        tokio::select! {
            outcome = upload => panic!("it takes longer than that: {outcome:?}"),
            () = half_written => {}
        }
        server.kill();
        server = site.start();
        wait_until("swept", || files_below(blobs.clone()).len() == 1).await;
    }
    let listed: Value = alice
        .get(server.url("/v1/files"), None)
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(listed["data"].as_array().unwrap().len(), 1);

    // What a kill between the last byte and the row leaves: a whole blob that no row knows. And the same, but new.
    let [known] = &*files_below(blobs.clone()) else {
        panic!("one")
    };
    let (old, new) = (
        blobs.join("aa").join("aa".repeat(16)),
        blobs.join("bb").join("bb".repeat(16)),
    );
    for path in [&old, &new] {
        std::fs::copy(known, path).unwrap();
    }
    let now = known.metadata().unwrap().modified().unwrap();
    let two_hours_ago = now - Duration::from_secs(2 * 60 * 60);
    for path in [&old, known] {
        std::fs::File::options()
            .write(true)
            .open(path)
            .unwrap()
            .set_modified(two_hours_ago)
            .unwrap();
    }
    server.kill();
    let server = site.start();
    wait_until("swept", || !old.exists()).await;
    assert!(new.exists() && known.exists());
    drop(server);
}
