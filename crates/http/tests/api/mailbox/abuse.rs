//! What must not work.

use serde_json::json;

use super::client::{PASSWORD, Person, start};
use crate::second_factor::switch_on;
use crate::support::{TestServer, access_token, logged};

fn ask(
    server: &TestServer,
    person: &Person,
    method: &str,
    path: &str,
    more: &[(&str, &str)],
) -> u16 {
    let cookie = person.cookie();
    let mut headers = vec![("cookie", &*cookie), ("content-type", "application/json")];
    headers.extend(more);
    let body = match path {
        "/delete_user" => json!({"password": PASSWORD}),
        "/reset_password" => json!({"old_password": PASSWORD, "new_password": "of the attacker"}),
        "/reset_public_key" => json!({"password": PASSWORD, "new_public_key": "ATTACKER"}),
        _ => return server.send(method, path, &headers, "").status,
    };
    server
        .send(method, path, &headers, &body.to_string())
        .status
}

const BY_COOKIE: [&str; 6] = [
    "/download_messages",
    "/delete_user",
    "/reset_password",
    "/reset_public_key",
    "/upload_avatar",
    "/delete_avatar",
];

#[test]
fn another_site_cannot_use_the_cookies() {
    let server = start();
    let alice = server.mailbox_person("alice");
    server.mailbox_upload(&alice, "alice", "still here");
    for path in BY_COOKIE {
        for method in ["GET", "POST"] {
            for headers in [
                &[("origin", "https://evil.example")][..],
                &[("origin", "null")],
                &[("sec-fetch-site", "cross-site")],
                &[("sec-fetch-site", "same-site")],
                &[
                    ("sec-fetch-site", "cross-site"),
                    ("sec-fetch-mode", "navigate"),
                ],
            ] {
                let status = ask(&server, &alice, method, path, headers);
                assert_eq!(status, 403, "{method} {path} {headers:?}");
            }
        }
        let typed = [("sec-fetch-site", "none"), ("sec-fetch-mode", "navigate")];
        assert_eq!(ask(&server, &alice, "GET", path, &typed), 403, "{path}");
        assert_eq!(ask(&server, &alice, "HEAD", path, &typed), 403, "{path}");
    }
    let own = [
        ("sec-fetch-site", "same-origin"),
        ("origin", "http://sealpost.test"),
    ];
    assert_eq!(ask(&server, &alice, "POST", "/delete_avatar", &own), 200);
    assert_eq!(
        server.mailbox_key("alice").json()["public_key"],
        "PUBLIC_KEY"
    );
    assert_eq!(server.mailbox_texts(&alice), ["still here"]);
    // And no answer lets a foreign page read it.
    let answer = server.mailbox_download(&alice);
    assert_eq!(answer.header("access-control-allow-origin"), None);
}

#[test]
fn a_forged_sender_is_not_taken() {
    let server = start();
    let (alice, bob) = (server.mailbox_person("alice"), server.mailbox_person("bob"));
    let forged = Person {
        username: "bob".to_owned(),
        ..alice
    };
    assert_eq!(
        server.mailbox_upload(&forged, "bob", "from bob?").status,
        401
    );
    assert_eq!(server.mailbox_texts(&bob), [""; 0]);
}

#[test]
fn a_bare_password_opens_nothing_behind_a_second_factor() {
    let server = start();
    server.mailbox_create("alice", "KEY");
    let body = json!({"identifier": "alice", "password": PASSWORD});
    let token = access_token(&server.post("/v1/sessions", &body.to_string()).json());
    let made = server.post_as(
        &token,
        "/v1/me/app-passwords",
        &json!({"name": "phone", "dialect": "mailbox"}),
    );
    assert_eq!(made.status, 201, "{made:?}");
    let app_password = made.json()["app_password"].as_str().unwrap().to_owned();
    switch_on(&server, &token);
    let enter = |password: &str| {
        let body = json!({"username": "alice", "password": password});
        server.post("/authenticate", &body.to_string())
    };
    let refused = enter(PASSWORD);
    assert_eq!(
        (refused.status, &*refused.body),
        (400, "Wrong username or password!")
    );
    let entered = enter(&app_password);
    assert_eq!(entered.status, 200, "{entered:?}");
    let alice = Person {
        username: "alice".to_owned(),
        session: entered.json()["session_id"].as_str().unwrap().to_owned(),
    };
    assert_eq!(server.mailbox_download(&alice).status, 200);
    // It is no password of the account.
    let with_app_password = json!({"password": app_password});
    let answer = server.mailbox_post(&alice, "/delete_user", &with_app_password);
    assert_eq!((answer.status, &*answer.body), (400, "Wrong password!"));
}

#[test]
fn guesses_here_count_everywhere() {
    let server = start();
    server.mailbox_create("alice", "KEY");
    let guess = json!({"username": "alice", "password": "a wrong guess"}).to_string();
    let statuses: Vec<u16> = (0..6)
        .map(|_| server.post("/authenticate", &guess).status)
        .collect();
    assert_eq!(statuses, [400, 400, 400, 400, 400, 429]);
    let native = json!({"identifier": "alice", "password": PASSWORD}).to_string();
    assert_eq!(server.post("/v1/sessions", &native).status, 429);
}

#[test]
fn a_new_password_ends_every_other_session() {
    let server = start();
    let alice = server.mailbox_person("alice");
    let body = json!({"identifier": "alice", "password": PASSWORD});
    let token = access_token(&server.post("/v1/sessions", &body.to_string()).json());
    let body = json!({"old_password": PASSWORD, "new_password": "new_password"});
    assert_eq!(
        server.mailbox_post(&alice, "/reset_password", &body).body,
        "OK"
    );
    assert_eq!(server.get_as(&token, "/v1/me").status, 401);
    assert_eq!(server.mailbox_download(&alice).status, 200);
}

#[test]
fn who_is_blocked_or_not_wanted_writes_to_nobody() {
    let server = start();
    let alice = server.mailbox_person("alice");
    let bob = server.log_in("bob");
    let blocked = server.send_as(&bob, "PUT", "/v1/me/blocks/alice", "");
    assert!(blocked.status < 300, "{blocked:?}");
    let unknown = server.mailbox_upload(&alice, "nobody", "m");
    let refused = server.mailbox_upload(&alice, "bob", "m");
    assert_eq!(refused.status, unknown.status);
    assert_eq!(refused.body, unknown.body.replace("nobody", "bob"));
    let carol = server.log_in("carol");
    let picky = json!({"messages_from": "contacts"}).to_string();
    let set = server.send_as(&carol, "PATCH", "/v1/me/settings", &picky);
    assert_eq!(set.status, 200, "{set:?}");
    let refused = server.mailbox_upload(&alice, "carol", "m");
    assert_eq!(
        (refused.status, &*refused.body),
        (400, "this user takes no messages from you")
    );
}

#[test]
fn no_secret_reaches_the_log() {
    let server = start();
    let alice = server.mailbox_person("alice");
    server.mailbox_upload(&alice, "alice", "CANARY-BODY");
    server.mailbox_texts(&alice);
    let body = json!({"old_password": PASSWORD, "new_password": "CANARY-PASSWORD"});
    server.mailbox_post(&alice, "/reset_password", &body);
    let wrong = json!({"password": "CANARY-WRONG"});
    server.mailbox_post(&alice, "/delete_user", &wrong);
    let log = logged();
    assert!(log.contains("/download_messages"), "the log is there");
    for secret in ["CANARY", &alice.session] {
        assert!(!log.contains(secret), "{secret}");
    }
}
