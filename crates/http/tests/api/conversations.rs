//! Who talks with whom.

use serde_json::{Value, json};

use crate::support::TestServer;

#[test]
fn a_pair_has_one_conversation_whoever_starts_it() {
    let server = TestServer::start();
    let (alice, bob) = (server.log_in("Alice"), server.log_in("bob"));
    let started = server.post_as(&alice, "/v1/conversations", &json!({"username": "BOB"}));
    assert_eq!(started.status, 201);
    let mut conversation = started.json();
    let id = conversation["id"].take();
    assert_eq!(
        started.header("location"),
        Some(format!("/v1/conversations/{}", id.as_str().unwrap()).as_str())
    );
    for member in conversation["members"].as_array_mut().unwrap() {
        assert_eq!(member["id"].take().as_str().unwrap().len(), 36);
    }
    assert_eq!(
        conversation,
        json!({
            "id": null,
            "kind": "pair",
            "title": null,
            "shows_history": true,
            "role": "member",
            "member_count": 2,
            "members": [{"id": null, "username": "Alice"}, {"id": null, "username": "bob"}],
            "created_at": "2026-11-21T13:04:05.678Z",
            "kind": "pair",
            "title": null,
            "shows_history": true,
            "role": "member",
            "member_count": 2,
            "last_seq": 0,
            "expires_in": null,
        })
    );
    for (token, other) in [(&alice, "bob"), (&bob, "alice")] {
        let again = server.post_as(token, "/v1/conversations", &json!({"username": other}));
        assert_eq!((again.status, again.header("location")), (200, None));
        assert_eq!(again.json(), started.json());
        let path = format!("/v1/conversations/{}", id.as_str().unwrap());
        assert_eq!(server.get_as(token, &path).json(), started.json());
    }
}

#[test]
fn a_conversation_knows_its_last_message() {
    let server = TestServer::start();
    let alice = server.log_in("alice");
    server.register("bob");
    let id = server.start_conversation(&alice, "bob");
    for name in ["a", "b", "c"] {
        assert_eq!(server.say(&alice, &id, name, "hello").status, 201);
    }
    let seen = server.get_as(&alice, &format!("/v1/conversations/{id}"));
    assert_eq!(seen.json()["last_seq"], 3);
}

#[test]
fn it_needs_somebody_else() {
    let server = TestServer::start();
    let alice = server.log_in("alice");
    let start = |body: Value| server.post_as(&alice, "/v1/conversations", &body);
    let with_nobody = start(json!({"username": "nobody"}));
    assert_eq!(
        (with_nobody.status, &with_nobody.problem()["code"]),
        (404, &json!("not-found"))
    );
    for (username, code, detail) in [
        (
            "ALICE",
            "conversation-with-oneself",
            "a conversation needs somebody else: this username is your own",
        ),
        (
            "a b",
            "invalid-username",
            "a username has no white space, no '@' and no control or invisible characters",
        ),
    ] {
        let refused = start(json!({"username": username}));
        assert_eq!(refused.status, 422);
        let expected = json!([{"pointer": "/username", "detail": detail, "code": code}]);
        assert_eq!(refused.problem()["errors"], expected);
    }
    assert_eq!(start(json!({"username": "bob", "admin": 1})).status, 400);
    let listed = server.get_as(&alice, "/v1/conversations").json();
    assert_eq!(listed, json!({"data": [], "next_cursor": null}));
}
