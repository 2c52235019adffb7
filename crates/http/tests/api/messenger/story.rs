//! What works.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sealpost_crypto::sha256;
use serde_json::{Value, json};

use super::client::{PASSWORD, PRIVATE_KEY, PUBLIC_KEY, start};
use crate::support::{ISSUER, access_token};

fn claims(token: &str) -> (Value, Value) {
    let mut parts = token.split('.').map(|part| {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap_or_default())
            .unwrap_or_default()
    });
    (parts.next().unwrap(), parts.next().unwrap())
}

#[test]
fn the_data_key_is_the_same_for_everybody() {
    let server = start();
    server.register("alice");
    let of = |name: &str| server.say_to("/api/data_key/", &json!({"username": name}));
    let known = of("alice");
    assert_eq!(known.header("cache-control"), Some("no-store"));
    assert_eq!(known.header("content-type"), Some("application/json"));
    assert_eq!(known.body, of("nobody").body);
    let answer = known.json();
    assert!(
        answer["key"]
            .as_str()
            .unwrap()
            .starts_with("-----BEGIN PUBLIC KEY-----\n")
    );
    // A day from NOW, in whole seconds.
    assert_eq!(answer["until"], "2026-11-22T13:04:05Z");
}

#[test]
fn both_forms_of_the_last_slash_are_served() {
    let server = start();
    let body = json!({"username": "alice"});
    let with = server.say_to("/api/data_key/", &body);
    let without = server.say_to("/api/data_key?x=1", &body);
    assert_eq!((with.status, without.status), (200, 200));
    assert_eq!(with.body, without.body);
}

#[test]
fn register_log_in_and_start_a_conversation() {
    let server = start();
    let made = server.enrol("another_user");
    assert_eq!(made.status, 200, "{made:?}");
    assert_eq!(made.header("cache-control"), Some("no-store"));
    assert_eq!(made.json()["msg"], "User another_user was created.");
    assert_eq!(server.enrol("your_username").status, 200);

    let entered = server.enter("YOUR_username", PASSWORD);
    assert_eq!(entered.status, 200, "{entered:?}");
    let entered = entered.json();
    assert_eq!(entered["msg"], "Logged in as your_username.");
    let (header, access) = claims(entered["access_token"].as_str().unwrap());
    assert_eq!(
        (&header["typ"], &access["sub"]),
        (&json!("at+jwt"), &json!("your_username"))
    );
    assert_eq!(access["aud"], "sealpost:messenger");
    assert_eq!(
        access["exp"].as_i64().unwrap() - access["iat"].as_i64().unwrap(),
        30 * 60
    );
    let (header, refresh) = claims(entered["refresh_token"].as_str().unwrap());
    assert_eq!(
        (&header["typ"], &refresh["sub"]),
        (&json!("rt+jwt"), &json!("your_username"))
    );
    assert_eq!(refresh["sid"], access["sid"]);
    assert_eq!(
        refresh["exp"].as_i64().unwrap() - refresh["iat"].as_i64().unwrap(),
        30 * 86_400
    );

    let token = entered["access_token"].as_str().unwrap();
    let other = json!({"username": "another_user"});
    let started = server.post_as(token, "/api/start_conversation/", &other);
    assert_eq!(started.status, 200, "{started:?}");
    let answer = started.json();
    assert_eq!(answer["msg_public_key"], PUBLIC_KEY);
    assert_eq!(answer["key_version"], 1);
    assert_eq!(answer["fingerprint"].as_str().unwrap().len(), 43);
    let again = server.post_as(token, "/api/start_conversation", &other);
    assert_eq!(again.body, started.body);

    // Anybody can open it, and it is about this key.
    let proof_url = answer["proof_url"].as_str().unwrap();
    let proved = server.get(proof_url.strip_prefix(ISSUER).unwrap());
    assert_eq!(proved.status, 200, "{proved:?}");
    let link = answer["proof_link"].as_str().unwrap();
    let opening = URL_SAFE_NO_PAD.decode(answer["proof_opening"].as_str().unwrap());
    let commitment = sha256(&[opening.unwrap().as_slice(), link.as_bytes()].concat());
    assert_eq!(
        proved.json()["leaf"]["commitment"],
        URL_SAFE_NO_PAD.encode(commitment)
    );
    let link: Value = serde_json::from_str(link).unwrap();
    assert_eq!(link["username"], "another_user");
    assert_eq!(link["keys"][0]["kid"], answer["fingerprint"]);
    assert!(!proved.body.contains("another_user"));
}

#[test]
fn it_is_the_same_account_and_conversation_everywhere() {
    let server = start();
    let made = server.enrol("carol");
    let token = made.json()["access_token"].as_str().unwrap().to_owned();
    let login = json!({"identifier": "carol", "password": PASSWORD});
    let native = access_token(&server.post("/v1/sessions", &login.to_string()).json());
    server.register("dave");
    let keys = server.get_as(&native, "/v1/users/carol/keys").json();
    assert_eq!(keys["data"].as_array().map(Vec::len), Some(1), "{keys}");

    let dave = access_token(&server.open_session("dave"));
    let jwk = keys["data"][0]["jwk"].clone();
    let published = server.post_as(&dave, "/v1/me/keys", &json!({"use": "seal", "jwk": jwk}));
    assert_eq!(published.status, 201, "{published:?}");
    let started = server.post_as(
        &token,
        "/api/start_conversation/",
        &json!({"username": "dave"}),
    );
    assert_eq!(started.status, 200, "{started:?}");
    let conversations = server.get_as(&native, "/v1/conversations").json();
    assert_eq!(conversations["data"].as_array().map(Vec::len), Some(1));
}

#[test]
fn a_public_key_does_as_well() {
    let server = start();
    let body =
        json!({"username": "alice", "password": server.sealed(PASSWORD), "public_key": PUBLIC_KEY});
    assert_eq!(server.say_to("/api/register/", &body).status, 200);
    assert_eq!(server.enter("alice", PASSWORD).status, 200);
}

#[test]
fn the_private_key_is_kept_nowhere() {
    let server = start();
    assert_eq!(server.enrol("alice").status, 200);
    let stored = server.stored();
    let line = PRIVATE_KEY.lines().nth(10).unwrap().as_bytes();
    assert!(!stored.windows(line.len()).any(|window| window == line));
}
