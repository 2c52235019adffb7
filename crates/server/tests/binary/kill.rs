//! The server is killed (SIGKILL) again and again under 16 writers: what was acknowledged is there, once and in order. Six
//! devices follow meanwhile over sockets, streams and polls, and break off and come back: each is told of every message, once
//! and in order. On PostgreSQL there are two instances, which are killed in turn.
//!
//! `SEALPOST_KILL_ROUNDS` sets how often (20 by default; `just full` asks for 200).

mod members;
mod reader;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use reqwest::Client;
use serde_json::{Value, json};

use crate::instances;
use crate::support::{Database, Server, Site, databases, http_client};
use reader::{Addresses, Goal, Reader, Told};

const WRITERS: usize = 16;
const PASSWORD: &str = "a password for two";

/// A message that the server said it had stored.
struct Acknowledged {
    client_id: String,
    id: String,
    seq: u64,
}

async fn post(
    client: &Client,
    url: String,
    token: Option<&str>,
    body: Value,
) -> Result<Value, String> {
    let mut request = client.post(url).json(&body);
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    let answer = request.send().await.map_err(|error| error.to_string())?;
    let status = answer.status();
    let text = answer.text().await.map_err(|error| error.to_string())?;
    if !status.is_success() {
        return Err(format!("{status}: {text}"));
    }
    serde_json::from_str(&text).map_err(|error| error.to_string())
}

/// A login of somebody who has an account. A server whose disk is busy for seconds says so, and is asked again.
async fn log_in(server: &Server, name: &str) -> String {
    let login = json!({"identifier": name, "password": PASSWORD});
    let client = http_client();
    let mut refused = String::new();
    for _ in 0..10 {
        match post(&client, server.url("/v1/sessions"), None, login.clone()).await {
            Ok(opened) => return opened["access_token"].as_str().unwrap().to_owned(),
            Err(error) if error.starts_with("503") => refused = error,
            Err(error) => panic!("{error}"),
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    panic!("{refused}");
}

/// Registers both, logs both in, starts their conversation; returns the tokens and the conversation's id.
async fn set_the_scene(server: &Server) -> ([String; 2], String) {
    let client = http_client();
    let mut tokens = Vec::new();
    for name in ["alice", "bob"] {
        let account = json!({"username": name, "password": PASSWORD});
        post(&client, server.url("/v1/accounts"), None, account)
            .await
            .unwrap();
        tokens.push(log_in(server, name).await);
    }
    let started = post(
        &client,
        server.url("/v1/conversations"),
        tokens.first().map(String::as_str),
        json!({"username": "bob"}),
    )
    .await
    .unwrap();
    (
        tokens.try_into().unwrap(),
        started["id"].as_str().unwrap().to_owned(),
    )
}

/// Sends until it is told to stop or the server is gone; returns what was acknowledged.
async fn write(
    url: String,
    token: String,
    numbers: Arc<AtomicU64>,
    stop: Arc<AtomicBool>,
) -> Vec<Acknowledged> {
    let client = http_client();
    let mut acknowledged = Vec::new();
    while !stop.load(Ordering::SeqCst) {
        let number = numbers.fetch_add(1, Ordering::SeqCst);
        let client_id = format!("m{number}");
        let format = if number.is_multiple_of(2) {
            "text"
        } else {
            "opaque"
        };
        let body =
            json!({"client_id": client_id, "format": format, "body": format!("body of m{number}")});
        let Ok(answer) = post(&client, url.clone(), Some(&token), body).await else {
            break;
        };
        acknowledged.push(Acknowledged {
            client_id,
            id: answer["id"].as_str().unwrap().to_owned(),
            seq: answer["seq"].as_u64().unwrap(),
        });
    }
    acknowledged
}

/// Reads a whole list, page by page.
async fn read_all(server: &Server, path: &str, token: &str) -> Vec<Value> {
    let client = http_client();
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let url = server.url(&format!("{path}&limit=100{cursor}"));
        let page: Value = client
            .get(url)
            .bearer_auth(token)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        all.extend(page["data"].as_array().unwrap().iter().cloned());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}

/// Every event of the log that is about a message: the message's id, in order.
async fn read_inbox(server: &Server, token: &str) -> Vec<String> {
    let client = http_client();
    let (mut ids, mut after) = (Vec::new(), 0);
    loop {
        let url = server.url(&format!("/v1/events?after={after}&limit=100"));
        let page: Value = client
            .get(url)
            .bearer_auth(token)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        let events = page["events"].as_array().unwrap().clone();
        if events.is_empty() {
            return ids;
        }
        for event in events {
            assert_eq!(
                event["offset"].as_u64(),
                Some(after + 1),
                "a hole in the log"
            );
            after += 1;
            if event["type"] == "message.created" {
                ids.push(event["data"]["id"].as_str().unwrap().to_owned());
            }
        }
    }
}

/// All instances of a server.
struct Fleet {
    sites: Vec<Site>,
    servers: Vec<Option<Server>>,
    addresses: Addresses,
}

impl Fleet {
    fn start(database: Database) -> Self {
        let sites = match database {
            Database::Sqlite => {
                let site = Site::new(database);
                vec![site.set("SEALPOST_PUBLIC_URL", "http://sealpost.test")]
            }
            Database::Postgres(url) => instances::sites(&url, &url).into(),
        };
        let sites: Vec<Site> = sites
            .into_iter()
            .map(|site| site.set("SEALPOST_LIMITS", "off"))
            .collect();
        // One after the other: the first makes what they share.
        let servers: Vec<Option<Server>> = sites.iter().map(|site| Some(site.start())).collect();
        let addresses = servers.iter().flatten().map(|server| server.url(""));
        let addresses = Arc::new(Mutex::new(addresses.collect()));
        Self {
            sites,
            servers,
            addresses,
        }
    }

    fn any(&self) -> &Server {
        self.servers.iter().flatten().next().unwrap()
    }

    fn address(&self, number: usize) -> String {
        let addresses = self.addresses.lock().unwrap();
        addresses[number % addresses.len()].clone()
    }

    fn kill(&mut self, number: usize) {
        self.servers[number].take().unwrap().kill();
    }

    /// Starts an instance that was killed; how long until it is ready.
    fn start_again(&mut self, number: usize) -> Duration {
        let began = Instant::now();
        let server = self.sites[number].start();
        let took = began.elapsed();
        self.addresses.lock().unwrap()[number] = server.url("");
        self.servers[number] = Some(server);
        took
    }
}

/// Devices of both, three each, that follow from now on.
async fn start_readers(fleet: &Fleet, goal: &Goal) -> Vec<tokio::task::JoinHandle<Vec<Told>>> {
    let mut readers = Vec::new();
    for seed in 1..=6 {
        let name = if seed % 2 == 0 { "alice" } else { "bob" };
        let token = log_in(fleet.any(), name).await;
        let reader = Reader::new(&token, &fleet.addresses, goal, seed);
        readers.push(tokio::spawn(reader.follow()));
    }
    readers
}

async fn kill_again_and_again(database: Database) {
    let rounds: u32 =
        std::env::var("SEALPOST_KILL_ROUNDS").map_or(20, |text| text.parse().unwrap());
    let mut fleet = Fleet::start(database);
    let (tokens, conversation) = set_the_scene(fleet.any()).await;
    let path = format!("/v1/conversations/{conversation}/messages");
    let goal = Goal::default();
    let readers = start_readers(&fleet, &goal).await;
    let numbers = Arc::new(AtomicU64::new(0));
    let (mut acknowledged, mut ready_after) = (Vec::new(), Vec::new());
    for round in 0..rounds {
        let stop = Arc::new(AtomicBool::new(false));
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let token = tokens[writer % 2].clone();
                tokio::spawn(write(
                    format!("{}{path}", fleet.address(writer / 2)),
                    token,
                    Arc::clone(&numbers),
                    Arc::clone(&stop),
                ))
            })
            .collect();
        // Different moments of the writer's work in each round.
        tokio::time::sleep(Duration::from_millis(100 + u64::from(round) * 37 % 150)).await;
        let number = usize::try_from(round).unwrap() % fleet.sites.len();
        fleet.kill(number);
        stop.store(true, Ordering::SeqCst);
        for writer in writers {
            acknowledged.extend(writer.await.unwrap());
        }
        ready_after.push(fleet.start_again(number));
    }
    // Half of them, since other tests run beside this one: a single start says more about the machine.
    ready_after.sort_unstable();
    let median = ready_after[ready_after.len() / 2];
    assert!(
        median < Duration::from_secs(3),
        "ready again after {ready_after:?}"
    );
    let in_order = check(fleet.any(), &path, &tokens, &acknowledged).await;
    // The conversation itself is the first event of both.
    let last = u64::try_from(in_order.len()).unwrap() + 1;
    goal.store(last, Ordering::SeqCst);
    for reader in readers {
        let told = reader.await.unwrap().into_iter();
        let told = told.filter(|told| told.kind == "message.created");
        let told: Vec<String> = told.map(|told| told.about).collect();
        assert_eq!(told, in_order, "a device was told otherwise");
    }
}

/// What was acknowledged is there; returns the ids of all messages, in order.
async fn check(
    server: &Server,
    path: &str,
    tokens: &[String; 2],
    acknowledged: &[Acknowledged],
) -> Vec<String> {
    let messages = read_all(server, &format!("{path}?order=asc"), &tokens[1]).await;
    assert!(
        acknowledged.len() > 100,
        "only {} were acknowledged: nothing was tested",
        acknowledged.len()
    );
    assert!(messages.len() >= acknowledged.len());
    for (seq, message) in (1..).zip(&messages) {
        assert_eq!(
            message["seq"].as_u64(),
            Some(seq),
            "a hole in the conversation"
        );
        let client_id = message["client_id"].as_str().unwrap();
        assert_eq!(
            message["body"].as_str().unwrap(),
            format!("body of {client_id}")
        );
    }
    let by_client_id: HashMap<&str, &Value> = messages
        .iter()
        .map(|message| (message["client_id"].as_str().unwrap(), message))
        .collect();
    assert_eq!(
        by_client_id.len(),
        messages.len(),
        "a client_id is there twice"
    );
    for sent in acknowledged {
        let stored = by_client_id
            .get(sent.client_id.as_str())
            .unwrap_or_else(|| panic!("{} is lost", sent.client_id));
        assert_eq!(
            (stored["id"].as_str(), stored["seq"].as_u64()),
            (Some(sent.id.as_str()), Some(sent.seq))
        );
    }
    let in_order: Vec<&str> = messages
        .iter()
        .map(|message| message["id"].as_str().unwrap())
        .collect();
    for token in tokens {
        assert_eq!(
            read_inbox(server, token).await,
            in_order,
            "an inbox differs from the conversation"
        );
    }
    println!(
        "{} acknowledged, {} stored, 0 lost, 0 twice",
        acknowledged.len(),
        messages.len()
    );
    in_order.into_iter().map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost() {
    for database in databases() {
        kill_again_and_again(database).await;
    }
}
