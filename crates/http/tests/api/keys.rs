//! Publishing, listing, replacing and withdrawing keys.

use serde_json::{Value, json};

use crate::support::{Answer, TestServer};

/// RFC 8037, appendix A.2 and A.3.
const ED25519: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
const ED25519_KID: &str = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k";
/// RFC 8037, appendix A.6.
const X25519: &str = "3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08";
/// RFC 7748, section 6.1: Alice's public key.
const ANOTHER_X25519: &str = "hSDwCYkwp1R0iGtbKHAuiHqYkZ0pkU-nc3VQzQZNsGo";

fn okp(curve: &str, x: &str) -> Value {
    json!({"kty": "OKP", "crv": curve, "x": x})
}

struct Scene {
    server: TestServer,
    alice: String,
    bob: String,
}

impl Scene {
    fn set() -> Self {
        let server = TestServer::start();
        let (alice, bob) = (server.log_in("alice"), server.log_in("bob"));
        Self { server, alice, bob }
    }

    fn publish(&self, body: &Value) -> Answer {
        self.server.post_as(&self.alice, "/v1/me/keys", body)
    }

    fn ids(&self, path: &str, token: &str) -> Vec<String> {
        let listed = self.server.get_as(token, path).json();
        let keys = listed["data"].as_array().unwrap().iter();
        keys.map(|key| key["id"].as_str().unwrap().to_owned())
            .collect()
    }
}

#[test]
fn a_published_key_is_shown_to_everybody_alike() {
    let scene = Scene::set();
    let published = scene.publish(&json!({"use": "sign", "jwk": okp("Ed25519", ED25519)}));
    assert_eq!(published.status, 201);
    let key = published.json();
    assert_eq!(key["fingerprint"], ED25519_KID);
    assert_eq!(key["jwk"], okp("Ed25519", ED25519));
    assert_eq!(
        (&key["use"], &key["algorithm"], &key["custody"]),
        (&json!("sign"), &json!("Ed25519"), &json!("client"))
    );
    let shown = json!({"data": [key], "next_cursor": null});
    assert_eq!(
        scene.server.get_as(&scene.alice, "/v1/me/keys").json(),
        shown
    );
    assert_eq!(
        scene
            .server
            .get_as(&scene.bob, "/v1/users/ALICE/keys")
            .json(),
        shown
    );
    assert_eq!(
        scene
            .server
            .get_as(&scene.bob, "/v1/users/nobody/keys")
            .status,
        404
    );
}

#[test]
fn a_replacement_takes_the_place_of_the_old_key() {
    let scene = Scene::set();
    let old = scene
        .publish(&json!({"use": "seal", "jwk": okp("X25519", X25519)}))
        .json();
    let new = json!({"use": "seal", "jwk": okp("X25519", ANOTHER_X25519), "replaces": old["id"]});
    let new = scene.publish(&new).json();
    assert_eq!(
        scene.ids("/v1/me/keys", &scene.alice),
        [new["id"].as_str().unwrap()]
    );
    let again = json!({"use": "seal", "jwk": okp("X25519", X25519)});
    assert_eq!(
        scene.publish(&again).json()["code"],
        "key-already-published"
    );
}

#[test]
fn only_its_owner_withdraws_a_key() {
    let scene = Scene::set();
    let key = scene
        .publish(&json!({"use": "seal", "jwk": okp("X25519", X25519)}))
        .json();
    let path = format!("/v1/me/keys/{}", key["id"].as_str().unwrap());
    for (token, status) in [(&scene.bob, 404), (&scene.alice, 204), (&scene.alice, 404)] {
        assert_eq!(
            scene.server.send_as(token, "DELETE", &path, "").status,
            status
        );
    }
    assert_eq!(
        scene.ids("/v1/users/alice/keys", &scene.bob),
        Vec::<String>::new()
    );
}

#[test]
fn bad_keys_are_refused_and_nothing_of_them_comes_back() {
    let scene = Scene::set();
    let private = json!({"kty": "OKP", "crv": "X25519", "x": X25519, "d": "canary-private-half"});
    for (body, code) in [
        (json!({"use": "seal", "jwk": private}), "private-key"),
        (
            json!({"use": "seal", "jwk": okp("X25519", &"A".repeat(43))}),
            "weak-key",
        ),
        (
            json!({"use": "seal", "jwk": okp("X448", X25519)}),
            "unsupported-key",
        ),
        (
            json!({"use": "seal", "jwk": {"kty": "OKP", "crv": "X25519"}}),
            "unreadable-key",
        ),
        (
            json!({"use": "seal", "pem": "-----BEGIN NONSENSE-----"}),
            "unreadable-key",
        ),
        (
            json!({"use": "sign", "jwk": okp("X25519", X25519)}),
            "wrong-key-use",
        ),
        (
            json!({"use": "both", "jwk": okp("X25519", X25519)}),
            "unknown-key-use",
        ),
        (json!({"use": "seal"}), "jwk-or-pem"),
        (
            json!({"use": "seal", "jwk": okp("X25519", X25519), "replaces": "7"}),
            "invalid-id",
        ),
    ] {
        let refused = scene.publish(&body);
        assert_eq!(refused.status, 422, "{body}");
        assert_eq!(refused.json()["errors"][0]["code"], code, "{body}");
        assert!(!refused.json().to_string().contains("canary"), "{body}");
    }
    assert_eq!(scene.ids("/v1/me/keys", &scene.alice), Vec::<String>::new());
}

#[test]
fn those_who_talk_with_the_owner_hear_of_a_change() {
    let scene = Scene::set();
    let started = scene.server.post_as(
        &scene.bob,
        "/v1/conversations",
        &json!({"username": "alice"}),
    );
    assert_eq!(started.status, 201);
    let key = scene
        .publish(&json!({"use": "seal", "jwk": okp("X25519", X25519)}))
        .json();
    for token in [&scene.alice, &scene.bob] {
        let events = scene.server.get_as(token, "/v1/events?after=1").json();
        let event = &events["events"][0];
        assert_eq!(event["type"], "key.changed");
        assert_eq!(
            (&event["data"]["user"]["username"], &event["data"]["key"]),
            (&json!("alice"), &key)
        );
    }
}

#[test]
fn the_history_tells_every_change_in_its_order() {
    let scene = Scene::set();
    let old = scene
        .publish(&json!({"use": "seal", "jwk": okp("X25519", X25519)}))
        .json();
    let new = json!({"use": "seal", "jwk": okp("X25519", ANOTHER_X25519), "replaces": old["id"]});
    let new = scene.publish(&new).json();
    let path = format!("/v1/me/keys/{}", new["id"].as_str().unwrap());
    let withdrawn = scene.server.send_as(&scene.alice, "DELETE", &path, "");
    assert_eq!(withdrawn.status, 204);

    let history = "/v1/users/ALICE/keys/history";
    let told = scene.server.get_as(&scene.bob, history).json();
    assert_eq!(told["next_cursor"], Value::Null);
    let told = told["data"].as_array().unwrap();
    let expected = [
        (1, "add", &old, Value::Null),
        (2, "rotate", &new, old["id"].clone()),
        (3, "revoke", &new, Value::Null),
    ];
    assert_eq!(told.len(), expected.len());
    for (event, (seq, operation, key, replaced)) in told.iter().zip(expected) {
        assert_eq!(
            (&event["seq"], &event["operation"], &event["asserted_by"]),
            (&json!(seq), &json!(operation), &json!("server"))
        );
        assert_eq!(
            (&event["key_id"], &event["replaced_id"]),
            (&key["id"], &replaced)
        );
        // The key as it is now.
        assert_eq!(event["key"]["fingerprint"], key["fingerprint"]);
        assert!(!event["key"]["revoked_at"].is_null());
    }
    // The same to everybody, its owner included, and page by page.
    let whole = scene.server.get_as(&scene.alice, history).json();
    assert_eq!(whole["data"].as_array().unwrap(), told);
    let (mut found, mut cursor) = (Vec::new(), String::new());
    for _ in 0..3 {
        let page = format!("{history}?limit=1{cursor}");
        let page = scene.server.get_as(&scene.bob, &page).json();
        found.push(page["data"][0].clone());
        cursor = format!(
            "&cursor={}",
            page["next_cursor"].as_str().unwrap_or_default()
        );
    }
    assert_eq!((&found, &*cursor), (told, "&cursor="));
}

#[test]
fn a_history_is_told_to_whom_the_keys_are_shown() {
    let scene = Scene::set();
    scene.publish(&json!({"use": "seal", "jwk": okp("X25519", X25519)}));
    let ask = |token: &str, name: &str| {
        let token = format!("Bearer {token}");
        let headers = [("authorization", &*token), ("x-request-id", "same")];
        let path = format!("/v1/users/{name}/keys/history");
        scene.server.send("GET", &path, &headers, "").without_date()
    };
    let anonymous = scene.server.get("/v1/users/alice/keys/history");
    assert_eq!(anonymous.status, 401);
    let is_told = |answer: &str| answer.starts_with("200 ");
    assert!(is_told(&ask(&scene.bob, "alice")));
    let unknown = ask(&scene.bob, "nobody");
    assert!(unknown.starts_with("404 "), "{unknown}");
    for setting in [
        json!({"discoverable": false}),
        json!({"discoverable": true}),
    ] {
        let patched = scene.server.send_as(
            &scene.alice,
            "PATCH",
            "/v1/me/settings",
            &setting.to_string(),
        );
        assert_eq!(patched.status, 200);
        let hidden = setting["discoverable"] == json!(false);
        assert_eq!(ask(&scene.bob, "alice") == unknown, hidden, "{setting}");
    }
    let blocked = scene
        .server
        .send_as(&scene.alice, "PUT", "/v1/me/blocks/bob", "");
    assert!(blocked.status < 300, "{blocked:?}");
    assert_eq!(ask(&scene.bob, "alice"), unknown);
    assert!(is_told(&ask(&scene.alice, "alice")));
    let bad = "/v1/users/alice/keys/history?cursor=x";
    let bad = scene.server.get_as(&scene.alice, bad);
    assert_eq!(
        (bad.status, &bad.problem()["code"]),
        (400, &json!("invalid-cursor"))
    );
}
