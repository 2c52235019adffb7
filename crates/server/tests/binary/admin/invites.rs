//! Who comes in by the operator's word, and long lists.

use std::collections::BTreeSet;

use serde_json::json;

use super::{PASSWORD, log_in, post, socket};
use crate::support::{Database, Site, databases};

#[tokio::test(flavor = "multi_thread")]
async fn where_registration_is_by_invite_the_operator_makes_accounts_and_invites() {
    for database in databases() {
        let site = Site::new(database).set("SEALPOST_REGISTRATION", "invite");
        let server = site.start();
        let invite = site.json(&["invite"]);
        let body =
            |name: &str| json!({"username": name, "password": PASSWORD, "invite": invite["code"]});
        assert_eq!(post(&server, "/v1/accounts", &body("alice")).await.0, 201);
        let (status, told) = post(&server, "/v1/accounts", &body("bob")).await;
        assert_eq!((status, &told["code"]), (403, &json!("invalid-invite")));
        let id = invite["id"].as_str().unwrap();
        let shown = site.json(&["invite", "show", id]);
        assert_eq!(shown["state"], "used-up");
        assert_eq!(shown["accounts"][0]["username"], "alice");
        let listed = site.run(&["invite", "list"]);
        assert!(listed.out.contains("used-up  1 of 1"), "{}", listed.out);

        let made = site.json(&["user", "create", "bob", "--generate"]);
        let password = made["password"].as_str().unwrap();
        assert_eq!(log_in(&server, "bob", password).await.0, 201);
    }
}

#[test]
fn long_lists_are_complete_and_for_people_aligned() {
    let site = Site::new(Database::Sqlite);
    let server = site.start();
    let create =
        r#"{"version":1,"request":{"command":"invite.create","uses":1,"lifetime_seconds":60}}"#;
    for _ in 0..205 {
        let answer = socket::send(&site, format!("{create}\n").as_bytes());
        assert!(answer.contains("new_invite"), "{answer}");
    }
    let listed = site.json(&["invite", "list"]);
    let ids: BTreeSet<_> = listed["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|invite| invite["id"].to_string())
        .collect();
    assert_eq!(ids.len(), 205);
    drop(server);
    for name in ["a", "somebody_longer"] {
        site.create(name);
    }
    let text = site.run(&["user", "list"]).out;
    let columns: Vec<_> = text.lines().map(|line| line.find("ena")).collect();
    assert_eq!(columns, [None, Some(24), Some(24)], "{text}");
    assert!(!text.contains('\u{1B}'));
}
