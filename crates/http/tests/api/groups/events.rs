//! What everybody in a group hears.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Scene, heard, latest};

fn kinds(heard: &[(String, Value)]) -> Vec<&str> {
    heard.iter().map(|(kind, _)| kind.as_str()).collect()
}

/// Who did what to whom, of an event about a member.
fn told(data: &Value) -> (&Value, &Value, &Value) {
    (
        &data["user"]["username"],
        &data["role"],
        &data["by"]["username"],
    )
}

#[test]
fn whoever_comes_is_told_to_everybody_and_gets_the_group_itself() {
    let scene = Scene::new();
    let dave = scene.server.log_in("dave");
    let before = latest(&scene.server, &scene.carol);
    let added = scene.add(&scene.bob, "DAVE");
    assert_eq!(
        (added.status, &added.json()["role"]),
        (201, &json!("member"))
    );
    let location = scene.path("/members/dave");
    assert_eq!(added.header("location"), Some(location.as_str()));
    let again = scene.add(&scene.alice, "dave");
    assert_eq!((again.status, again.json()), (200, added.json()));

    let [(kind, data)] = heard(&scene.server, &scene.carol, before)
        .try_into()
        .unwrap();
    assert_eq!(kind, "member.added");
    assert_eq!(data["conversation_id"], json!(scene.group));
    assert_eq!(
        told(&data),
        (&json!("dave"), &json!("member"), &json!("bob"))
    );
    let news = heard(&scene.server, &dave, 0);
    assert_eq!(kinds(&news), ["conversation.created", "member.added"]);
    assert_eq!(news[0].1, scene.seen(&dave).json());
    assert_eq!(
        (&news[0].1["kind"], &news[0].1["member_count"]),
        (&json!("group"), &json!(4))
    );
}

#[test]
fn whoever_is_removed_hears_it_and_nothing_after() {
    let scene = Scene::with(&json!({"members": ["bob", "carol"], "title": "Choir"}));
    assert_eq!(scene.say(&scene.alice, "before").status, 201);
    let before = latest(&scene.server, &scene.carol);
    assert_eq!(scene.remove(&scene.bob, "carol").status, 204);
    assert_eq!(scene.say(&scene.alice, "after").status, 201);
    let path = scene.path("");
    let renamed = scene
        .server
        .send_as(&scene.alice, "PATCH", &path, r#"{"title":"Secret"}"#);
    assert_eq!(renamed.status, 200);

    let [(kind, data)] = heard(&scene.server, &scene.carol, before)
        .try_into()
        .unwrap();
    assert_eq!(kind, "member.removed");
    assert_eq!(
        told(&data),
        (&json!("carol"), &json!("member"), &json!("bob"))
    );
    let all = heard(&scene.server, &scene.carol, 0);
    let said: Vec<_> = all
        .iter()
        .filter(|(kind, _)| kind == "message.created")
        .collect();
    assert_eq!(said.len(), 1, "what they received stays theirs");
    assert_eq!(said[0].1["body"], "before");
    assert_eq!(
        all[0],
        ("conversation.created".to_owned(), Value::Null),
        "and nothing else does"
    );
    assert_eq!(scene.say(&scene.carol, "still here").status, 404);
    assert_eq!(
        kinds(&heard(&scene.server, &scene.bob, 0)),
        [
            "conversation.created",
            "member.changed",
            "message.created",
            "member.removed",
            "message.created",
            "conversation.updated",
        ]
    );
}

#[test]
fn an_owner_who_leaves_hands_over_and_the_last_one_ends_it() {
    let scene = Scene::new();
    assert_eq!(scene.say(&scene.alice, "hello").status, 201);
    let before = latest(&scene.server, &scene.carol);
    assert_eq!(scene.remove(&scene.alice, "alice").status, 204);
    let news = heard(&scene.server, &scene.carol, before);
    assert_eq!(kinds(&news), ["member.removed", "member.changed"]);
    assert_eq!(
        told(&news[0].1),
        (&json!("alice"), &json!("owner"), &json!("alice"))
    );
    assert_eq!(
        told(&news[1].1),
        (&json!("bob"), &json!("owner"), &json!("alice"))
    );
    assert_eq!(scene.remove(&scene.bob, "bob").status, 204);
    assert_eq!(scene.seen(&scene.carol).json()["role"], "owner");
    assert_eq!(scene.remove(&scene.carol, "carol").status, 204);
    for token in [&scene.alice, &scene.bob, &scene.carol] {
        assert_eq!(scene.seen(token).status, 404);
        let said = heard(&scene.server, token, 0);
        let said: Vec<_> = said
            .iter()
            .filter(|(kind, _)| kind == "message.created")
            .collect();
        assert_eq!(said[0].1, Value::Null, "what was said in it is gone");
    }
}

#[test]
fn who_leaves_for_good_leaves_their_groups_to_the_others() {
    let scene = Scene::new();
    for (token, text) in [(&scene.alice, "hers"), (&scene.bob, "his")] {
        assert_eq!(scene.say(token, text).status, 201);
    }
    let pair = scene.server.start_conversation(&scene.alice, "carol");
    let before = latest(&scene.server, &scene.carol);
    let left = scene.server.send_as(&scene.alice, "DELETE", "/v1/me", "");
    assert_eq!(left.status, 204, "{left:?}");

    let news = heard(&scene.server, &scene.carol, before);
    let mut names = kinds(&news);
    names.sort_unstable();
    assert_eq!(
        names,
        ["account.deleted", "member.changed", "member.removed"]
    );
    let (_, gone) = news
        .iter()
        .find(|(kind, _)| kind == "member.removed")
        .unwrap();
    assert_eq!(told(gone), (&Value::Null, &json!("owner"), &Value::Null));
    assert!(
        gone["user"]["id"].is_string(),
        "who it was can be told from others"
    );
    let seen = scene.seen(&scene.bob).json();
    assert_eq!(
        (&seen["role"], &seen["member_count"]),
        (&json!("owner"), &json!(2))
    );
    assert_eq!(
        scene.read(&scene.bob),
        ["his"],
        "the content of who left is gone"
    );
    assert_eq!(seen["last_seq"], 2, "and its number stays empty");
    assert_eq!(scene.say(&scene.bob, "next").json()["seq"], 3);
    let gone = scene
        .server
        .get_as(&scene.carol, &format!("/v1/conversations/{pair}"));
    assert_eq!(
        gone.status, 404,
        "a pair's conversation goes with either of the two"
    );
}

#[test]
fn key_changes_and_renames_are_told_in_groups() {
    let scene = Scene::new();
    let before = latest(&scene.server, &scene.carol);
    scene.server.advance(Duration::from_secs(1));
    let renamed = scene
        .server
        .send_as(&scene.bob, "PATCH", "/v1/me", r#"{"username":"robert"}"#);
    assert_eq!(renamed.status, 200, "{renamed:?}");
    let [(kind, data)] = heard(&scene.server, &scene.carol, before)
        .try_into()
        .unwrap();
    assert_eq!(
        (kind.as_str(), &data["user"]["username"]),
        ("account.renamed", &json!("robert"))
    );
}
