//! Two people write to each other.

use serde_json::{Value, json};

use super::Person;
use crate::support::{Database, Site, databases};

async fn talk(database: Database) {
    let site = Site::new(database).set("SEALPOST_LIMITS", "off");
    let server = site.start();
    let alice = Person::join(&server, "alice").await;
    let bob = Person::join(&server, "bob").await;
    assert_eq!(bob.json(&["whoami"])[0]["username"], "bob");

    // Bob has never listened, and misses nothing that was said since he logged in.
    let sent = alice.json(&["send", "bob", "hello", "Bob"]);
    assert_eq!(
        (&sent[0]["seq"], &sent[0]["format"]),
        (&json!(1), &json!("jose"))
    );
    let read = alice.run_with(&["send", "bob", "-"], "two\nlines\n");
    assert_eq!(read.code, 0, "{}", read.err);
    alice.json(&["send", "bob", "--text", "the server can read this"]);
    let told: Vec<Value> = (0..3).map(|_| bob.next_message()).collect();
    let texts: Vec<_> = told.iter().map(|message| &message["text"]).collect();
    assert_eq!(
        texts,
        ["hello Bob", "two\nlines", "the server can read this"]
    );
    assert_eq!(told[0]["sender"]["username"], "alice");
    assert_eq!(told[0]["id"], sent[0]["id"]);
    assert_eq!(told[2]["format"], "text");

    let conversation = sent[0]["conversation_id"].as_str().unwrap();
    bob.json(&["send", "--group", conversation, "and hello Alice"]);
    for arguments in [
        &["history", "bob"][..],
        &["history", "--conversation", conversation],
    ] {
        let history = alice.json(arguments);
        assert_eq!(history.len(), 4, "{history:?}");
        assert_eq!(history[..3], told);
        assert_eq!(history[3]["text"], "and hello Alice");
    }
    let last = alice.run(&["history", "bob", "--limit", "1"]);
    assert!(
        last.out.ends_with("  bob: and hello Alice\n"),
        "{}",
        last.out
    );
    assert_eq!(last.out.lines().count(), 1);
    let listed = alice.json(&["conversations"]);
    assert_eq!((listed.len(), &listed[0]["last_seq"]), (1, &json!(4)));
    let table = alice.run(&["conversations"]).out;
    assert!(
        table.contains(conversation) && table.contains("bob"),
        "{table}"
    );

    // Looking for a conversation begins none.
    Person::join(&server, "carol").await;
    assert_eq!(alice.refused(&["history", "carol"]), "no-conversation");
    assert_eq!(alice.refused(&["send", "nobody", "hello"]), "not-found");
    assert_eq!(alice.refused(&["send", "bob"]), "no-receiver");
    assert_eq!(alice.json(&["conversations"]).len(), 1);
    let refused = alice.run(&["send", "nobody", "hello"]);
    assert!(
        refused.err.starts_with("sealpost: not-found: "),
        "{}",
        refused.err
    );

    // A group of three, made by another program of Alice's.
    let place = sealpost_client::Server::at(server.base()).unwrap();
    let session = place.log_in("alice", super::PASSWORD).await.unwrap();
    let group = sealpost_client::NewGroup {
        members: vec!["bob".to_owned(), "carol".to_owned()],
        title: Some("Choir".to_owned()),
        shows_history: false,
    };
    let group = session.create_group(&group).await.unwrap().id.to_string();
    alice.json(&["send", "--group", &group, "sing"]);
    assert_eq!(bob.next_message()["text"], "and hello Alice");
    let heard = bob.run(&["listen", "--timeout", "2s"]).out;
    assert!(heard.contains("  alice in Choir: sing\n"), "{heard}");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_talk() {
    for database in databases() {
        talk(database).await;
    }
}
