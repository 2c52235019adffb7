//! What people let others see and do.

use serde_json::json;

use crate::support::{Answer, TestServer};

const PATH: &str = "/v1/me/settings";

fn patch(server: &TestServer, token: &str, body: &str, if_match: Option<&str>) -> Answer {
    let token = format!("Bearer {token}");
    let mut headers = vec![
        ("authorization", token.as_str()),
        ("content-type", "application/json"),
    ];
    headers.extend(if_match.map(|tag| ("if-match", tag)));
    server.send("PATCH", PATH, &headers, body)
}

#[test]
fn settings_are_open_until_their_owner_closes_them() {
    let server = TestServer::start();
    let (alice, bob) = (server.log_in("alice"), server.log_in("bob"));
    let open = json!({"discoverable": true, "show_presence": true, "messages_from": "everyone", "send_receipts": true});
    assert_eq!(server.get_as(&alice, PATH).json(), open);
    let changed = patch(&server, &alice, r#"{"messages_from":"contacts"}"#, None);
    let closed = json!({"discoverable": true, "show_presence": true, "messages_from": "contacts", "send_receipts": true});
    assert_eq!((changed.status, changed.json()), (200, closed.clone()));
    assert_eq!(server.get_as(&alice, PATH).json(), closed);
    assert_eq!(server.get_as(&bob, PATH).json(), open, "others' stay");
    assert_eq!(patch(&server, &alice, "{}", None).json(), closed);
}

#[test]
fn a_change_of_what_one_has_not_seen_is_refused() {
    let server = TestServer::start();
    let alice = server.log_in("alice");
    let first = server.get_as(&alice, PATH);
    let tag = first.header("etag").unwrap();
    let hide = r#"{"discoverable":false}"#;
    let hidden = patch(&server, &alice, hide, Some(tag));
    assert_eq!(hidden.status, 200);
    assert_ne!(hidden.header("etag"), Some(tag));
    for stale in [
        tag,
        "\"x\"",
        &format!("W/{}", hidden.header("etag").unwrap()),
    ] {
        let refused = patch(&server, &alice, r#"{"show_presence":false}"#, Some(stale));
        assert_eq!(refused.status, 412, "{stale}");
        assert_eq!(refused.problem()["code"], "precondition-failed");
    }
    assert_eq!(server.get_as(&alice, PATH).json(), hidden.json());
    let token = format!("Bearer {alice}");
    let known = [
        ("authorization", token.as_str()),
        ("if-none-match", hidden.header("etag").unwrap()),
    ];
    assert_eq!(server.send("GET", PATH, &known, "").status, 304);
}

#[test]
fn what_is_no_setting_is_refused() {
    let server = TestServer::start();
    let alice = server.log_in("alice");
    for (body, code) in [
        (r#"{"discoverable":null}"#, "wrong-type"),
        (r#"{"discoverable":"no"}"#, "wrong-type"),
        (r#"{"messages_from":"friends"}"#, "wrong-type"),
        (r#"{"admin":true}"#, "unknown-field"),
    ] {
        let refused = patch(&server, &alice, body, None);
        assert_eq!(refused.status, 400, "{body}");
        assert_eq!(refused.problem()["code"], code, "{body}");
    }
}
