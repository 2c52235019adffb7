//! The master key is changed while people read and write, and the server is killed in the middle of it, again and again. Then
//! everything opens, and nothing rests under the old key any more.

use std::time::{Duration, Instant};

use reqwest::{Client, Method, Response};
use serde_json::{Value, json};

use crate::support::{Database, Server, Site, databases, found_in_files, http_client};

const PASSWORD: &str = "a password for one";
const FILES: usize = 150;
const KILLS: usize = 4;

struct Person {
    client: Client,
    token: String,
}

impl Person {
    async fn log_in(server: &Server, name: &str) -> Self {
        let client = http_client();
        let login = json!({"identifier": name, "password": PASSWORD});
        let opened = client.post(server.url("/v1/sessions")).json(&login).send();
        let session: Value = opened.await.unwrap().json().await.unwrap();
        let token = session["access_token"].as_str().unwrap().to_owned();
        Self { client, token }
    }

    async fn register(server: &Server, name: &str) -> Self {
        let account = json!({"username": name, "password": PASSWORD});
        let made = http_client()
            .post(server.url("/v1/accounts"))
            .json(&account)
            .send();
        made.await.unwrap().error_for_status().unwrap();
        Self::log_in(server, name).await
    }

    async fn send(&self, method: Method, url: String, body: Vec<u8>) -> reqwest::Result<Response> {
        let request = self.client.request(method, url).bearer_auth(&self.token);
        let request = request.header("content-type", "application/json");
        request.body(body).send().await?.error_for_status()
    }

    async fn post(&self, server: &Server, path: &str, body: &Value) -> Value {
        let answer = self
            .send(
                Method::POST,
                server.url(path),
                body.to_string().into_bytes(),
            )
            .await
            .unwrap();
        answer.json().await.unwrap()
    }

    async fn bytes(&self, server: &Server, path: &str) -> Vec<u8> {
        let answer = self.send(Method::GET, server.url(path), Vec::new()).await;
        answer.unwrap().bytes().await.unwrap().to_vec()
    }
}

/// What Alice has left with the server.
struct Left {
    files: Vec<String>,
    conversation: String,
}

async fn leave(server: &Server, alice: &Person) -> Left {
    Person::register(server, "bob").await;
    let upload = async |number: usize| {
        let url = server.url(&format!("/v1/files?name=file-{number}"));
        let body = format!("content of {number}").into_bytes();
        let made = alice.send(Method::POST, url, body).await.unwrap();
        let made: Value = made.json().await.unwrap();
        made["id"].as_str().unwrap().to_owned()
    };
    let mut files = Vec::new();
    for number in 0..FILES {
        files.push(upload(number).await);
    }
    let started = alice
        .post(server, "/v1/conversations", &json!({"username": "bob"}))
        .await;
    let conversation = started["id"].as_str().unwrap().to_owned();
    let said = json!({"client_id": "c-1", "format": "text", "body": "a text at rest"});
    let path = format!("/v1/conversations/{conversation}/messages");
    alice.post(server, &path, &said).await;
    let backup = alice.client.put(server.url("/v1/me/key-backup"));
    let backup = backup
        .bearer_auth(&alice.token)
        .header("if-none-match", "*");
    let backup = backup.header("content-type", "application/octet-stream");
    let backup = backup.body("what a client sealed").send().await.unwrap();
    backup.error_for_status().unwrap();
    alice.post(server, "/v1/me/factors/totp", &json!({})).await;
    Left {
        files,
        conversation,
    }
}

async fn check(server: &Server, left: &Left) {
    // A new login: pepper, token-signing key and the rest are those they were.
    let alice = Person::log_in(server, "alice").await;
    for (number, id) in left.files.iter().enumerate() {
        let content = alice
            .bytes(server, &format!("/v1/files/{id}/content"))
            .await;
        assert_eq!(content, format!("content of {number}").into_bytes());
    }
    let names = alice.bytes(server, "/v1/files?limit=1").await;
    let names: Value = serde_json::from_slice(&names).unwrap();
    assert!(
        names["data"][0]["name"]
            .as_str()
            .unwrap()
            .starts_with("file-")
    );
    let path = format!("/v1/conversations/{}/messages", left.conversation);
    let said: Value = serde_json::from_slice(&alice.bytes(server, &path).await).unwrap();
    assert_eq!(said["data"][0]["body"], json!("a text at rest"));
    let backup = alice.bytes(server, "/v1/me/key-backup").await;
    assert_eq!(backup, b"what a client sealed");
}

fn status(site: &Site) -> Value {
    site.json(&["keys", "status"])
}

fn key(status: &Value, state: &str) -> Option<Value> {
    let keys = status["keys"].as_array().unwrap();
    keys.iter()
        .find(|key| key["state"] == json!(state))
        .cloned()
}

fn id(key: &Value) -> &str {
    key["id"].as_str().unwrap()
}

async fn wait_until_done(site: &Site) -> Value {
    let began = Instant::now();
    loop {
        let status = status(site);
        if !status["rotation"]["finished_at"].is_null() {
            return status;
        }
        assert!(began.elapsed() < Duration::from_secs(120), "{status:#}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_in_the_middle_of_a_rotation() {
    for database in databases() {
        // Tokens name the server, whose port changes.
        let site = Site::new(database).set("SEALPOST_PUBLIC_URL", "http://sealpost.test");
        let mut server = site.start();
        let alice = Person::register(&server, "alice").await;
        let left = leave(&server, &alice).await;
        let before = status(&site);
        let old = key(&before, "sealing").unwrap();
        let rows = old["rows"].as_u64().unwrap();
        assert!(rows > 3 * u64::try_from(FILES).unwrap(), "{before:#}");

        site.json(&["keys", "rotate", "--alone", "--no-wait"]);
        for round in 0..KILLS {
            tokio::time::sleep(Duration::from_millis(u64::try_from(20 * round).unwrap())).await;
            server.kill();
            server = site.start();
            check(&server, &left).await;
        }
        // Somebody writes meanwhile.
        let url = server.url("/v1/files?name=file-meanwhile");
        alice
            .send(Method::POST, url, b"meanwhile".to_vec())
            .await
            .unwrap();
        let after = wait_until_done(&site).await;
        let gone = key(&after, "opening").unwrap();
        assert_eq!(
            (id(&gone), &gone["rows"]),
            (id(&old), &json!(0)),
            "{after:#}"
        );
        let now = key(&after, "sealing").unwrap();
        assert!(now["rows"].as_u64().unwrap() >= rows, "{after:#}");
        assert_eq!(after["rotation"]["unopened"], json!(0));
        check(&server, &left).await;

        // Destroyed once it is safe.
        let refused = site.refuse(&["keys", "destroy", id(&old)]);
        assert_eq!(refused, json!("master-key-used-recently"));
        let refused = site.refuse(&["keys", "destroy", id(&now), "--now"]);
        assert_eq!(refused, json!("master-key-seals"));
        site.json(&["keys", "destroy", id(&old), "--now"]);
        let text = std::fs::read_to_string(site.data_dir().join("master.key")).unwrap();
        assert_eq!(
            text.lines().filter(|line| !line.starts_with('#')).count(),
            1
        );
        server.stop();
        if matches!(site.database(), Database::Sqlite) {
            // Not in any column, listed or not: a record begins with its format and its key. A backup holds what is in the
            // database and nothing of what was.
            let kid = u32::from_str_radix(id(&old), 16).unwrap().to_be_bytes();
            let head = [&[1, 1], kid.as_slice()].concat();
            let folder = site.data_dir().with_file_name("backup");
            site.json(&["backup", folder.to_str().unwrap()]);
            assert_eq!(found_in_files(&folder, &head), None);
        }
        let server = site.start();
        check(&server, &left).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rotated_without_a_server_and_refused_where_others_lack_the_key() {
    for database in databases() {
        let site = Site::new(database);
        let server = site.start();
        let alice = Person::register(&server, "alice").await;
        let url = server.url("/v1/files");
        alice
            .send(Method::POST, url, b"kept".to_vec())
            .await
            .unwrap();
        let old = key(&status(&site), "sealing").unwrap();
        server.stop();

        if matches!(site.database(), Database::Postgres(_)) {
            let refused = site.refuse(&["keys", "rotate"]);
            assert_eq!(refused, json!("others-need-the-key"));
        }
        // Made before, it seals nothing; then it takes the old one's place.
        let new = site.json(&["keys", "new"]);
        assert_eq!(key(&status(&site), "waiting").unwrap()["id"], new["id"]);
        let done = site.json(&["keys", "rotate"]);
        assert_eq!(done["id"], new["id"]);
        assert!(!done["finished_at"].is_null(), "{done:#}");
        let after = status(&site);
        assert_eq!(key(&after, "sealing").unwrap()["id"], new["id"]);
        assert_eq!(key(&after, "opening").unwrap()["rows"], json!(0));
        assert_eq!(key(&after, "opening").unwrap()["id"], old["id"]);

        let server = site.start();
        let alice = Person::log_in(&server, "alice").await;
        let files = alice.bytes(&server, "/v1/files").await;
        let files: Value = serde_json::from_slice(&files).unwrap();
        let path = format!(
            "/v1/files/{}/content",
            files["data"][0]["id"].as_str().unwrap()
        );
        assert_eq!(alice.bytes(&server, &path).await, b"kept");
    }
}
