//! Who cannot be in a group, and what is no group.

use serde_json::{Value, json};

use super::Scene;
use crate::support::{Answer, TestServer};

fn start(server: &TestServer, token: &str, body: &Value) -> Answer {
    server.post_as(token, "/v1/conversations", body)
}

#[test]
fn a_group_of_the_example_is_made_and_made_again() {
    let server = TestServer::start();
    let alice = server.log_in("alice");
    server.register("bob");
    let body = json!({"members": ["BOB"], "title": "Choir", "shows_history": true});
    let first = start(&server, &alice, &body);
    assert_eq!(first.status, 201);
    let mut group = first.json();
    let id = group["id"].take();
    let location = format!("/v1/conversations/{}", id.as_str().unwrap());
    assert_eq!(first.header("location"), Some(location.as_str()));
    assert_eq!(first.header("etag"), Some("\"1\""));
    for member in group["members"].as_array_mut().unwrap() {
        assert!(member["id"].take().is_string());
    }
    assert_eq!(
        group,
        json!({
            "id": null,
            "kind": "group",
            "title": "Choir",
            "shows_history": true,
            "role": "owner",
            "members": [{"id": null, "username": "alice"}, {"id": null, "username": "bob"}],
            "member_count": 2,
            "created_at": "2026-11-21T13:04:05.678Z",
            "last_seq": 0,
            "expires_in": null,
        })
    );
    let second = start(&server, &alice, &body);
    assert_eq!(second.status, 201);
    assert_ne!(second.json()["id"], id, "another group each time");
    let alone = start(&server, &alice, &json!({"members": []}));
    assert_eq!((alone.status, &alone.json()["title"]), (201, &Value::Null));
}

#[test]
fn whoever_cannot_be_in_it_is_named_by_their_place() {
    let server = TestServer::start();
    let alice = server.log_in("alice");
    for (name, change) in [
        ("bob", ""),
        ("choosy", r#"{"messages_from":"contacts"}"#),
        ("hidden", r#"{"discoverable":false}"#),
    ] {
        let token = server.log_in(name);
        if !change.is_empty() {
            let set = server.send_as(&token, "PATCH", "/v1/me/settings", change);
            assert_eq!(set.status, 200);
        }
    }
    let blocker = server.log_in("blocker");
    let block = |token: &str, name: &str| {
        let path = format!("/v1/me/blocks/{name}");
        assert!(server.send_as(token, "PUT", &path, "").status < 300);
    };
    block(&blocker, "alice");
    server.register("enemy");
    block(&alice, "enemy");
    for (members, status, pointer, code) in [
        (json!(["bob", "nobody"]), 422, "/members/1", "unknown-user"),
        (json!(["hidden"]), 422, "/members/0", "unknown-user"),
        (json!(["blocker"]), 422, "/members/0", "unknown-user"),
        (
            json!(["bob", "Alice"]),
            422,
            "/members/1",
            "conversation-with-oneself",
        ),
        (json!(["bob", "BOB"]), 422, "/members/1", "named-twice"),
        (json!(["bob", "a b"]), 422, "/members/1", "invalid-username"),
        (
            json!(["bob", "choosy"]),
            403,
            "/members/1",
            "takes-no-messages",
        ),
        (json!(["enemy"]), 403, "/members/0", "user-blocked"),
        (
            json!(vec!["bob"; 1_000]),
            422,
            "/members",
            "too-many-members",
        ),
    ] {
        let refused = start(&server, &alice, &json!({"members": members}));
        assert_eq!(refused.status, status, "{code}: {refused:?}");
        let errors = &refused.problem()["errors"];
        assert_eq!(
            (&errors[0]["pointer"], &errors[0]["code"]),
            (&json!(pointer), &json!(code))
        );
    }
    let listed = server.get_as(&alice, "/v1/conversations").json();
    assert_eq!(listed["data"], json!([]), "nothing was made");
}

#[test]
fn nobody_is_added_by_somebody_whose_messages_they_do_not_take() {
    let scene = Scene::new();
    let dave = scene.server.log_in("dave");
    let set = |choice: &str| {
        let body = json!({"messages_from": choice}).to_string();
        let set = scene
            .server
            .send_as(&dave, "PATCH", "/v1/me/settings", &body);
        assert_eq!(set.status, 200);
    };
    set("nobody");
    for (name, status, code) in [
        ("dave", 403, "takes-no-messages"),
        ("nobody", 422, "unknown-user"),
        ("a b", 422, "invalid-username"),
    ] {
        let refused = scene.add(&scene.bob, name);
        assert_eq!(refused.status, status, "{refused:?}");
        let errors = &refused.problem()["errors"];
        assert_eq!(
            (&errors[0]["pointer"], &errors[0]["code"]),
            (&json!("/username"), &json!(code))
        );
    }
    set("everyone");
    let path = "/v1/me/blocks/bob";
    assert!(scene.server.send_as(&dave, "PUT", path, "").status < 300);
    assert_eq!(
        scene.add(&scene.bob, "dave").status,
        422,
        "to whom he blocks he is nobody"
    );
    assert_eq!(scene.add(&scene.alice, "dave").status, 201);
    assert_eq!(
        scene.add(&scene.bob, "dave").status,
        200,
        "everybody sees who is there"
    );
}

#[test]
fn a_body_says_either_a_user_or_members() {
    let server = TestServer::start();
    let alice = server.log_in("alice");
    server.register("bob");
    for (body, status, code) in [
        (json!({}), 400, "missing-field"),
        (json!({"title": "Choir"}), 400, "missing-field"),
        (
            json!({"username": "bob", "members": []}),
            400,
            "wrong-value",
        ),
        (
            json!({"username": "bob", "title": "Us"}),
            422,
            "not-a-group",
        ),
        (
            json!({"username": "bob", "shows_history": true}),
            422,
            "not-a-group",
        ),
        (json!({"members": "bob"}), 400, "wrong-type"),
        (json!({"members": [], "title": ""}), 422, "invalid-title"),
        (
            json!({"members": [], "title": "a\u{7}"}),
            422,
            "invalid-title",
        ),
        (
            json!({"members": [], "title": "é".repeat(129)}),
            422,
            "invalid-title",
        ),
        (json!({"members": [], "admin": true}), 400, "unknown-field"),
    ] {
        let refused = start(&server, &alice, &body);
        assert_eq!(refused.status, status, "{body}");
        assert_eq!(refused.problem()["errors"][0]["code"], code, "{body}");
    }
}
