//! Whoever listens misses nothing, and hears nothing twice.

use std::io::{BufRead as _, BufReader, Lines};
use std::process::{Child, ChildStdout, Command};

use sealpost_client::Outgoing;
use serde_json::Value;

use super::{PASSWORD, Person};
use crate::support::{Database, Site, databases, free_address};

const MESSAGES: usize = 40;

struct Listening {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Listening {
    fn begin(person: &Person) -> Self {
        let mut child = person.command(&["listen", "--json"]).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    /// The next event; None at the end.
    fn next(&mut self) -> Option<Value> {
        let line = self.lines.next()?.unwrap();
        Some(serde_json::from_str(&line).unwrap())
    }

    fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args([name, &pid]).status().unwrap();
        assert!(sent.success());
    }
}

async fn follow(database: Database) {
    let address = free_address();
    let site = Site::new(database)
        .set("SEALPOST_LISTEN", &address)
        .set("SEALPOST_LIMITS", "off");
    let mut server = site.start();
    let alice = Person::join(&server, "alice").await;
    let bob = Person::join(&server, "bob").await;
    let place = sealpost_client::Server::at(server.base()).unwrap();
    let writer = place.log_in("alice", PASSWORD).await.unwrap();
    let conversation = writer.start_conversation("bob").await.unwrap().id;
    let writing = tokio::spawn(async move {
        for number in 0..MESSAGES {
            let message = Outgoing::text(number.to_string());
            writer.send(conversation, &message).await.unwrap();
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    });

    let mut listening = Listening::begin(&bob);
    let token = std::fs::read_to_string(bob.session_file()).unwrap();
    let token: Value = serde_json::from_str(&token).unwrap();
    let cmdline = format!("/proc/{}/cmdline", listening.child.id());
    // A program that is just being started has none for a moment.
    let cmdline = loop {
        let read = std::fs::read_to_string(&cmdline).unwrap();
        if !read.is_empty() {
            break read;
        }
        std::thread::yield_now();
    };
    assert!(
        cmdline.contains("listen") && !cmdline.contains(token["refresh_token"].as_str().unwrap())
    );

    let (mut texts, mut offsets) = (Vec::new(), Vec::new());
    let mut ended = 0;
    while texts.len() < MESSAGES {
        let Some(event) = listening.next() else {
            // What was told before the end was told once.
            assert!(listening.child.wait().unwrap().success());
            listening = Listening::begin(&bob);
            continue;
        };
        offsets.push(event["offset"].as_u64().unwrap());
        if event["type"] == "message.created" {
            texts.push(event["data"]["text"].as_str().unwrap().to_owned());
        }
        if texts.len() == 5 && ended == 0 {
            ended += 1;
            assert_eq!(bob.refused(&["listen"]), "already-listening");
            listening.signal("-TERM");
        }
        if texts.len() == 15 && ended == 1 {
            ended += 1;
            server.kill();
            server = site.start();
        }
    }
    writing.await.unwrap();
    let expected: Vec<_> = (0..MESSAGES).map(|number| number.to_string()).collect();
    assert_eq!(texts, expected);
    let first = offsets[0];
    assert!(
        offsets
            .iter()
            .copied()
            .eq(first..first + u64::try_from(offsets.len()).unwrap())
    );
    assert_eq!(ended, 2);
    listening.signal("-INT");
    assert!(listening.child.wait().unwrap().success());

    assert_eq!(
        bob.refused(&["listen", "--once", "--timeout", "1s"]),
        "timed-out"
    );
    assert_eq!(bob.json(&["listen", "--timeout", "1s"]).len(), 0);
    assert_eq!(
        alice.json(&["send", "bob", "later"])[0]["seq"],
        MESSAGES + 1
    );
    assert_eq!(bob.next_message()["text"], "later");
    server.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listener_misses_nothing_and_repeats_nothing() {
    for database in databases() {
        follow(database).await;
    }
}
