//! A group from its making to its end, by three people at their terminals.

use serde_json::{Value, json};

use super::Person;
use crate::support::{Database, Site, databases};

fn names(members: &[Value]) -> Vec<(&str, &str)> {
    members
        .iter()
        .map(|member| {
            (
                member["username"].as_str().unwrap(),
                member["role"].as_str().unwrap(),
            )
        })
        .collect()
}

/// What somebody is told up to this, however slow the machine is.
#[track_caller]
fn heard(person: &Person, wanted: &str) -> String {
    let mut told = String::new();
    for _ in 0..30 {
        told += &person.run(&["listen", "--timeout", "2s"]).out;
        if told.contains(wanted) {
            return told;
        }
    }
    panic!("{wanted:?} is not in {told}");
}

async fn play(database: Database) {
    let server = Site::new(database).set("SEALPOST_LIMITS", "off").start();
    let alice = Person::join(&server, "alice").await;
    let bob = Person::join(&server, "bob").await;
    let carol = Person::join(&server, "carol").await;

    let made = alice.json(&["groups", "create", "bob", "--title", "Choir"]);
    let group = made[0]["id"].as_str().unwrap();
    assert_eq!(
        (&made[0]["title"], &made[0]["member_count"]),
        (&json!("Choir"), &json!(2))
    );
    alice.json(&["send", "--group", group, "before you came"]);
    // A member adds nobody; an admin does.
    let refused = bob.refused(&["groups", "add", group, "carol"]);
    assert_eq!(refused, "insufficient-role");
    alice.json(&["groups", "appoint", group, "bob", "admin"]);
    let added = bob.json(&["groups", "add", group, "carol"]);
    assert_eq!(added[0]["role"], "member");
    let members = alice.json(&["groups", "members", group]);
    assert_eq!(
        names(&members),
        [("alice", "owner"), ("bob", "admin"), ("carol", "member")]
    );
    let table = carol.run(&["groups", "members", group]).out;
    assert!(table.contains("bob    admin"), "{table}");

    // Sealed to everybody who is there now, and read by all of them.
    bob.json(&["send", "--group", group, "sing"]);
    let told = heard(&carol, "  bob in Choir: sing\n");
    assert!(!told.contains("before you came"), "{told}");
    let told = heard(&alice, &format!("  * bob added carol to group {group}\n"));
    let appointed = format!("  * bob is admin of group {group} now\n");
    assert!(told.contains(&appointed), "{told}");

    // Who is removed reads nothing more, and what is said after is not sealed to them.
    assert_eq!(alice.run(&["groups", "remove", group, "carol"]).code, 0);
    alice.json(&["send", "--group", group, "without carol"]);
    let removed = format!("  * alice removed carol from group {group}\n");
    let told = heard(&carol, &removed);
    assert!(!told.contains("without carol"), "{told}");
    for arguments in [
        &["history", "--conversation", group][..],
        &["groups", "members", group],
        &["groups", "leave", group],
        &["send", "--group", group, "let me in"],
    ] {
        assert_eq!(carol.refused(arguments), "not-found", "{arguments:?}");
    }
    heard(&bob, "  alice in Choir: without carol\n");

    // The owner leaves, and the admin owns it; with the last one it ends.
    let left = alice.json(&["groups", "leave", group]);
    assert_eq!(left[0]["username"], "alice");
    let members = bob.json(&["groups", "members", group]);
    assert_eq!(names(&members), [("bob", "owner")]);
    let owner = format!("  * bob is owner of group {group} now\n");
    let told = heard(&bob, &owner);
    let left = format!("  * alice left group {group}\n");
    assert!(told.contains(&left), "{told}");
    assert_eq!(bob.run(&["groups", "leave", group]).code, 0);
    assert_eq!(bob.refused(&["groups", "members", group]), "not-found");
}

#[tokio::test(flavor = "multi_thread")]
async fn three_people_and_a_group() {
    for database in databases() {
        play(database).await;
    }
}
