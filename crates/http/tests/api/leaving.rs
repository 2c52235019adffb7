//! Who leaves is gone at once and for good, and whoever stays can go on.

use std::time::Duration;

use sealpost_domain::accounts::AccountId;
use sealpost_domain::mail::{Mail, MailMessage};
use sealpost_domain::ports::Tx;
use serde_json::{Value, json};

use crate::support::{Answer, PASSWORD, TestServer, access_token};

const ADDRESS: &str = "alice@mail.example";
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn leave(server: &TestServer, token: &str) -> Answer {
    server.send_as(token, "DELETE", "/v1/me", "")
}

fn register(server: &TestServer, username: &str) -> Answer {
    let body = json!({"username": username, "password": PASSWORD});
    server.post("/v1/accounts", &body.to_string())
}

fn upload(server: &TestServer, token: &str, content: &[u8]) -> String {
    let token = format!("Bearer {token}");
    let headers = [
        ("authorization", token.as_str()),
        ("content-type", "text/plain"),
    ];
    let stored = server.send_bytes("POST", "/v1/files?name=plan.txt", &headers, content);
    assert_eq!(stored.status, 201, "{stored:?}");
    stored.json()["id"].as_str().unwrap().to_owned()
}

fn events(server: &TestServer, token: &str) -> Vec<Value> {
    let read = server.get_as(token, "/v1/events").json();
    read["events"].as_array().unwrap().clone()
}

#[test]
fn every_token_of_who_left_is_dead() {
    let server = TestServer::start();
    server.register("alice");
    let (one, other) = (server.open_session("alice"), server.open_session("alice"));
    assert_eq!(leave(&server, &access_token(&one)).status, 204);
    for opened in [one, other] {
        let token = access_token(&opened);
        assert_eq!(server.get_as(&token, "/v1/me").status, 401);
        assert_eq!(leave(&server, &token).status, 401, "nobody leaves twice");
        let refresh = json!({"refresh_token": opened["refresh_token"]}).to_string();
        assert_eq!(server.post("/v1/sessions/refresh", &refresh).status, 401);
    }
    let login = |name: &str| {
        let body = json!({"identifier": name, "password": PASSWORD}).to_string();
        let headers = [
            ("content-type", "application/json"),
            ("x-request-id", "same"),
        ];
        server
            .send("POST", "/v1/sessions", &headers, &body)
            .without_date()
    };
    assert_eq!(login("alice"), login("nobody"), "as if there had been none");
}

#[test]
fn an_old_login_deletes_nothing() {
    let server = TestServer::start();
    server.register("alice");
    let token = server.aged_session("alice", Duration::from_secs(15 * 60 + 1));
    let refused = leave(&server, &token);
    assert_eq!(refused.status, 401);
    assert_eq!(
        refused.problem()["code"],
        "insufficient-user-authentication"
    );
    assert_eq!(server.get_as(&token, "/v1/me").status, 200);
}

#[test]
fn nobody_takes_the_name_of_who_left_for_90_days() {
    let server = TestServer::start();
    let (alice, mallory) = (server.log_in("alice"), server.log_in("mallory"));
    let rename = json!({"username": "alicia"}).to_string();
    let renamed = server.send_as(&alice, "PATCH", "/v1/me", &rename);
    assert_eq!(renamed.status, 200);
    assert_eq!(leave(&server, &alice).status, 204);
    for name in ["alice", "ALICIA", "alicia"] {
        let refused = register(&server, name);
        assert_eq!(refused.status, 409, "{name}");
        assert_eq!(refused.problem()["code"], "username-taken");
        let body = json!({"username": name}).to_string();
        let refused = server.send_as(&mallory, "PATCH", "/v1/me", &body);
        assert_eq!(refused.status, 409, "{name}");
    }
    server.advance(DAY * 90);
    for name in ["alice", "alicia"] {
        assert_eq!(register(&server, name).status, 201, "{name}");
    }
}

#[test]
fn who_talked_with_them_goes_on() {
    let server = TestServer::start();
    let (alice, bob) = (server.log_in("alice"), server.log_in("bob"));
    server.register("carol");
    let gone = server.start_conversation(&alice, "bob");
    let kept = server.start_conversation(&bob, "carol");
    for (token, id) in [(&alice, "a1"), (&bob, "b1")] {
        assert_eq!(server.say(token, &gone, id, "between us").status, 201);
    }
    assert_eq!(server.say(&bob, &kept, "b2", "to carol").status, 201);
    let before = events(&server, &bob);
    let alice_id = server.get_as(&alice, "/v1/me").json()["id"].clone();
    assert_eq!(leave(&server, &alice).status, 204);

    let list = server.get_as(&bob, "/v1/conversations").json();
    let ids: Vec<&Value> = list["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|conversation| &conversation["id"])
        .collect();
    assert_eq!(ids, [&json!(kept)]);
    let place = format!("/v1/conversations/{gone}");
    assert_eq!(server.get_as(&bob, &place).status, 404);
    let messages = format!("{place}/messages");
    assert_eq!(server.get_as(&bob, &messages).status, 404);
    assert_eq!(server.say(&bob, &gone, "b3", "hello?").status, 404);
    let again = server.post_as(&bob, "/v1/conversations", &json!({"username": "alice"}));
    assert_eq!(again.status, 404);
    assert_eq!(server.say(&bob, &kept, "b4", "still here").status, 201);

    let after = events(&server, &bob);
    let offsets: Vec<u64> = after
        .iter()
        .map(|event| event["offset"].as_u64().unwrap())
        .collect();
    let expected: Vec<u64> = (1..=u64::try_from(after.len()).unwrap()).collect();
    assert_eq!(offsets, expected, "no holes");
    let told = &after[before.len()];
    assert_eq!(told["type"], "account.deleted");
    assert_eq!(told["data"], json!({"id": alice_id}));
    for event in &after[..before.len()] {
        let is_kept = event.to_string().contains(kept.as_str());
        assert_eq!(event["data"].is_null(), !is_kept, "{event}");
    }
}

#[test]
fn the_keys_of_their_files_are_gone_and_nobody_elses() {
    let server = TestServer::start();
    let (alice, bob) = (server.log_in("alice"), server.log_in("bob"));
    upload(&server, &alice, b"plan a");
    let theirs = upload(&server, &bob, b"plan b");
    let owner: AccountId = server.get_as(&alice, "/v1/me").json()["id"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    let find = move |tx: &mut dyn Tx| tx.files().page(owner, None, 10);
    let blob = server.change(find)[0].blob;
    assert_eq!(leave(&server, &alice).status, 204);
    assert_eq!(server.change(find), [], "no key");
    let shredded = server.change(|tx| tx.file_upkeep().list_deletions(crate::support::NOW, 10));
    let blobs: Vec<_> = shredded.iter().map(|(file, _)| file.blob).collect();
    assert_eq!(blobs, [blob], "the sweep knows what to delete");
    let place = format!("/v1/files/{theirs}/content");
    assert_eq!(server.get_as(&bob, &place).body, "plan b");
}

#[test]
fn a_proved_address_is_told_and_free_again() {
    let server = TestServer::start();
    let alice = server.log_in("alice");
    server.prove_address(&alice, ADDRESS);
    assert_eq!(leave(&server, &alice).status, 204);
    let sent = server.deliver_mail();
    let mails: Vec<&Mail> = sent.iter().map(|sent| &sent.outgoing.mail).collect();
    let told = |mail: &&&Mail| mail.message == MailMessage::AccountDeleted;
    assert_eq!(mails.iter().filter(told).count(), 1, "{mails:?}");
    let mallory = server.log_in("mallory");
    server.prove_address(&mallory, ADDRESS);
}
