//! People find each other, unless they do not want to be found.

use serde_json::{Value, json};

use crate::support::TestServer;

fn found(server: &TestServer, token: &str, query: &str) -> Vec<String> {
    let page = server.get_as(token, &format!("/v1/users?{query}"));
    assert_eq!(page.status, 200, "{page:?}");
    let page = page.json();
    let users = page["data"].as_array().unwrap().iter();
    let name = |user: &Value| user["username"].as_str().unwrap().to_owned();
    users.map(name).collect()
}

fn set(server: &TestServer, token: &str, settings: &Value) {
    let set = server.send_as(token, "PATCH", "/v1/me/settings", &settings.to_string());
    assert_eq!(set.status, 200, "{set:?}");
}

#[test]
fn users_are_found_by_the_beginning_of_their_names() {
    let server = TestServer::start();
    let body = json!({
        "username": "Anna", "password": "correct horse battery", "email": "anna@mail.example",
    });
    assert_eq!(server.post("/v1/accounts", &body.to_string()).status, 201);
    let alice = server.log_in("alice");
    for name in ["Änne", "ann", "bob", "annabel"] {
        server.register(name);
    }
    assert_eq!(found(&server, &alice, "q=ANN"), ["ann", "Anna", "annabel"]);
    assert_eq!(found(&server, &alice, "q=%C3%A4"), ["Änne"]);
    assert_eq!(found(&server, &alice, "q=anna%40mail.example"), [""; 0]);
    assert_eq!(found(&server, &alice, "q=a&limit=2"), ["alice", "ann"]);
    let page = server.get_as(&alice, "/v1/users?q=a&limit=2").json();
    let next = page["next_cursor"].as_str().unwrap();
    assert_eq!(
        found(&server, &alice, &format!("q=a&limit=2&cursor={next}")),
        ["Anna", "annabel"]
    );
    let anna = server.get_as(&alice, "/v1/users/ANNA");
    assert!(!anna.body.contains("mail.example"));
    let mut anna = anna.json();
    assert_eq!(anna["id"].take().as_str().unwrap().len(), 36);
    let expected = json!({
        "id": null, "username": "Anna", "is_contact": false, "contact": "none", "is_blocked": false, "online": null,
    });
    assert_eq!(anna, expected);
}

#[test]
fn a_search_needs_something_to_search_for() {
    let server = TestServer::start();
    let alice = server.log_in("alice");
    for (query, status, code) in [
        ("", 400, "invalid-query"),
        ("?q=", 422, "invalid-fields"),
        ("?q=%00", 422, "invalid-fields"),
        (&format!("?q={}", "a".repeat(33)), 422, "invalid-fields"),
        ("?q=a&cursor=YzEuNDI%3D", 400, "invalid-cursor"),
    ] {
        let refused = server.get_as(&alice, &format!("/v1/users{query}"));
        assert_eq!(refused.status, status, "{query}");
        assert_eq!(refused.problem()["code"], code, "{query}");
    }
}

#[test]
fn who_is_not_discoverable_is_there_only_for_those_they_know() {
    let server = TestServer::start();
    let (bob, friend) = (server.log_in("bob"), server.log_in("friend"));
    let (partner, stranger) = (server.log_in("partner"), server.log_in("stranger"));
    server.start_conversation(&partner, "bob");
    server.send_as(&friend, "PUT", "/v1/me/contacts/bob", "");
    set(&server, &bob, &json!({"discoverable": false}));
    for token in [&bob, &friend, &partner, &stranger] {
        assert_eq!(found(&server, token, "q=bo"), [""; 0]);
    }
    let see = |token: &str| server.get_as(token, "/v1/users/bob").status;
    assert_eq!(
        [see(&bob), see(&friend), see(&partner), see(&stranger)],
        [200, 200, 200, 404]
    );
    // Whoever bob asks may know of him.
    server.send_as(&bob, "PUT", "/v1/me/contacts/stranger", "");
    assert_eq!(see(&stranger), 200);
    server.send_as(&bob, "DELETE", "/v1/me/contacts/stranger", "");
    assert_eq!(see(&stranger), 404);
    let told = server.get_as(&stranger, "/v1/events").json();
    assert!(!told.to_string().contains("bob"), "{told}");
}

#[test]
fn so_many_users_an_hour_and_no_more() {
    let server = TestServer::start();
    let (alice, bob) = (server.log_in("alice"), server.log_in("bob"));
    for n in 0..18 {
        server.register(&format!("user{n}"));
    }
    // Each costs as many as it shows: 18 here.
    for _ in 0..55 {
        assert_eq!(found(&server, &alice, "q=user").len(), 18);
    }
    let refused = server.get_as(&alice, "/v1/users?q=user");
    assert_eq!(refused.status, 429);
    assert_eq!(refused.problem()["code"], "too-many-requests");
    let statuses: Vec<u16> = (0..12)
        .map(|_| server.get_as(&alice, "/v1/users/nobody").status)
        .collect();
    assert!(statuses.starts_with(&[404, 404]), "{statuses:?}");
    assert!(statuses.ends_with(&[429, 429]), "{statuses:?}");
    let body = json!({"username": "bob"});
    for (method, path, body) in [
        ("POST", "/v1/conversations", body.to_string()),
        ("GET", "/v1/users/bob/keys", String::new()),
        ("PUT", "/v1/me/blocks/bob", String::new()),
    ] {
        let refused = server.send_as(&alice, method, path, &body);
        assert_eq!(refused.status, 429, "{path}");
    }
    assert_eq!(server.get_as(&bob, "/v1/users/alice").status, 200);
}
