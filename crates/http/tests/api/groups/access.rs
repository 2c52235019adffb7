//! Each route, for each of those who might try it.

use serde_json::json;

use super::Scene;

const UNKNOWN: &str = "019aa6b0-7c3a-7d52-9a5e-0242ac120002";

/// What the owner, an admin and a member are answered. Whoever is not in the group is told that there is none, and whoever
/// is nobody, that they have to log in.
const ROUTES: [(&str, &str, &str, [u16; 3]); 8] = [
    ("GET", "", "", [200, 200, 200]),
    ("PATCH", "", "{}", [200, 200, 403]),
    ("GET", "/members", "", [200, 200, 200]),
    (
        "POST",
        "/members",
        r#"{"username":"dave"}"#,
        [200, 200, 403],
    ),
    (
        "PATCH",
        "/members/dave",
        r#"{"role":"member"}"#,
        [200, 403, 403],
    ),
    ("DELETE", "/members/dave", "", [204, 204, 403]),
    ("GET", "/messages", "", [200, 200, 200]),
    (
        "POST",
        "/messages",
        r#"{"client_id":"c","format":"text","body":"hello"}"#,
        [201, 201, 201],
    ),
];

#[test]
fn every_route_knows_who_asks() {
    let scene = Scene::new();
    let server = &scene.server;
    let [dave, erin, mallory] = ["dave", "erin", "mallory"].map(|name| server.log_in(name));
    for name in ["dave", "erin"] {
        assert_eq!(scene.add(&scene.alice, name).status, 201);
    }
    assert_eq!(scene.say(&dave, "hello").status, 201);
    assert_eq!(scene.remove(&scene.alice, "erin").status, 204);
    for (method, rest, body, expected) in ROUTES {
        for (token, status) in [&scene.alice, &scene.bob, &scene.carol]
            .into_iter()
            .zip(expected)
        {
            let answer = server.send_as(token, method, &scene.path(rest), body);
            assert_eq!(answer.status, status, "{method} {rest}: {answer:?}");
            if status == 403 {
                assert_eq!(
                    answer.problem()["code"],
                    "insufficient-role",
                    "{method} {rest}"
                );
            }
            // Whom the route has removed is there again for the next one.
            assert!(scene.add(&scene.alice, "dave").status < 300);
        }
        for outsider in [&erin, &mallory] {
            let token = format!("Bearer {outsider}");
            let headers = [
                ("authorization", token.as_str()),
                ("content-type", "application/json"),
                ("x-request-id", "same"),
            ];
            let ask = |id: &str| {
                let path = format!("/v1/conversations/{id}{rest}");
                server.send(method, &path, &headers, body)
            };
            let unknown = ask(UNKNOWN);
            assert_eq!(
                (unknown.status, &unknown.problem()["code"]),
                (404, &json!("not-found"))
            );
            assert_eq!(
                ask(&scene.group).without_date(),
                unknown.without_date(),
                "{method} {rest}"
            );
        }
        let json = [("content-type", "application/json")];
        let nobody = server.send(method, &scene.path(rest), &json, body);
        assert_eq!(nobody.status, 401, "{method} {rest}");
    }
    for outsider in [&erin, &mallory] {
        let listed = server.get_as(outsider, "/v1/conversations").json();
        assert_eq!(listed, json!({"data": [], "next_cursor": null}));
    }
}

#[test]
fn an_admin_removes_members_and_no_admin_and_no_owner() {
    let scene = Scene::new();
    scene.server.register("dave");
    assert_eq!(scene.add(&scene.bob, "dave").status, 201);
    assert_eq!(scene.appoint(&scene.alice, "dave", "admin").status, 200);
    for name in ["alice", "dave"] {
        let refused = scene.remove(&scene.bob, name);
        assert_eq!(
            (refused.status, &refused.problem()["code"]),
            (403, &json!("insufficient-role"))
        );
    }
    assert_eq!(scene.remove(&scene.alice, "dave").status, 204);
    let refused = scene.remove(&scene.alice, "dave");
    assert_eq!(
        (refused.status, &refused.problem()["code"]),
        (404, &json!("not-found"))
    );
}

#[test]
fn a_group_has_one_owner_whatever_happens() {
    let scene = Scene::new();
    let owners = || {
        let roles = scene.roles();
        let owners = roles.into_iter().filter(|(_, role)| role == "owner");
        owners.map(|(name, _)| name).collect::<Vec<_>>()
    };
    for role in ["admin", "member"] {
        let refused = scene.appoint(&scene.alice, "alice", role);
        assert_eq!(
            (refused.status, &refused.problem()["code"]),
            (409, &json!("owner-missing"))
        );
    }
    let handed = scene.appoint(&scene.alice, "carol", "owner");
    assert_eq!(
        (handed.status, &handed.json()["role"]),
        (200, &json!("owner"))
    );
    let role = |name: &str, role: &str| (name.to_owned(), role.to_owned());
    let expected = [
        role("alice", "admin"),
        role("bob", "admin"),
        role("carol", "owner"),
    ];
    assert_eq!(scene.roles(), expected);
    assert_eq!(
        scene.appoint(&scene.alice, "bob", "owner").status,
        403,
        "no longer hers to give"
    );
    let back = scene.appoint(&scene.carol, "bob", "owner");
    assert_eq!(back.status, 200);
    assert_eq!(owners(), ["bob"]);
    // The owner leaves: of two admins, the one who has been there longer; all came at once, so it is one of them.
    assert_eq!(scene.remove(&scene.bob, "BOB").status, 204);
    assert_eq!(owners().len(), 1);
    assert_ne!(owners(), ["bob"]);
}

#[test]
fn a_pair_refuses_what_only_groups_have() {
    let scene = Scene::new();
    let pair = scene.server.start_conversation(&scene.alice, "bob");
    for (method, rest, body) in [
        ("PATCH", "", r#"{"title":"Us"}"#),
        ("POST", "/members", r#"{"username":"carol"}"#),
        ("PATCH", "/members/bob", r#"{"role":"admin"}"#),
        ("DELETE", "/members/bob", ""),
        ("DELETE", "/members/alice", ""),
    ] {
        let path = format!("/v1/conversations/{pair}{rest}");
        let refused = scene.server.send_as(&scene.alice, method, &path, body);
        assert_eq!(
            (refused.status, &refused.problem()["code"]),
            (409, &json!("not-a-group")),
            "{method} {rest}"
        );
    }
    let members = scene
        .server
        .get_as(&scene.alice, &format!("/v1/conversations/{pair}/members"));
    let members = members.json();
    let members = members["data"].as_array().unwrap().iter();
    assert!(
        members.clone().count() == 2
            && members.into_iter().all(|member| member["role"] == "member")
    );
}
