//! A disk that is full, under the files and under the database: nothing is lost, nothing half-written stays, reading goes on, and
//! all is well again once there is room. Needs root, who may mount a small disk.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use reqwest::{Client, StatusCode};
use serde_json::{Value, json};

use crate::files::{MIB, streamed};
use crate::support::{Database, Server, Site, has_python};

/// A disk of a few MiB, in memory.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    /// None where it cannot be mounted, which is said loudly and under `CI` is a failure.
    fn mount(mebibytes: usize) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let size = format!("size={mebibytes}m,mode=0700");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &size, "tmpfs"])
            .arg(folder.path())
            .output()
            .is_ok_and(|output| output.status.success());
        if mounted {
            return Some(Self(folder));
        }
        assert!(
            std::env::var_os("CI").is_none(),
            "CI must run this test: it needs root, to mount a tmpfs"
        );
        println!("!!! cannot mount a tmpfs (it needs root); the test is SKIPPED");
        None
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// Takes all the room there is left.
    fn fill(&self) -> PathBuf {
        let path = self.path().join("filler");
        let mut filler = std::fs::File::create(&path).unwrap();
        let full = std::io::copy(&mut std::io::repeat(7), &mut filler).unwrap_err();
        assert_eq!(full.kind(), std::io::ErrorKind::StorageFull);
        path
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.path()).status();
    }
}

struct Person<'s> {
    server: &'s Server,
    client: Client,
    token: String,
}

impl<'s> Person<'s> {
    async fn register(server: &'s Server, name: &str) -> Self {
        let client = Client::new();
        let account = json!({"username": name, "password": "a password for one"});
        let made = client.post(server.url("/v1/accounts")).json(&account);
        made.send().await.unwrap().error_for_status().unwrap();
        let login = json!({"identifier": name, "password": "a password for one"});
        let opened = client.post(server.url("/v1/sessions")).json(&login);
        let session: Value = opened.send().await.unwrap().json().await.unwrap();
        let token = session["access_token"].as_str().unwrap().to_owned();
        Self {
            server,
            client,
            token,
        }
    }

    /// What a POST is answered with. A server that refuses a body may end the connection before all of it is sent, which can
    /// swallow its answer: then it is asked again.
    async fn post(&self, path: &str, body: impl Fn() -> reqwest::Body) -> (StatusCode, Value) {
        for _ in 0..100 {
            let request = self.client.post(self.server.url(path));
            let request = request.bearer_auth(&self.token).body(body());
            let request = request.header("content-type", "application/json");
            if let Ok(answer) = request.send().await {
                let status = answer.status();
                if let Ok(said) = answer.json().await {
                    return (status, said);
                }
            }
        }
        panic!("no answer");
    }

    async fn get(&self, path: &str) -> reqwest::Response {
        let request = self.client.get(self.server.url(path));
        let answer = request.bearer_auth(&self.token).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        answer
    }

    async fn used(&self) -> u64 {
        let me: Value = self.get("/v1/me").await.json().await.unwrap();
        me["storage"]["used"].as_u64().unwrap()
    }
}

fn content(byte: u8) -> Vec<u8> {
    vec![byte; 2 * MIB]
}

/// Whole blobs, and half-written ones.
fn blobs(folder: &Path) -> (usize, usize) {
    let count = |folder: &Path| {
        let files = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
        files.filter(|file| file.file_name() != "lock").count()
    };
    let (mut whole, mut half) = (0, 0);
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.ends_with("tmp") {
            let processes = std::fs::read_dir(&path).unwrap();
            half += processes
                .map(|process| count(&process.unwrap().path()))
                .sum::<usize>();
        } else if path.file_name().unwrap().len() == 2 {
            whole += count(&path);
        }
    }
    (whole, half)
}

/// Stores files until there is no room; their ids.
async fn store_until_full(alice: &Person<'_>) -> Vec<String> {
    let mut ids = Vec::new();
    for byte in 0..=100_u8 {
        let (status, said) = alice.post("/v1/files", || content(byte).into()).await;
        if status != StatusCode::CREATED {
            assert_eq!(
                (status.as_u16(), &said["code"]),
                (507, &json!("storage-full"))
            );
            return ids;
        }
        ids.push(said["id"].as_str().unwrap().to_owned());
    }
    panic!("the disk is never full");
}

async fn assert_files_on_a_full_disk(floor: &str, at_least: usize, at_most: usize) {
    let Some(disk) = SmallDisk::mount(24) else {
        return;
    };
    let folder = disk.path().join("blobs");
    let site = Site::new(Database::Sqlite)
        .set(
            "SEALPOST_BLOBS_URL",
            &format!("file://{}", folder.display()),
        )
        .set("SEALPOST_FILES_FREE_SPACE_FLOOR", floor);
    let server = site.start();
    let alice = Person::register(&server, "alice").await;
    let ids = store_until_full(&alice).await;
    assert!((at_least..=at_most).contains(&ids.len()), "{}", ids.len());
    // Of unknown length, and so refused on the way.
    let (status, said) = alice
        .post("/v1/files", || streamed(24, Duration::ZERO))
        .await;
    assert_eq!(
        (status.as_u16(), &said["code"]),
        (507, &json!("storage-full"))
    );
    assert_eq!(blobs(&folder), (ids.len(), 0), "nothing half-written");
    for (byte, id) in (0..).zip(&ids) {
        let read = alice.get(&format!("/v1/files/{id}/content")).await;
        assert!(read.bytes().await.unwrap() == content(byte));
    }
    let place = server.url(&format!("/v1/files/{}", ids[0]));
    let deleted = alice.client.delete(place).bearer_auth(&alice.token);
    assert_eq!(deleted.send().await.unwrap().status(), 204);
    let (status, _) = alice.post("/v1/files", || content(7).into()).await;
    assert_eq!(status, StatusCode::CREATED, "there is room again");
    let began = Instant::now();
    let stored = u64::try_from(ids.len() * 2 * MIB).unwrap();
    while alice.used().await != stored {
        assert!(
            began.elapsed() < Duration::from_secs(10),
            "{}",
            alice.used().await
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let verified = site.command(&["blobs", "verify"]).output().unwrap();
    assert!(verified.status.success(), "{verified:?}");
    let (exit, _, log) = server.stop();
    assert!(exit.success(), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_full_of_files_takes_no_more_and_loses_none() {
    assert_files_on_a_full_disk("none", 10, 11).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_floor_stays_free() {
    assert_files_on_a_full_disk("12 MiB", 4, 6).await;
}

/// Sends large messages until several in a row are refused; those that were acknowledged.
async fn send_until_refused(alice: &Person<'_>, place: &str) -> Vec<String> {
    let (mut sent, mut refused) = (Vec::new(), 0);
    for number in 0..2_000 {
        let id = format!("m{number}");
        let body = json!({"client_id": id, "format": "opaque", "body": "x".repeat(50_000)});
        let (status, said) = alice.post(place, || body.to_string().into()).await;
        match status.as_u16() {
            201 => {
                sent.push(id);
                refused = 0;
            }
            503 | 507 => refused += 1,
            _ => panic!("{status} {said}"),
        }
        if refused == 5 {
            return sent;
        }
    }
    panic!("the disk is never full");
}

/// The client ids of all messages, oldest first.
async fn messages(alice: &Person<'_>, place: &str) -> Vec<String> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("{place}?limit=50{cursor}");
        let page: Value = alice.get(&path).await.json().await.unwrap();
        let data = page["data"].as_array().unwrap();
        all.extend(data.iter().map(|message| {
            let seq = message["seq"].as_u64().unwrap();
            (seq, message["client_id"].as_str().unwrap().to_owned())
        }));
        let Some(next) = page["next_cursor"].as_str() else {
            break;
        };
        cursor = format!("&cursor={next}");
    }
    all.sort_unstable();
    all.into_iter().map(|(_, id)| id).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_under_the_database_refuses_writes_and_serves_reads() {
    let Some(disk) = SmallDisk::mount(16) else {
        return;
    };
    let database = disk.path().join("sealpost.db");
    let url = format!("sqlite://{}", database.display());
    let site = Site::new(Database::Sqlite)
        .set("SEALPOST_DATABASE_URL", &url)
        .set("SEALPOST_LIMITS", "off");
    let server = site.start();
    let alice = Person::register(&server, "alice").await;
    Person::register(&server, "bob").await;
    let with = json!({"username": "bob"}).to_string();
    let (status, conversation) = alice
        .post("/v1/conversations", || with.clone().into())
        .await;
    assert_eq!(status, StatusCode::CREATED);
    let id = conversation["id"].as_str().unwrap();
    let place = format!("/v1/conversations/{id}/messages");
    let (_, file) = alice.post("/v1/files", || content(1).into()).await;
    let filler = disk.fill();
    let mut sent = send_until_refused(&alice, &place).await;
    // What was acknowledged is there and can be read; what was not is not.
    assert_eq!(messages(&alice, &place).await, sent);
    let file = file["id"].as_str().unwrap();
    let read = alice.get(&format!("/v1/files/{file}/content")).await;
    assert!(read.bytes().await.unwrap() == content(1));
    let (status, _) = alice.post("/v1/files", || content(2).into()).await;
    assert!([503, 507].contains(&status.as_u16()), "{status}");

    std::fs::remove_file(filler).unwrap();
    let began = Instant::now();
    loop {
        let body = json!({"client_id": "again", "format": "opaque", "body": "x"});
        let (status, _) = alice.post(&place, || body.to_string().into()).await;
        if status == StatusCode::CREATED || status == StatusCode::OK {
            break;
        }
        assert!(began.elapsed() < Duration::from_secs(10), "{status}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    sent.push("again".to_owned());
    assert_eq!(messages(&alice, &place).await, sent);
    let (exit, _, log) = server.stop();
    assert!(exit.success(), "{log}");
    if has_python(&["sqlite3"]) {
        let check = "import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute('PRAGMA integrity_check').fetchall())";
        let checked = Command::new("python3")
            .args(["-c", check])
            .arg(&database)
            .output()
            .unwrap();
        assert_eq!(String::from_utf8_lossy(&checked.stdout), "[('ok',)]\n");
    }
}
