//! What Prometheus sees, and what nobody is to see there.

use serde_json::json;

use crate::support::{Server, Site, databases, free_address, http_client};

async fn text(url: &str) -> String {
    let answer = http_client().get(url).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let kind = answer.headers()["content-type"].to_str().unwrap();
    assert!(kind.starts_with("text/plain; version=0.0.4"), "{kind}");
    answer.text().await.unwrap()
}

/// The value of the one sample that begins like this.
fn sample(text: &str, start: &str) -> f64 {
    let mut found = text.lines().filter(|line| line.starts_with(start));
    let line = found
        .next()
        .unwrap_or_else(|| panic!("no {start} in {text}"));
    assert_eq!(found.next(), None, "{start} is there twice");
    line.rsplit(' ').next().unwrap().parse().unwrap()
}

async fn register(server: &Server, name: &str) -> u16 {
    let account = json!({"username": name, "password": "a password for metrics"});
    let request = http_client()
        .post(server.url("/v1/accounts"))
        .json(&account);
    request.send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn what_happens_is_counted_and_nobody_is_named() {
    for database in databases() {
        let metrics = free_address();
        let site = Site::new(database).set("SEALPOST_METRICS_LISTEN", &metrics);
        let server = site.start();
        let url = format!("http://{metrics}/metrics");
        assert_eq!(register(&server, "canarybird").await, 201);
        assert_eq!(register(&server, "canarybird").await, 409);
        let path = server.url("/v1/users/canarybird");
        let refused = http_client().get(path).send().await.unwrap();
        assert_eq!(refused.status(), 401);

        let shown = text(&url).await;
        let requests = |route: &str, method: &str, status: u16| {
            let labels = format!(r#"{{method="{method}",route="{route}",status="{status}"}}"#);
            sample(&shown, &format!("sealpost_http_requests_total{labels}"))
        };
        assert_eq!(requests("/v1/accounts", "POST", 201), 1.0);
        assert_eq!(requests("/v1/accounts", "POST", 409), 1.0);
        assert_eq!(requests("/v1/users/{name}", "GET", 401), 1.0);
        let timed =
            r#"sealpost_http_request_duration_seconds_count{method="POST",route="/v1/accounts"}"#;
        assert_eq!(sample(&shown, timed), 2.0);
        let written = r#"sealpost_store_unit_duration_seconds_count{kind="write",outcome="done"}"#;
        assert!(sample(&shown, written) >= 1.0);
        assert_eq!(sample(&shown, "sealpost_sockets "), 0.0);
        assert_eq!(sample(&shown, "sealpost_outbox_waiting "), 0.0);
        assert_eq!(sample(&shown, "sealpost_blob_deletions_waiting "), 0.0);
        assert_eq!(sample(&shown, "sealpost_build_info{"), 1.0);
        assert!(!shown.contains("canarybird"), "{shown}");

        // The two listeners do not stand in for each other.
        for (url, status) in [
            (server.url("/metrics"), 404),
            (format!("http://{metrics}/v1/server"), 404),
        ] {
            let answer = http_client().get(url).send().await.unwrap();
            assert_eq!(answer.status().as_u16(), status);
        }
        let (exit, _, log) = server.stop();
        assert!(exit.success(), "{log}");
    }
}
