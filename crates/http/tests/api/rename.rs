//! Another username: for whoever has logged in lately, not too often, and never one that was somebody else's lately.

use std::time::Duration;

use serde_json::json;

use crate::support::{Answer, PASSWORD, TestServer, access_token};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn rename(server: &TestServer, token: &str, username: &str) -> Answer {
    let body = json!({"username": username}).to_string();
    server.send_as(token, "PATCH", "/v1/me", &body)
}

fn register(server: &TestServer, username: &str) -> Answer {
    let body = json!({"username": username, "password": PASSWORD});
    server.post("/v1/accounts", &body.to_string())
}

fn log_in(server: &TestServer, username: &str) -> String {
    access_token(&server.open_session(username))
}

#[test]
fn a_renamed_account_is_the_same_account() {
    let server = TestServer::start();
    let (alice, bob) = (server.log_in("alice"), server.log_in("bob"));
    let conversation = server.start_conversation(&alice, "bob");
    let before = server.get_as(&alice, "/v1/me").json();
    let token = format!("Bearer {alice}");
    let headers = [
        ("authorization", token.as_str()),
        ("content-type", "application/merge-patch+json"),
    ];
    let changed = server.send("PATCH", "/v1/me", &headers, r#"{"username":"Alicia"}"#);
    assert_eq!(changed.status, 200, "{changed:?}");
    let mut expected = before.clone();
    expected["username"] = json!("Alicia");
    assert_eq!(changed.json(), expected);
    assert_eq!(server.get_as(&alice, "/v1/me").json(), expected);
    assert_eq!(
        server.get_as(&log_in(&server, "alicia"), "/v1/me").json(),
        expected
    );
    let old = json!({"identifier": "alice", "password": PASSWORD}).to_string();
    assert_eq!(server.post("/v1/sessions", &old).status, 401);

    let seen = server.get_as(&bob, &format!("/v1/conversations/{conversation}"));
    assert!(seen.body.contains("Alicia"), "{seen:?}");
    let events = server.get_as(&bob, "/v1/events").json();
    let told = events["events"].as_array().unwrap().last().unwrap();
    assert_eq!(told["type"], "account.renamed");
    assert_eq!(
        told["data"],
        json!({"user": {"id": expected["id"], "username": "Alicia"}})
    );
    let own = server.get_as(&alice, "/v1/events").json();
    assert_eq!(
        own["events"].as_array().unwrap().last().unwrap()["type"],
        "account.renamed"
    );
    let trail = server.get_as(&alice, "/v1/me/audit").json();
    let kinds = trail["data"].as_array().unwrap().iter();
    let renamed = kinds.filter(|event| event["kind"] == "username.changed");
    assert_eq!(renamed.count(), 1);
}

#[test]
fn nobody_moves_into_a_name_that_was_somebodys_lately() {
    let server = TestServer::start();
    let (alice, mallory) = (server.log_in("alice"), server.log_in("mallory"));
    assert_eq!(rename(&server, &alice, "alicia").status, 200);
    for name in ["alice", "ALICE", "ａｌｉｃｅ"] {
        let refused = [register(&server, name), rename(&server, &mallory, name)];
        for refused in refused {
            assert_eq!(refused.status, 409, "{name}");
            assert_eq!(refused.problem()["code"], "username-taken");
        }
    }
    server.advance(DAY * 31);
    let alice = log_in(&server, "alicia");
    assert_eq!(
        rename(&server, &alice, "alice").status,
        200,
        "its owner may come back"
    );
    // The other name is retired now, until its own time has come.
    assert_eq!(register(&server, "alicia").status, 409);
    server.advance(DAY * 90);
    assert_eq!(register(&server, "alicia").status, 201);
}

#[test]
fn a_taken_name_is_refused_exactly_like_a_retired_one() {
    let server = TestServer::start();
    let (alice, mallory) = (server.log_in("alice"), server.log_in("mallory"));
    server.register("bob");
    assert_eq!(rename(&server, &alice, "alicia").status, 200);
    let token = format!("Bearer {mallory}");
    let headers = [
        ("authorization", token.as_str()),
        ("content-type", "application/json"),
        ("x-request-id", "same"),
    ];
    let ask = |name: &str| {
        let body = json!({"username": name}).to_string();
        server
            .send("PATCH", "/v1/me", &headers, &body)
            .without_date()
    };
    assert_eq!(ask("alice"), ask("bob"));
}

#[test]
fn a_name_stays_for_a_month() {
    let server = TestServer::start();
    let alice = server.log_in("alice");
    assert_eq!(rename(&server, &alice, "alicia").status, 200);
    let refused = rename(&server, &alice, "alison");
    assert_eq!(refused.status, 429);
    assert_eq!(refused.problem()["code"], "username-changed-lately");
    assert_eq!(refused.header("retry-after"), Some("2592000"));
    assert_eq!(
        rename(&server, &alice, "alicia").status,
        200,
        "the name it has"
    );

    server.advance(DAY * 30);
    let alice = log_in(&server, "alicia");
    assert_eq!(rename(&server, &alice, "alison").status, 200);
}

#[test]
fn of_many_changes_at_once_one_counts() {
    let server = TestServer::start();
    let alice = server.log_in("alice");
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let askers: Vec<_> = (0..8)
            .map(|number| {
                let (server, alice) = (&server, &alice);
                scope.spawn(move || rename(server, alice, &format!("alice{number}")).status)
            })
            .collect();
        askers
            .into_iter()
            .map(|asker| asker.join().unwrap())
            .collect()
    });
    let changed = statuses.iter().filter(|status| **status == 200).count();
    let refused = statuses.iter().filter(|status| **status == 429).count();
    assert_eq!((changed, refused), (1, 7), "{statuses:?}");
}

#[test]
fn an_old_login_does_not_rename() {
    let server = TestServer::start();
    server.register("alice");
    let opened = server.open_session("alice");
    server.advance(Duration::from_secs(15 * 60 + 1));
    let refresh = json!({"refresh_token": opened["refresh_token"]}).to_string();
    let refreshed = server.post("/v1/sessions/refresh", &refresh).json();
    let token = access_token(&refreshed);
    let refused = rename(&server, &token, "alicia");
    assert_eq!(refused.status, 401);
    assert_eq!(
        refused.problem()["code"],
        "insufficient-user-authentication"
    );
    assert_eq!(server.get_as(&token, "/v1/me").json()["username"], "alice");
}

#[test]
fn a_patch_says_what_is_wrong_with_it() {
    let server = TestServer::start();
    let token = server.log_in("alice");
    let before = server.get_as(&token, "/v1/me").json();
    for (body, status, code) in [
        (json!({"username": null}), 400, "wrong-type"),
        (json!({"id": "x"}), 400, "unknown-field"),
        (json!({"username": "al ice"}), 422, "invalid-fields"),
        (json!({"username": ""}), 422, "invalid-fields"),
    ] {
        let answer = server.send_as(&token, "PATCH", "/v1/me", &body.to_string());
        assert_eq!(answer.status, status, "{body}: {answer:?}");
        assert_eq!(answer.problem()["code"], code, "{body}");
        assert_eq!(server.get_as(&token, "/v1/me").json(), before);
    }
    let nothing = server.send_as(&token, "PATCH", "/v1/me", "{}");
    assert_eq!((nothing.status, nothing.json()), (200, before));
}

#[test]
fn a_name_that_looks_like_somebody_elses_is_taken() {
    let server = TestServer::start();
    register(&server, "paypal");
    let mallory = server.log_in("mallory");
    let taken = |answer: Answer| (answer.status, answer.problem()["code"].clone());
    let expected = (409, json!("username-taken"));
    assert_eq!(taken(register(&server, "раураl")), expected);
    assert_eq!(taken(register(&server, "PаyPаl")), expected);
    assert_eq!(taken(rename(&server, &mallory, "раураl")), expected);
    assert_eq!(
        register(&server, "paypa1").status,
        201,
        "plain names differ"
    );
    assert_eq!(register(&server, "анна").status, 201);
    assert_eq!(
        register(&server, "anna").status,
        201,
        "these do not look alike"
    );
}

/// What the owner is answered who says what they have seen.
fn conditional(server: &TestServer, token: &str, username: Option<&str>, tag: &str) -> Answer {
    let token = format!("Bearer {token}");
    let headers = [
        ("authorization", token.as_str()),
        ("content-type", "application/merge-patch+json"),
        ("if-match", tag),
    ];
    let body = username.map_or(json!({}), |username| json!({"username": username}));
    server.send("PATCH", "/v1/me", &headers, &body.to_string())
}

#[test]
fn a_change_of_an_account_that_one_has_not_seen_is_refused() {
    let server = TestServer::start();
    let alice = server.log_in("alice");
    let tag = |answer: &Answer| answer.header("etag").unwrap().to_owned();
    let first = server.get_as(&alice, "/v1/me");
    let renamed = conditional(&server, &alice, Some("alicia"), &tag(&first));
    assert_eq!(renamed.status, 200, "{renamed:?}");
    assert_ne!(tag(&renamed), tag(&first));
    assert_eq!(tag(&server.get_as(&alice, "/v1/me")), tag(&renamed));
    for stale in [
        tag(&first),
        "\"x\"".to_owned(),
        format!("W/{}", tag(&renamed)),
    ] {
        for username in [Some("alison"), None] {
            let refused = conditional(&server, &alice, username, &stale);
            assert_eq!(refused.status, 412, "{stale}");
            assert_eq!(refused.problem()["code"], "precondition-failed");
        }
    }
    assert_eq!(
        conditional(&server, &alice, None, &tag(&renamed)).status,
        200
    );
    assert_eq!(conditional(&server, &alice, None, "*").status, 200);
    assert_eq!(server.get_as(&alice, "/v1/me").json(), renamed.json());
}

#[test]
fn an_account_that_the_client_has_is_not_sent_again() {
    let server = TestServer::start();
    let alice = server.log_in("alice");
    let ask = |tag: &str| {
        let token = format!("Bearer {alice}");
        let headers = [("authorization", token.as_str()), ("if-none-match", tag)];
        server.send("GET", "/v1/me", &headers, "")
    };
    let mut tags = vec![
        server
            .get_as(&alice, "/v1/me")
            .header("etag")
            .unwrap()
            .to_owned(),
    ];
    let mut is_news = |what: &str| {
        let (old, answer) = (tags.last().unwrap(), ask(tags.last().unwrap()));
        assert_eq!(answer.status, 200, "{what}");
        let new = answer.header("etag").unwrap().to_owned();
        assert_ne!(*old, new);
        let known = ask(&new);
        assert_eq!((known.status, known.body.as_str()), (304, ""), "{what}");
        assert_eq!(known.header("etag"), Some(new.as_str()));
        tags.push(new);
    };
    server.prove_address(&alice, "alice@mail.example");
    is_news("an address");
    server.send_as(&alice, "DELETE", "/v1/me/email", "");
    is_news("none");
    assert_eq!(rename(&server, &alice, "alicia").status, 200);
    is_news("another name");
}
