//! Whom the operator ends the sessions of.

use std::time::{Duration, Instant};

use serde_json::json;

use super::{PASSWORD, log_in, me, post};
use crate::support::{Database, Site, databases};

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_logged_in_to_a_disabled_account_is_no_longer() {
    for database in databases() {
        let site = Site::new(database).set("SEALPOST_PUBLIC_URL", "http://sealpost.test");
        let server = site.start();
        for name in ["alice", "bob"] {
            site.create(name);
        }
        let (_, alice) = log_in(&server, "alice", PASSWORD).await;
        let (_, bob) = log_in(&server, "bob", PASSWORD).await;
        let listed = site.json(&["session", "list", "alice"]);
        assert_eq!(listed["data"][0]["id"], alice["session_id"]);

        let disabled = site.json(&["user", "disable", "alice"]);
        assert_eq!(disabled["sessions_ended"], 1);
        assert_eq!(me(&server, &alice).await, 401);
        let refresh = json!({"refresh_token": alice["refresh_token"]});
        let (status, told) = post(&server, "/v1/sessions/refresh", &refresh).await;
        assert_eq!(
            (status, &told["code"]),
            (401, &json!("invalid-refresh-token"))
        );
        assert_eq!(me(&server, &bob).await, 200);

        // The same while no server runs: the next one knows.
        assert!(server.stop().0.success());
        let id = bob["session_id"].as_str().unwrap();
        assert_eq!(site.json(&["session", "revoke", id])["sessions_ended"], 1);
        let server = site.start();
        assert_eq!(me(&server, &bob).await, 401);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_instance_hears_of_it_within_two_seconds() {
    let Some(url) = sealpost_store::testing::postgres_url() else {
        return;
    };
    let site = |url: &str| {
        Site::new(Database::Postgres(url.to_owned()))
            .set("SEALPOST_PUBLIC_URL", "http://sealpost.test")
    };
    let one = site(&url);
    let first = one.start();
    let other = site(&url);
    std::fs::create_dir(other.data_dir()).unwrap();
    let key = std::fs::read_to_string(one.data_dir().join("master.key")).unwrap();
    let other = other.set("SEALPOST_MASTER_KEY", key.lines().last().unwrap());
    let second = other.start();
    one.create("alice");
    let (_, session) = log_in(&second, "alice", PASSWORD).await;
    assert_eq!(me(&second, &session).await, 200);
    one.json(&["user", "disable", "alice"]);
    let began = Instant::now();
    while me(&second, &session).await != 401 {
        assert!(began.elapsed() < Duration::from_secs(2), "it still lives");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    drop(first);
    // Each has a channel of its own: one that is gone does not stop the other.
    assert_eq!(other.json(&["user", "show", "alice"])["sessions"], 0);
}
