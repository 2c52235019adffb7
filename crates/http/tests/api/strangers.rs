//! What is not yours is not there: the same bytes, whether it exists or not.

use serde_json::json;

use crate::support::TestServer;

#[test]
fn foreign_ids_are_answered_like_unknown_ones() {
    let server = TestServer::start();
    let alice = server.log_in("alice");
    server.register("bob");
    let conversation = server.start_conversation(&alice, "bob");
    assert_eq!(
        server.say(&alice, &conversation, "c-1", "hello").status,
        201
    );
    let sessions = server.get_as(&alice, "/v1/sessions").json();
    let session = sessions["data"][0]["id"].as_str().unwrap();
    let mallory = server.log_in("mallory");

    let unknown = "019aa6b0-7c3a-7d52-9a5e-0242ac120002";
    let message = json!({"client_id": "c-1", "format": "text", "body": "hello"}).to_string();
    let routes = [
        ("GET", "/v1/conversations/{id}", conversation.as_str(), ""),
        ("GET", "/v1/conversations/{id}/messages", &conversation, ""),
        (
            "POST",
            "/v1/conversations/{id}/messages",
            &conversation,
            &message,
        ),
        (
            "PATCH",
            "/v1/conversations/{id}",
            &conversation,
            r#"{"expires_in":60}"#,
        ),
        (
            "PUT",
            "/v1/conversations/{id}/read-marker",
            &conversation,
            r#"{"seq":1}"#,
        ),
        (
            "PUT",
            "/v1/conversations/{id}/delivered-marker",
            &conversation,
            r#"{"seq":1}"#,
        ),
        ("GET", "/v1/conversations/{id}/receipts", &conversation, ""),
        ("POST", "/v1/conversations/{id}/typing", &conversation, ""),
        ("DELETE", "/v1/sessions/{id}", session, ""),
    ];
    let token = format!("Bearer {mallory}");
    let headers = [
        ("authorization", token.as_str()),
        ("content-type", "application/json"),
        ("x-request-id", "same"),
    ];
    for (method, path, foreign, body) in routes {
        let ask = |id: &str| server.send(method, &path.replace("{id}", id), &headers, body);
        let expected = ask(unknown);
        assert_eq!(
            (expected.status, &expected.problem()["code"]),
            (404, &json!("not-found"))
        );
        for id in [foreign, "x", "%00", &foreign.replace('-', "")] {
            assert_eq!(
                ask(id).without_date(),
                expected.without_date(),
                "{method} {path} {id}"
            );
        }
    }
    assert_eq!(
        server.get_as(&alice, "/v1/me").status,
        200,
        "her session lives"
    );
    let seen = server.get_as(&alice, &format!("/v1/conversations/{conversation}"));
    assert_eq!(seen.json()["last_seq"], 1);
}

#[test]
fn a_stranger_cannot_tell_whether_a_bad_message_would_have_found_its_place() {
    let server = TestServer::start();
    let alice = server.log_in("alice");
    server.register("bob");
    let conversation = server.start_conversation(&alice, "bob");
    let mallory = format!("Bearer {}", server.log_in("mallory"));
    let headers = [
        ("authorization", mallory.as_str()),
        ("content-type", "application/json"),
        ("x-request-id", "same"),
    ];
    let body = json!({"client_id": "", "format": "text", "body": "hello"}).to_string();
    let [foreign, unknown] = [&conversation, "019aa6b0-7c3a-7d52-9a5e-0242ac120002"].map(|id| {
        let path = format!("/v1/conversations/{id}/messages");
        server.send("POST", &path, &headers, &body).without_date()
    });
    assert_eq!(foreign, unknown);
}
