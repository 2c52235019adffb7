//! Title and history, and the list of members.

use serde_json::{Value, json};

use super::Scene;
use crate::support::Answer;

fn patch(scene: &Scene, token: &str, body: &Value, if_match: Option<&str>) -> Answer {
    let token = format!("Bearer {token}");
    let mut headers = vec![
        ("authorization", token.as_str()),
        ("content-type", "application/merge-patch+json"),
    ];
    headers.extend(if_match.map(|tag| ("if-match", tag)));
    scene
        .server
        .send("PATCH", &scene.path(""), &headers, &body.to_string())
}

#[test]
fn a_title_is_given_changed_and_taken_away() {
    let scene = Scene::new();
    assert_eq!(scene.seen(&scene.carol).json()["title"], Value::Null);
    for title in [json!("Choir"), json!("Chœur de 🎵"), Value::Null] {
        let changed = patch(&scene, &scene.bob, &json!({"title": title}), None);
        assert_eq!((changed.status, &changed.json()["title"]), (200, &title));
        assert_eq!(scene.seen(&scene.carol).json()["title"], title);
        let listed = scene
            .server
            .get_as(&scene.carol, "/v1/conversations")
            .json();
        assert_eq!(listed["data"][0]["title"], title);
    }
    for (body, status, code) in [
        (json!({"title": " "}), 422, "invalid-title"),
        (json!({"title": 7}), 400, "wrong-type"),
        (json!({"shows_history": null}), 400, "wrong-type"),
        (json!({"kind": "pair"}), 400, "unknown-field"),
    ] {
        let refused = patch(&scene, &scene.bob, &body, None);
        assert_eq!(refused.status, status, "{body}");
        assert_eq!(refused.problem()["errors"][0]["code"], code, "{body}");
    }
}

#[test]
fn a_change_of_what_one_has_not_seen_is_refused() {
    let scene = Scene::new();
    let tag = |answer: &Answer| answer.header("etag").unwrap().to_owned();
    let first = tag(&scene.seen(&scene.bob));
    assert_eq!(scene.say(&scene.carol, "hello").status, 201);
    assert_eq!(
        tag(&scene.seen(&scene.alice)),
        first,
        "messages do not change it"
    );
    let changed = patch(
        &scene,
        &scene.alice,
        &json!({"title": "Choir"}),
        Some(&first),
    );
    assert_eq!(changed.status, 200);
    let second = tag(&changed);
    assert_ne!(first, second);
    for stale in [first.as_str(), "\"x\"", &format!("W/{second}")] {
        let refused = patch(&scene, &scene.bob, &json!({"title": "Mine"}), Some(stale));
        assert_eq!(
            (refused.status, &refused.problem()["code"]),
            (412, &json!("precondition-failed")),
            "{stale}"
        );
    }
    let same = patch(
        &scene,
        &scene.bob,
        &json!({"shows_history": false}),
        Some(&second),
    );
    assert_eq!(
        (same.status, tag(&same)),
        (200, second),
        "nothing has changed"
    );
    assert_eq!(scene.seen(&scene.carol).json()["title"], "Choir");
}

#[test]
fn the_server_keeps_no_title_that_its_database_can_be_read_for() {
    let title = "the-title-nobody-should-find";
    let scene = Scene::with(&json!({"members": ["bob", "carol"], "title": title}));
    let database = scene.server.stored();
    let holds = |needle: &[u8]| database.windows(needle.len()).any(|part| part == needle);
    assert!(!holds(title.as_bytes()));
    assert!(holds(b"carol"), "the database is what was looked at");
}

#[test]
fn members_are_listed_page_by_page_and_an_overview_names_twenty() {
    let scene = Scene::new();
    for number in 0..20 {
        let name = format!("singer{number}");
        scene.server.register(&name);
        scene.server.advance(std::time::Duration::from_millis(1));
        assert_eq!(scene.add(&scene.alice, &name).status, 201);
    }
    let seen = scene.seen(&scene.carol).json();
    assert_eq!(seen["member_count"], 23);
    assert_eq!(seen["members"].as_array().unwrap().len(), 20);
    let (mut names, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = scene.path(&format!("/members?limit=10{cursor}"));
        let page = scene.server.get_as(&scene.carol, &path).json();
        let data = page["data"].as_array().unwrap();
        names.extend(
            data.iter()
                .map(|member| member["username"].as_str().unwrap().to_owned()),
        );
        let Some(next) = page["next_cursor"].as_str() else {
            break;
        };
        assert_eq!(data.len(), 10);
        cursor = format!("&cursor={next}");
    }
    let expected: Vec<_> = (0..20).map(|number| format!("singer{number}")).collect();
    assert_eq!(names[3..], expected, "in the order of their coming");
    names[..3].sort();
    assert_eq!(names[..3], ["alice", "bob", "carol"]);
    let wrong = scene
        .server
        .get_as(&scene.carol, &scene.path("/members?cursor=x"));
    assert_eq!(
        (wrong.status, &wrong.problem()["code"]),
        (400, &json!("invalid-cursor"))
    );
}
