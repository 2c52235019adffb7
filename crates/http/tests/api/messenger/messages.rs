//! Messages on their way: sent, read, acknowledged.

use std::time::Duration;

use serde_json::{Value, json};

use super::client::{Person, letter, numbers, start};
use crate::support::{TestServer, access_token};

/// A date as a client turns it into the next `from_ts`.
fn seconds(message: &Value) -> f64 {
    let text = message["date"]["$date"].as_str().unwrap();
    let time: sealpost_domain::Timestamp = text.parse().unwrap();
    format!(
        "{}.{:03}",
        time.as_millis() / 1_000,
        time.as_millis() % 1_000
    )
    .parse()
    .unwrap()
}

fn native(server: &TestServer, username: &str) -> String {
    let login = json!({"identifier": username, "password": super::client::PASSWORD});
    access_token(&server.post("/v1/sessions", &login.to_string()).json())
}

#[test]
fn three_texts_come_back_byte_for_byte() {
    let server = start();
    let (alice, bob) = (Person::new(&server, "alice"), Person::new(&server, "bob"));
    let texts = ["gAAAAABgQJ==", "é \"\\\n\u{2028}😀/", &"x".repeat(60_000)];
    for (number, text) in texts.iter().enumerate() {
        let sent = alice.post(
            "/api/send_message",
            &json!({"username": "BOB", "message": text, "signature": format!("s{number} {}", &text[..2]), "key": "k\t"}),
        );
        assert_eq!(
            (sent.status, sent.json()),
            (200, json!({"msg": "OK"})),
            "{sent:?}"
        );
        assert_eq!(sent.header("cache-control"), Some("no-store"));
    }
    let got = bob.read("alice", 0.0, 0.0);
    assert_eq!(got.len(), 3);
    for (number, (message, text)) in got.iter().zip(texts).enumerate() {
        assert_eq!(
            *message,
            json!({
                "msg": text, "sign": format!("s{number} {}", &text[..2]), "key": "k\t",
                "date": {"$date": format!("2026-11-21T13:04:05.{}Z", 678 + number)},
            })
        );
    }
    // The sender gets nothing of it.
    assert_eq!(alice.read("bob", 0.0, 0.0), Vec::<Value>::new());
}

#[test]
fn asked_for_in_the_body_or_in_the_query_with_a_last_slash_or_without() {
    let server = start();
    let (alice, bob) = (Person::new(&server, "alice"), Person::new(&server, "bob"));
    alice.write_well("bob", 1);
    let body = json!({"username": "alice", "from_ts": 0, "to_ts": 0}).to_string();
    let query = "?username=alice&from_ts=0&to_ts=0.0";
    let expected = server.send_as(&bob.access, "GET", "/api/get_messages/", &body);
    assert_eq!(expected.status, 200);
    for (path, body) in [
        ("/api/get_messages".to_owned(), body.as_str()),
        ("/api/get_messages/?_=1".to_owned(), body.as_str()),
        (format!("/api/get_messages/{query}"), ""),
        (format!("/api/get_messages{query}"), ""),
    ] {
        let answer = server.send_as(&bob.access, "GET", &path, body);
        assert_eq!(
            (answer.status, &answer.body),
            (200, &expected.body),
            "{path}"
        );
    }
}

#[test]
fn a_date_leads_on_without_a_gap_and_without_a_repeat() {
    let server = start();
    let (alice, bob) = (Person::new(&server, "alice"), Person::new(&server, "bob"));
    // The clock stands still, and then goes back: both happens.
    for number in 1..=3 {
        alice.write_well("bob", number);
    }
    server.advance(Duration::from_millis(1));
    alice.write_well("bob", 4);
    let all = bob.read("alice", 0.0, 0.0);
    assert_eq!(numbers(&all), [1, 2, 3, 4]);
    let dates: Vec<f64> = all.iter().map(seconds).collect();
    for (index, date) in dates.iter().enumerate() {
        let rest = &[1, 2, 3, 4][index + 1..];
        assert_eq!(numbers(&bob.read("alice", *date, 0.0)), rest);
        let until = &[1, 2, 3, 4][..=index];
        assert_eq!(numbers(&bob.read("alice", 0.0, *date)), until);
    }
    assert_eq!(numbers(&bob.read("alice", dates[0], dates[2])), [2, 3]);
    // What comes later in the same millisecond is not passed over.
    alice.write_well("bob", 5);
    assert_eq!(numbers(&bob.read("alice", dates[3], 0.0)), [5]);
    assert_eq!(bob.read("alice", 1e300, 0.0), Vec::<Value>::new());
    assert_eq!(bob.read("alice", dates[2], dates[1]), Vec::<Value>::new());
}

#[test]
fn a_large_heap_is_read_in_pieces() {
    let server = start();
    let (alice, bob) = (Person::new(&server, "alice"), Person::new(&server, "bob"));
    for number in 0..70 {
        let mut letter = letter("bob", number);
        letter["key"] = json!("k".repeat(64_000));
        assert_eq!(alice.post("/api/send_message/", &letter).status, 200);
    }
    let first = bob.read("alice", 0.0, 0.0);
    assert_eq!(numbers(&first), (0..65).collect::<Vec<_>>());
    let rest = bob.read("alice", seconds(first.last().unwrap()), 0.0);
    assert_eq!(numbers(&rest), (65..70).collect::<Vec<_>>());
}

#[test]
fn a_message_stays_until_it_is_acknowledged() {
    let server = start();
    let (alice, bob) = (Person::new(&server, "alice"), Person::new(&server, "bob"));
    for number in 1..=3 {
        alice.write_well("bob", number);
    }
    for _ in 0..2 {
        assert_eq!(numbers(&bob.read("alice", 0.0, 0.0)), [1, 2, 3]);
    }
    // Again is as once: the answer may have been lost.
    for _ in 0..2 {
        let acked = bob.ack("Alice", 2);
        assert_eq!((acked.status, acked.json()), (200, json!({"msg": "OK"})));
        assert_eq!(numbers(&bob.read("alice", 0.0, 0.0)), [1, 3]);
    }
    // It stays where it was said.
    let token = native(&server, "bob");
    let talk = server.get_as(&token, "/v1/conversations").json();
    let talk = talk["data"][0]["id"].as_str().unwrap();
    let path = format!("/v1/conversations/{talk}/messages?order=asc");
    let kept = server.get_as(&token, &path).json();
    assert_eq!(kept["data"].as_array().map(Vec::len), Some(3));
}

#[test]
fn what_is_not_yours_to_acknowledge_is_not_there() {
    let server = start();
    let (alice, bob) = (Person::new(&server, "alice"), Person::new(&server, "bob"));
    let mallory = Person::new(&server, "mallory");
    alice.write_well("bob", 1);
    let unknown = "there is nothing of yours to acknowledge by this name";
    for (who, from, number) in [
        (&mallory, "alice", 1),
        (&alice, "bob", 1),
        (&alice, "alice", 1),
        (&bob, "mallory", 1),
        (&bob, "nobody", 1),
        (&bob, "no user name", 1),
        (&bob, "alice", 2),
    ] {
        super::errors::assert_said(&who.ack(from, number), 404, unknown);
    }
    // And the same for notifications; the first events of both were their key and the conversation.
    let ack = |who: &Person<'_>, id: Value| {
        who.post(
            "/api/ack/",
            &json!({"type": "notification", "identity": {"id": id}}),
        )
    };
    for (who, id) in [
        (&mallory, 3),
        (&alice, 3),
        (&bob, 1),
        (&bob, 2),
        (&bob, 4),
        (&bob, 0),
    ] {
        super::errors::assert_said(&ack(who, json!(id)), 404, unknown);
    }
    assert_eq!(numbers(&bob.read("alice", 0.0, 0.0)), [1]);
    for id in [json!(3), json!("3"), json!("3")] {
        assert_eq!(ack(&bob, id).status, 200);
    }
    assert_eq!(
        numbers(&bob.read("alice", 0.0, 0.0)),
        [1],
        "a notification is not the message"
    );
}

#[test]
fn a_repeat_is_the_same_message() {
    let server = start();
    let (alice, bob) = (Person::new(&server, "alice"), Person::new(&server, "bob"));
    let carol = Person::new(&server, "carol");
    for _ in 0..3 {
        alice.write_well("bob", 1);
    }
    assert_eq!(numbers(&bob.read("alice", 0.0, 0.0)), [1]);
    assert_eq!(bob.ack("alice", 1).status, 200);
    alice.write_well("bob", 1);
    assert_eq!(bob.read("alice", 0.0, 0.0), Vec::<Value>::new());
    // The same signature to somebody else, or of somebody else, is another message.
    alice.write_well("carol", 1);
    carol.write_well("bob", 1);
    assert_eq!(numbers(&carol.read("alice", 0.0, 0.0)), [1]);
    assert_eq!(numbers(&bob.read("carol", 0.0, 0.0)), [1]);
    let mut other = letter("bob", 1);
    other["key"] = json!("another");
    let refused = alice.post("/api/send_message/", &other);
    let msg =
        "signature: this signature came with another message to this user: sign each message anew";
    super::errors::assert_said(&refused, 400, msg);
}

#[test]
fn it_is_the_same_message_in_the_native_inbox() {
    let server = start();
    let alice = Person::new(&server, "alice");
    let bob = Person::new(&server, "bob");
    alice.write_well("bob", 1);
    let token = native(&server, "bob");
    let events = server.get_as(&token, "/v1/events?after=0").json();
    let event = &events["events"][2];
    assert_eq!(
        (&event["offset"], &event["type"]),
        (&json!(3), &json!("message.created")),
        "{events}"
    );
    let message = &event["data"];
    assert_eq!(
        (&message["format"], &message["protection"]),
        (&json!("messenger"), &json!("e2ee"))
    );
    assert_eq!(message["sender"]["username"], "alice");
    let body: Value = serde_json::from_str(message["body"].as_str().unwrap()).unwrap();
    assert_eq!(
        body,
        json!({"msg": "message-1", "sign": "signature-1", "key": "key-1"})
    );
    // What is said natively in the same conversation is not the dialect's.
    let talk = message["conversation_id"].as_str().unwrap();
    assert_eq!(
        server
            .say(&native(&server, "alice"), talk, "c-1", "hello")
            .status,
        201
    );
    assert_eq!(numbers(&bob.read("alice", 0.0, 0.0)), [1]);
    let forged = json!({"client_id": "c-2", "format": "messenger", "body": "{}"});
    let path = format!("/v1/conversations/{talk}/messages");
    let refused = server.post_as(&token, &path, &forged);
    assert_eq!(refused.problem()["errors"][0]["code"], "unknown-format");
}
