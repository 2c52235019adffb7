//! What those who join may read.

use serde_json::json;

use super::Scene;

#[test]
fn who_joins_sees_what_was_said_before_only_if_the_group_shows_it() {
    let scene = Scene::new();
    let [dave, erin] = ["dave", "erin"].map(|name| scene.server.log_in(name));
    assert_eq!(scene.say(&scene.alice, "one").status, 201);
    assert_eq!(scene.add(&scene.alice, "dave").status, 201);
    assert_eq!(scene.say(&scene.alice, "two").status, 201);
    assert_eq!(scene.read(&dave), ["two"]);
    let open = r#"{"shows_history":true}"#;
    let shown = scene
        .server
        .send_as(&scene.bob, "PATCH", &scene.path(""), open);
    assert_eq!(
        (shown.status, &shown.json()["shows_history"]),
        (200, &json!(true))
    );
    assert_eq!(
        scene.read(&dave),
        ["two"],
        "who is there sees what they saw"
    );
    assert_eq!(scene.add(&scene.alice, "erin").status, 201);
    assert_eq!(scene.read(&erin), ["one", "two"]);
    let newest = scene.server.get_as(&dave, &scene.path("/messages?limit=1"));
    let newest = newest.json();
    assert_eq!(
        (&newest["data"][0]["body"], &newest["next_cursor"]),
        (&json!("two"), &json!(null))
    );
}

#[test]
fn who_comes_back_does_not_see_what_was_said_meanwhile() {
    let scene = Scene::new();
    for (text, step) in [("one", "out"), ("two", "in"), ("three", "stay")] {
        assert_eq!(scene.say(&scene.alice, text).status, 201);
        match step {
            "out" => assert_eq!(scene.remove(&scene.alice, "carol").status, 204),
            "in" => assert_eq!(scene.add(&scene.alice, "carol").status, 201),
            _ => {}
        }
    }
    assert_eq!(scene.read(&scene.carol), ["three"]);
    assert_eq!(scene.say(&scene.carol, "four").json()["seq"], 4);
}

#[test]
fn every_format_is_taken_and_everybody_gets_it() {
    let scene = Scene::new();
    let path = scene.path("/messages");
    for (format, protection) in [("text", "server"), ("opaque", "e2ee")] {
        let message = json!({"client_id": format, "format": format, "body": "hello"});
        let sent = scene.server.post_as(&scene.carol, &path, &message);
        assert_eq!(
            (sent.status, &sent.json()["protection"]),
            (201, &json!(protection))
        );
    }
    assert_eq!(scene.read(&scene.bob), ["hello", "hello"]);
    let jose = json!({"client_id": "j", "format": "jose", "body": "hello"});
    let refused = scene.server.post_as(&scene.carol, &path, &jose);
    assert_eq!(refused.status, 422, "a jose body is judged as in pairs");
}

#[test]
fn a_block_between_two_members_does_not_stop_the_groups_talk() {
    let scene = Scene::new();
    let block = |token: &str, name: &str| {
        let path = format!("/v1/me/blocks/{name}");
        assert!(scene.server.send_as(token, "PUT", &path, "").status < 300);
    };
    block(&scene.alice, "carol");
    let choosy = r#"{"messages_from":"nobody"}"#;
    let set = scene
        .server
        .send_as(&scene.bob, "PATCH", "/v1/me/settings", choosy);
    assert_eq!(set.status, 200);
    assert_eq!(scene.say(&scene.carol, "to all").status, 201);
    assert_eq!(scene.say(&scene.alice, "to all as well").status, 201);
    assert_eq!(
        scene.read(&scene.alice),
        ["to all", "to all as well"],
        "clients hide what they like"
    );
    let keys = |name: &str| {
        let path = format!("/v1/users/{name}/keys");
        scene.server.get_as(&scene.carol, &path).status
    };
    assert_eq!(keys("alice"), 200, "whoever writes to all seals to all");
    assert_eq!(
        scene.server.get_as(&scene.carol, "/v1/users/alice").status,
        404
    );
    assert_eq!(scene.remove(&scene.alice, "carol").status, 204);
    assert_eq!(keys("alice"), 404);
}

#[test]
fn who_wants_not_to_be_found_is_known_to_their_groups() {
    let scene = Scene::new();
    let mallory = scene.server.log_in("mallory");
    let hide = r#"{"discoverable":false}"#;
    let hidden = scene
        .server
        .send_as(&scene.bob, "PATCH", "/v1/me/settings", hide);
    assert_eq!(hidden.status, 200);
    for (token, status) in [(&scene.carol, 200), (&mallory, 404)] {
        assert_eq!(scene.server.get_as(token, "/v1/users/bob").status, status);
    }
}

#[test]
fn a_group_is_no_chat_of_two() {
    let scene = Scene::with(&json!({"members": ["bob", "carol"]}));
    assert_eq!(scene.remove(&scene.alice, "carol").status, 204);
    let listed = scene
        .server
        .get_as(&scene.alice, "/v1/conversations")
        .json();
    assert_eq!(listed["data"][0]["member_count"], 2);
    let pair = scene.server.start_conversation(&scene.alice, "bob");
    assert_ne!(
        pair, scene.group,
        "a group of two is not the pair's conversation"
    );
    assert_eq!(scene.say(&scene.alice, "in the group").status, 201);
    let seen = scene
        .server
        .get_as(&scene.bob, &format!("/v1/conversations/{pair}"));
    assert_eq!(
        (&seen.json()["kind"], &seen.json()["last_seq"]),
        (&json!("pair"), &json!(0))
    );
}
