//! The golden table: every failure that the contract lists, and the frame's own in the dialect's shape.

use std::time::Duration;

use sealpost_domain::accounts::RegistrationPolicy;
use sealpost_http::{Dialects, Settings};
use serde_json::{Value, json};

use super::client::{PASSWORD, email_of, start};
use crate::support::{Answer, TestServer};

fn assert_said(answer: &Answer, status: u16, body: &Value) {
    assert_eq!(
        (answer.status, &answer.json()),
        (status, body),
        "{answer:?}"
    );
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert!(answer.header("x-request-id").is_some());
}

#[test]
fn a_registration_that_breaks_a_rule_names_the_field() {
    let server = start();
    assert_eq!(server.join("taken").status, 201);
    let length = "a password has 8 to 128 characters";
    let numeric = "This password is entirely numeric.";
    for (changed, said) in [
        (
            json!({"username": "TAKEN"}),
            json!({"username": ["this username is taken: choose another"]}),
        ),
        (
            json!({"username": ""}),
            json!({"username": ["This field may not be blank."]}),
        ),
        (
            json!({"email": null}),
            json!({"email": ["This field may not be null."]}),
        ),
        (
            json!({"email": "nobody"}),
            json!({"email": ["a mail address looks like name@host.example and has at most 254 bytes"]}),
        ),
        (
            json!({"password1": "short", "password2": "short"}),
            json!({"password1": [length]}),
        ),
        (
            json!({"password1": "1234567", "password2": "1234567"}),
            json!({"password1": [numeric, length]}),
        ),
        (
            json!({"password1": "82604711960325", "password2": "82604711960325"}),
            json!({"password1": [numeric]}),
        ),
        (
            json!({"password1": "password1", "password2": "password1"}),
            json!({"password1": ["this password is among the first that everybody tries: choose another"]}),
        ),
        (
            json!({"password2": "popopopo0988"}),
            json!({"non_field_errors": ["The two password fields didn't match."]}),
        ),
        (
            json!({"password1": ["a"]}),
            json!({"password1": ["Not a valid string."]}),
        ),
        (
            json!({"avatar": "/media/avatars/fary.png"}),
            json!({"avatar": ["The submitted data was not a file."]}),
        ),
    ] {
        let mut body = json!({
            "username": "new", "email": email_of("new"), "password1": PASSWORD, "password2": PASSWORD,
        });
        for (name, value) in changed.as_object().unwrap() {
            body[name] = value.clone();
        }
        assert_said(&server.tell("/auth/registration/", &body), 400, &said);
    }
    let required = ["This field is required."];
    let all = json!({
        "username": required, "email": required, "password1": required, "password2": required,
    });
    assert_said(&server.tell("/auth/registration/", &json!({})), 400, &all);
    assert_said(
        &server.send("POST", "/auth/registration/", &[], ""),
        400,
        &all,
    );
    // Nothing of all that made an account.
    assert_eq!(server.join("new").status, 201);
}

#[test]
fn a_body_that_cannot_be_read() {
    let server = start();
    let sent = |content_type: &str, body: &str| {
        server.send(
            "POST",
            "/twofa/send-code/",
            &[("content-type", content_type)],
            body,
        )
    };
    let malformed = sent("application/json", "{");
    assert_eq!(malformed.status, 400);
    let detail = malformed.json()["detail"].as_str().unwrap().to_owned();
    assert!(detail.starts_with("JSON parse error - "), "{detail}");
    assert_said(
        &sent("application/json", "[]"),
        400,
        &json!({"non_field_errors": ["Invalid data. Expected a dictionary."]}),
    );
    assert_said(
        &sent("text/plain", "username=w"),
        415,
        &json!({"detail": "send the body as application/json, application/x-www-form-urlencoded or multipart/form-data"}),
    );
    assert_eq!(
        sent("multipart/form-data; boundary=x", "nothing").status,
        400
    );
    assert_eq!(sent("application/json", &" ".repeat(65 * 1024)).status, 413);
}

#[test]
fn every_login_that_fails_fails_alike() {
    let server = start();
    server.join("w");
    let code = server.code_for("w");
    let invalid = json!({"error": "Invalid credentials"});
    for body in [
        json!({}),
        json!({"username": "w", "password": PASSWORD}),
        json!({"username": "w", "password": PASSWORD, "code": ""}),
        json!({"username": "w", "password": PASSWORD, "code": "000000x"}),
        json!({"username": "w", "password": "popopopo0988", "code": code}),
        json!({"username": "nobody", "password": PASSWORD, "code": code}),
        json!({"username": "a b", "password": PASSWORD, "code": code}),
        json!({"username": email_of("w"), "password": PASSWORD, "code": code}),
    ] {
        assert_said(&server.tell("/auth/login/", &body), 400, &invalid);
    }
    server.disable("w");
    assert_said(&server.try_login("w", PASSWORD, &code), 400, &invalid);
}

#[test]
fn a_token_that_is_missing_or_not_good() {
    let server = start();
    let w = server.arrive("w");
    let missing = json!({"detail": "Authentication credentials were not provided."});
    let invalid = json!({"detail": "Invalid token."});
    for (path, method) in [
        ("/auth/logout/", "POST"),
        ("/auth/password/change/", "POST"),
        ("/users/update/", "POST"),
        ("/users/user_list/", "GET"),
        ("/users/add_friend/", "POST"),
        ("/users/remove_friend/", "POST"),
        ("/users/friend_list/", "GET"),
        ("/conversations/start/", "POST"),
        ("/conversations/", "GET"),
        ("/conversations/4/", "GET"),
        ("/ws/chat/4/", "GET"),
    ] {
        let answer = server.send(method, path, &[], "");
        assert_said(&answer, 401, &missing);
        assert_eq!(answer.header("www-authenticate"), Some("Token"), "{path}");
        for token in [
            "Token x",
            "Token 7faff8fe07ef93d56b99a6c7f9e94bfc07d2d3eb",
            "Bearer x.y.z",
        ] {
            let answer = server.send(method, path, &[("authorization", token)], "");
            assert_said(&answer, 401, &invalid);
            assert_eq!(answer.header("www-authenticate"), Some("Token"));
        }
        let refresh = format!("Bearer {}", w.refresh);
        let answer = server.send(method, path, &[("authorization", &refresh)], "");
        assert_said(&answer, 401, &invalid);
    }
    for (headers, said) in [
        (&[][..], &missing),
        (
            &[("bearer", "Token x")],
            &json!({"detail": "Token is invalid or expired"}),
        ),
        (
            &[("authorization", "Bearer x")],
            &json!({"detail": "Token is invalid or expired"}),
        ),
    ] {
        let answer = server.send("POST", "/api/token/refresh/", headers, "");
        assert_said(&answer, 401, said);
        assert_eq!(answer.header("www-authenticate"), Some("Token"));
    }
}

#[test]
fn a_wrong_method_is_told_as_the_original_does() {
    let server = start();
    let w = server.arrive("w");
    for (method, path, allow) in [
        ("GET", "/auth/login/", "POST"),
        ("GET", "/auth/login", "POST"),
        ("GET", "/auth/logout/", "POST"),
        ("POST", "/users/user_list/", "GET, HEAD"),
        ("GET", "/conversations/start/", "POST"),
        ("DELETE", "/conversations/4/", "GET, HEAD"),
        ("POST", "/oauth/authorize", "GET, HEAD"),
    ] {
        let answer = server.ask(&w, method, path, &Value::Null);
        let detail = format!("Method \"{method}\" not allowed.");
        assert_said(&answer, 405, &json!({"detail": detail}));
        assert_eq!(answer.header("allow"), Some(allow), "{path}");
    }
    assert_said(
        &server.get("/users/unknown/"),
        404,
        &json!({"detail": "Not found."}),
    );
}

#[test]
fn conversations_that_are_not_started_or_not_there() {
    let server = start();
    let [w, there] = ["w", "there"].map(|name| server.arrive(name));
    server.join("away");
    let start = |username: &str| {
        server.ask(
            &w,
            "POST",
            "/conversations/start/",
            &json!({"username": username}),
        )
    };
    let said = |text: &str| json!({"message": text});
    assert_said(&start("away"), 400, &said("User is not connected"));
    assert_said(&start("W"), 400, &said("You cannot chat with yourself"));
    for nobody in ["nobody", "a b"] {
        assert_said(&start(nobody), 404, &said("User does not exist"));
    }
    let id = server.chat_with(&w, "there");
    server.ask(&there, "POST", "/auth/logout/", &Value::Null);
    assert_said(&start("there"), 400, &said("User is not connected"));
    for path in [
        "/conversations/999/",
        "/conversations/x/",
        "/conversations/-1/",
    ] {
        let answer = server.ask(&w, "GET", path, &Value::Null);
        assert_said(&answer, 404, &json!({"detail": "Not found."}));
    }
    let path = format!("/conversations/{id}/");
    assert_eq!(server.ask(&w, "GET", &path, &Value::Null).status, 200);
}

#[test]
fn friends_that_cannot_be_made() {
    let server = start();
    let w = server.arrive("w");
    for path in ["/users/add_friend/", "/users/remove_friend/"] {
        for name in ["nobody", "a b"] {
            let answer = server.ask(&w, "POST", path, &json!({"friend_username": name}));
            assert_said(&answer, 404, &json!({"detail": "Not found."}));
        }
        let answer = server.ask(&w, "POST", path, &json!({}));
        assert_said(
            &answer,
            400,
            &json!({"friend_username": ["This field is required."]}),
        );
    }
    let oneself = server.ask(
        &w,
        "POST",
        "/users/add_friend/",
        &json!({"friend_username": "w"}),
    );
    let text = "a contact is somebody else: this username is your own";
    assert_said(&oneself, 400, &json!({"friend_username": [text]}));
}

#[test]
fn changes_that_are_refused() {
    let server = start();
    let [w, _taken] = ["w", "taken"].map(|name| server.arrive(name));
    let foreign = "this is no picture of yours, and none of the server's own";
    for (body, said) in [
        (
            json!({"username": "taken"}),
            json!({"username": ["this username is taken: choose another"]}),
        ),
        (
            json!({"avatar": "/media/avatars/../x.png"}),
            json!({"avatar": [foreign]}),
        ),
        (
            json!({"avatar": "https://evil.example/x.png"}),
            json!({"avatar": [foreign]}),
        ),
        (
            json!({"avatar": format!("/media/avatars/{}.png", "a7".repeat(16))}),
            json!({"avatar": [foreign]}),
        ),
        (
            json!({"avatar": null}),
            json!({"avatar": ["This field may not be null."]}),
        ),
        (
            json!({"email": "x"}),
            json!({"email": ["a mail address looks like name@host.example and has at most 254 bytes"]}),
        ),
        (
            json!({"code": "AAAAAAAA"}),
            json!({"code": ["this code is wrong, used up or too old"]}),
        ),
    ] {
        assert_said(&server.ask(&w, "POST", "/users/update/", &body), 400, &said);
    }
    // All or nothing: the name is not changed with a picture that is not taken.
    let both =
        json!({"username": "free", "avatar": format!("/media/avatars/{}.png", "a7".repeat(16))});
    assert_eq!(server.ask(&w, "POST", "/users/update/", &both).status, 400);
    let people = server
        .ask(&w, "GET", "/users/user_list/", &Value::Null)
        .json();
    assert_eq!(people[1]["username"], "w");
    let password = |one: &str, other: &str| {
        let body = json!({"new_password1": one, "new_password2": other});
        server.ask(&w, "POST", "/auth/password/change/", &body)
    };
    assert_said(
        &password("popopopo1234", "popopopo1235"),
        400,
        &json!({"new_password2": ["The two password fields didn't match."]}),
    );
    assert_said(
        &password("123456789012", "123456789012"),
        400,
        &json!({"new_password1": ["This password is entirely numeric."]}),
    );
    // A quarter of an hour later the login is too old for both.
    server.advance(Duration::from_secs(15 * 60 + 1));
    let old = "login not older than 15 minutes: log in again";
    assert_said(
        &password("popopopo1234", "popopopo1234"),
        403,
        &json!({"detail": format!("changing the password needs a {old}")}),
    );
    let email = json!({"email": "new@mail.example"});
    assert_said(
        &server.ask(&w, "POST", "/users/update/", &email),
        403,
        &json!({"detail": format!("setting a mail address needs a {old}")}),
    );
    // Only for these.
    let renamed = server.ask(&w, "POST", "/users/update/", &json!({"username": "free"}));
    assert_eq!(renamed.json()["username"], "free", "{renamed:?}");
}

#[test]
fn switched_off_it_is_not_there() {
    let settings = Settings {
        drain_delay: Duration::ZERO,
        dialects: Dialects {
            social: false,
            mailbox: false,
            ..Dialects::ALL
        },
        ..Settings::default()
    };
    let server = TestServer::start_set(RegistrationPolicy::Open, settings);
    for (method, path) in [
        ("POST", "/auth/login/"),
        ("GET", "/users/user_list/"),
        ("POST", "/api/token/refresh/"),
        ("GET", "/oauth/authorize"),
        ("GET", "/ws/chat/1/"),
        ("GET", "/media/avatars/default.png"),
    ] {
        let answer = server.send(method, path, &[], "");
        assert_eq!(
            (answer.status, &answer.problem()["code"]),
            (404, &json!("unknown-path")),
            "{path}"
        );
    }
}

#[test]
fn past_a_limit_it_says_when_again() {
    let server = start();
    server.join("w");
    let code = server.code_for("w");
    let invalid = json!({"error": "Invalid credentials"});
    for _ in 0..5 {
        let wrong = server.try_login("w", "popopopo0988", &code);
        assert_said(&wrong, 400, &invalid);
    }
    let refused = server.try_login("w", PASSWORD, &code);
    assert_eq!(refused.status, 429);
    assert_eq!(refused.header("retry-after"), Some("1"));
    let said = json!({"detail": "too many attempts: wait before the next one"});
    assert_eq!(refused.json(), said);
}
