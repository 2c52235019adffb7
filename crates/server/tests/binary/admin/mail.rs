//! The outbox, from the shell.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::{Site, databases};

#[test]
fn a_test_mail_waits_for_a_server_and_goes_when_there_is_one() {
    for database in databases() {
        let site = Site::new(database);
        drop(site.start());
        assert_eq!(site.json(&["mail", "list"]), json!({"data": []}));
        let id = site.json(&["mail", "send-test", "canary@mail.example"])["id"].take();
        let listed = site.json(&["mail", "list"]);
        let mail = &listed["data"][0];
        assert_eq!(
            (
                &mail["id"],
                &mail["template"],
                &mail["state"],
                &mail["attempts"]
            ),
            (&id, &json!("test"), &json!("waiting"), &json!(0))
        );
        assert!(!listed.to_string().contains("canary"), "{listed}");
        let text = site.run(&["mail", "list"]).out;
        assert!(text.contains("waiting"), "{text}");
        let retried = site.json(&["mail", "retry", id.as_str().unwrap()]);
        assert_eq!(retried["id"], id);
        let refused = site
            .run(&["mail", "send-test", "nobody", "--json"])
            .refused();
        assert_eq!(refused, "invalid-email");

        let _server = site.start();
        let began = Instant::now();
        while site.json(&["mail", "list"])["data"] != json!([]) {
            assert!(began.elapsed() < Duration::from_secs(10), "it still waits");
            std::thread::sleep(Duration::from_millis(50));
        }
        let letters = std::fs::read_dir(site.data_dir().join("mail")).unwrap();
        assert_eq!(letters.count(), 1);
    }
}
