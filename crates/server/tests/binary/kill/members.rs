//! A group whose members come and go while everybody writes, deletes, and is cut off, and instances are killed: the log of
//! each account is the owner's log, cut to when the account was in the group. The owner never leaves, so that their log is the
//! order of everything.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::reader::{Goal, Reader, Told};
use super::{Fleet, PASSWORD, log_in, post};
use crate::support::{Database, databases, http_client};

/// Who is in the group now and then, beside the owner.
const PEOPLE: [&str; 5] = ["bob", "carol", "dave", "erin", "frank"];
/// How many writers each has.
const WRITERS: usize = 2;
/// How often an instance is killed.
const ROUNDS: usize = 6;

/// What was acknowledged.
#[derive(Default)]
struct Acknowledged {
    sent: BTreeSet<String>,
    deleted: BTreeSet<String>,
    added: u32,
    removed: u32,
}

struct Person {
    id: String,
    name: &'static str,
    token: String,
}

/// Random numbers below a bound (xorshift64*).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        usize::try_from(number).unwrap() % bound
    }
}

async fn person(fleet: &Fleet, name: &'static str) -> Person {
    let account = json!({"username": name, "password": PASSWORD});
    let url = fleet.any().url("/v1/accounts");
    let made = post(&http_client(), url, None, account).await.unwrap();
    Person {
        id: made["id"].as_str().unwrap().to_owned(),
        name,
        token: log_in(fleet.any(), name).await,
    }
}

/// Sends, and deletes some of its own, as long as the instance is there.
async fn write(
    group: String,
    token: String,
    mut dice: Dice,
    (numbers, stop): (Arc<AtomicU64>, Arc<AtomicBool>),
    acknowledged: Arc<Mutex<Acknowledged>>,
) {
    let client = http_client();
    let mut own = Vec::new();
    while !stop.load(Ordering::SeqCst) {
        if dice.roll(4) == 0 && !own.is_empty() {
            let id: String = own.swap_remove(dice.roll(own.len()));
            let url = format!("{group}/messages/{id}");
            let Ok(answer) = client.delete(url).bearer_auth(&token).send().await else {
                break;
            };
            // Who is out of the group at the moment deletes nothing.
            if answer.status() == 204 {
                acknowledged.lock().unwrap().deleted.insert(id);
            }
            continue;
        }
        let number = numbers.fetch_add(1, Ordering::SeqCst);
        let body = json!({"client_id": format!("m{number}"), "format": "text", "body": "hello"});
        let sent = client.post(format!("{group}/messages")).bearer_auth(&token);
        let Ok(answer) = sent.json(&body).send().await else {
            break;
        };
        if answer.status() != 201 {
            // Out of the group for now.
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        }
        let Ok(answer) = answer.json::<Value>().await else {
            break;
        };
        let id = answer["id"].as_str().unwrap().to_owned();
        acknowledged.lock().unwrap().sent.insert(id.clone());
        own.push(id);
    }
}

/// The owner adds and removes people.
async fn change_members(
    group: String,
    owner: String,
    mut dice: Dice,
    stop: Arc<AtomicBool>,
    acknowledged: Arc<Mutex<Acknowledged>>,
) {
    let client = http_client();
    while !stop.load(Ordering::SeqCst) {
        let name = PEOPLE[dice.roll(PEOPLE.len())];
        let members = format!("{group}/members");
        let (add, request) = if dice.roll(2) == 0 {
            let added = client.post(&members).json(&json!({"username": name}));
            (true, added)
        } else {
            (false, client.delete(format!("{members}/{name}")))
        };
        let Ok(answer) = request.bearer_auth(&owner).send().await else {
            break;
        };
        match (add, answer.status().as_u16()) {
            (true, 201) => acknowledged.lock().unwrap().added += 1,
            (false, 204) => acknowledged.lock().unwrap().removed += 1,
            _ => {}
        }
        tokio::time::sleep(Duration::from_millis(
            5 + u64::try_from(dice.roll(20)).unwrap(),
        ))
        .await;
    }
}

/// A page of the log, whatever happens to connections on a busy machine.
async fn page(url: &str, token: &str) -> Value {
    for _ in 0..20 {
        let asked = http_client().get(url).bearer_auth(token).send().await;
        if let Ok(answer) = asked
            && let Ok(page) = answer.json().await
        {
            return page;
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    panic!("{url} does not answer");
}

/// The whole log, read at leisure.
async fn log_of(base: &str, token: &str) -> Vec<Told> {
    let (mut log, mut after) = (Vec::new(), 0);
    loop {
        let url = format!("{base}/v1/events?after={after}&limit=100");
        let page = page(&url, token).await;
        let events = page["events"].as_array().unwrap();
        if events.is_empty() {
            return log;
        }
        log.extend(events.iter().map(Told::of));
        after = page["next"].as_u64().unwrap();
    }
}

/// The owner's log, cut to when this account was in the group: what their own log has to be. The conversation stands before
/// what comes after each time they came.
fn cut(owners: &[Told], account: &str, from_the_beginning: bool) -> Vec<Told> {
    let mut is_in = from_the_beginning;
    let mut expected = Vec::new();
    for told in owners {
        let about_them = told.about == account;
        if told.kind == "conversation.created" {
            if from_the_beginning {
                expected.push(told.kind.clone());
            }
            continue;
        }
        if about_them && told.kind == "member.added" {
            expected.push("conversation.created".to_owned());
            is_in = true;
        }
        if is_in {
            expected.push(format!("{} {}", told.kind, told.about));
        }
        if about_them && told.kind == "member.removed" {
            is_in = false;
        }
    }
    expected.iter().map(|text| plain(text)).collect()
}

fn plain(text: &str) -> Told {
    let (kind, about) = text.split_once(' ').unwrap_or((text, ""));
    Told {
        kind: kind.to_owned(),
        about: about.to_owned(),
    }
}

/// As [`cut`] has it: of a conversation nothing is said but that it is there.
fn without_conversations(log: Vec<Told>) -> Vec<Told> {
    let strip = |told: Told| match told.kind.as_str() {
        "conversation.created" => plain(&told.kind),
        _ => told,
    };
    log.into_iter().map(strip).collect()
}

/// Each was told of once, and of nothing that was not.
fn count(log: &[Told], kind: &str) -> BTreeMap<String, u32> {
    let mut counts = BTreeMap::new();
    for told in log.iter().filter(|told| told.kind == kind) {
        *counts.entry(told.about.clone()).or_default() += 1;
    }
    counts
}

fn check(owners: &[Told], acknowledged: &Acknowledged) {
    let (created, deleted) = (
        count(owners, "message.created"),
        count(owners, "message.deleted"),
    );
    assert!(
        created
            .values()
            .chain(deleted.values())
            .all(|count| *count == 1)
    );
    let lost = acknowledged
        .sent
        .iter()
        .find(|id| !created.contains_key(*id));
    assert_eq!(lost, None, "an acknowledged message is lost");
    let lost = acknowledged
        .deleted
        .iter()
        .find(|id| !deleted.contains_key(*id));
    assert_eq!(lost, None, "an acknowledged deletion is lost");
    for (kind, at_least) in [
        ("member.added", acknowledged.added),
        ("member.removed", acknowledged.removed),
    ] {
        let told: u32 = count(owners, kind).values().sum();
        assert!(told >= at_least, "{kind}: {told} of {at_least}");
    }
    println!(
        "acknowledged: {} messages, {} deletions, {} members added, {} removed; 0 lost, 0 twice",
        acknowledged.sent.len(),
        acknowledged.deleted.len(),
        acknowledged.added,
        acknowledged.removed
    );
    assert!(acknowledged.sent.len() > 50 && acknowledged.deleted.len() > 10);
    assert!(acknowledged.added > 3 && acknowledged.removed > 3);
}

/// Waits until something of everything has happened, however slow the machine is.
async fn acknowledged_more(acknowledged: &Mutex<Acknowledged>) {
    let count = || {
        let now = acknowledged.lock().unwrap();
        let changes = usize::try_from(now.added + now.removed).unwrap();
        [now.sent.len(), now.deleted.len(), changes]
    };
    let (before, began) = (count(), Instant::now());
    loop {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let enough = before.into_iter().zip([15, 3, 2]).zip(count());
        let enough = enough
            .into_iter()
            .all(|((before, more), now)| now >= before + more);
        if enough || began.elapsed() > Duration::from_secs(20) {
            return;
        }
    }
}

async fn come_and_go(database: Database) {
    let mut fleet = Fleet::start(database);
    let owner = person(&fleet, "alice").await;
    let mut people = Vec::new();
    for name in PEOPLE {
        people.push(person(&fleet, name).await);
    }
    let body = json!({"members": &PEOPLE[..2]});
    let url = fleet.any().url("/v1/conversations");
    let made = post(&http_client(), url, Some(&owner.token), body).await;
    let path = format!(
        "/v1/conversations/{}",
        made.unwrap()["id"].as_str().unwrap()
    );

    let mut readers = Vec::new();
    for (seed, person) in (1..).zip(people.iter().chain([&owner])) {
        let goal = Goal::default();
        let token = log_in(fleet.any(), person.name).await;
        let reader = Reader::new(&token, &fleet.addresses, &goal, seed);
        readers.push((goal, tokio::spawn(reader.follow())));
    }
    let acknowledged = Arc::new(Mutex::new(Acknowledged::default()));
    let numbers = Arc::new(AtomicU64::new(0));
    for round in 0..ROUNDS {
        let stop = Arc::new(AtomicBool::new(false));
        let dice = |seed: usize| Dice(u64::try_from(round * 64 + seed + 1).unwrap() << 20 | 1);
        let mut running = Vec::new();
        for (number, person) in people.iter().chain([&owner]).enumerate() {
            for writer in 0..WRITERS {
                let group = format!("{}{path}", fleet.address(number + writer));
                let (token, dice) = (person.token.clone(), dice(number * WRITERS + writer));
                let shared = (numbers.clone(), stop.clone());
                let acknowledged = acknowledged.clone();
                running.push(tokio::spawn(write(
                    group,
                    token,
                    dice,
                    shared,
                    acknowledged,
                )));
            }
        }
        let group = format!("{}{path}", fleet.address(round + 1));
        let (token, stopped) = (owner.token.clone(), stop.clone());
        let changes = change_members(group, token, dice(60), stopped, acknowledged.clone());
        running.push(tokio::spawn(changes));
        acknowledged_more(&acknowledged).await;
        fleet.kill(round % fleet.sites.len());
        stop.store(true, Ordering::SeqCst);
        for task in running {
            task.await.unwrap();
        }
        fleet.start_again(round % fleet.sites.len());
    }
    let base = fleet.address(0);
    let owners = log_of(&base, &owner.token).await;
    check(&owners, &acknowledged.lock().unwrap());
    for ((goal, reader), person) in readers.into_iter().zip(people.iter().chain([&owner])) {
        let log = log_of(&base, &person.token).await;
        let from_the_beginning = person.name == owner.name || PEOPLE[..2].contains(&person.name);
        let expected = cut(&owners, &person.id, from_the_beginning);
        let log = without_conversations(log);
        assert_eq!(log, expected, "the log of {}", person.name);
        goal.store(u64::try_from(log.len()).unwrap(), Ordering::SeqCst);
        let told = without_conversations(reader.await.unwrap());
        assert_eq!(told, expected, "what a device of {} was told", person.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_and_goes_is_told_of_their_time_in_the_group_and_nothing_else() {
    for database in databases() {
        come_and_go(database).await;
    }
}
