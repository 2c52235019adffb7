//! Logging in with a provider's word.

use serde_json::{Value, json};

use super::client::{Login, start};
use crate::support::{Answer, TestServer};

/// Sets out, and comes back with this code.
fn log_in(server: &TestServer, code: &str) -> Answer {
    let (state, cookie) = set_out(server);
    let query = format!("state={state}&code={code}");
    come_back(server, &query, &cookie)
}

fn set_out(server: &TestServer) -> (String, String) {
    let answer = server.get("/oauth/authorize");
    assert_eq!(answer.status, 302, "{answer:?}");
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let url = answer.header("location").unwrap();
    let (provider, query) = url.split_once('?').unwrap();
    assert_eq!(provider, "https://corp.example/authorize");
    assert!(query.ends_with("/oauth/callback"), "{query}");
    let state = query.strip_prefix("state=").unwrap();
    let state = state.split('&').next().unwrap().to_owned();
    let cookie = answer.header("set-cookie").unwrap();
    (state, cookie.split(';').next().unwrap().to_owned())
}

fn come_back(server: &TestServer, query: &str, cookie: &str) -> Answer {
    let headers = [("cookie", cookie)];
    let headers = if cookie.is_empty() { &[][..] } else { &headers };
    server.send("GET", &format!("/oauth/callback?{query}"), headers, "")
}

#[test]
fn whoever_the_provider_vouches_for_has_an_account_and_is_there() {
    let server = start();
    let first = Login::of(&log_in(&server, "1,jimenetz,j@corp.example,true"));
    let people = server
        .ask(&first, "GET", "/users/user_list/", &Value::Null)
        .json();
    assert_eq!(people[0]["username"], "jimenetz");
    assert_eq!(people[0]["is_connected"], true);
    // The same person has the same account, another one of the same name another.
    Login::of(&log_in(&server, "1,renamed,j@corp.example,true"));
    let second = Login::of(&log_in(&server, "2,jimenetz,k@corp.example,true"));
    let people = server
        .ask(&second, "GET", "/users/user_list/", &Value::Null)
        .json();
    let names: Vec<&Value> = people
        .as_array()
        .unwrap()
        .iter()
        .map(|user| &user["username"])
        .collect();
    assert_eq!(names, ["jimenetz", "jimenetz-2"]);
    // They set a password in the first quarter of an hour, and log in with it.
    let body = json!({"new_password1": "popopopo1234", "new_password2": "popopopo1234"});
    assert_eq!(
        server
            .ask(&first, "POST", "/auth/password/change/", &body)
            .status,
        200
    );
    Login::of(&server.try_login("jimenetz", "popopopo1234", ""));
}

#[test]
fn a_newcomer_comes_with_the_picture_that_the_provider_tells() {
    let server = start();
    // One whose picture is none comes without it.
    let faker = Login::of(&log_in(&server, "2,faker,,false"));
    let painter = Login::of(&log_in(&server, "1,painter,,false"));
    let people = server
        .ask(&faker, "GET", "/users/user_list/", &Value::Null)
        .json();
    let avatar = |at: usize| people[at]["avatar"].as_str().unwrap();
    assert_eq!(
        (&people[0]["username"], avatar(0)),
        (&json!("faker"), "/media/avatars/default.png")
    );
    assert_eq!(people[1]["username"], "painter");
    // Drawn anew, like every upload.
    let shown = server.get(avatar(1));
    assert_eq!(
        (shown.status, shown.header("content-type")),
        (200, Some("image/png"))
    );
    assert!(
        !avatar(1).ends_with("fary.png")
            && shown.bytes != include_bytes!("../../../assets/avatars/fary.png")
    );
    // What its owner chose since then stays at the next login.
    let body = json!({"avatar": "/media/avatars/default.png"});
    assert_eq!(
        server.ask(&painter, "POST", "/users/update/", &body).status,
        200
    );
    Login::of(&log_in(&server, "1,painter,,false"));
    let people = server
        .ask(&faker, "GET", "/users/user_list/", &Value::Null)
        .json();
    assert_eq!(people[1]["avatar"], "/media/avatars/default.png");
}

#[test]
fn a_login_that_another_browser_began_is_nobodys() {
    let server = start();
    let (state, cookie) = set_out(&server);
    let code = format!("state={state}&code=1,mallory,,false");
    // The attacker's link in the victim's browser, which has no cookie or one of its own.
    let (_, victims) = set_out(&server);
    for cookie in ["", victims.as_str()] {
        let answer = come_back(&server, &code, cookie);
        assert_eq!(answer.status, 403, "{answer:?}");
        assert!(answer.json()["detail"].is_string());
    }
    assert_eq!(come_back(&server, &code, &cookie).status, 200);
    // And once.
    assert_eq!(come_back(&server, &code, &cookie).status, 403);
}

#[test]
fn a_login_begun_for_the_native_api_does_not_end_here() {
    let server = start();
    let native = crate::federation::set_out(&server, "corp");
    let query = format!("state={}&code=1,mallory,,false", native.state);
    assert_eq!(come_back(&server, &query, &native.cookie).status, 403);
}

#[test]
fn what_the_provider_refuses_is_refused() {
    let server = start();
    for (code, status) in [("wrong", 401), ("down", 503)] {
        assert_eq!(log_in(&server, code).status, status, "{code}");
    }
    let (state, cookie) = set_out(&server);
    let denied = come_back(
        &server,
        &format!("state={state}&error=access_denied"),
        &cookie,
    );
    assert_eq!(denied.status, 403);
}

#[test]
fn an_account_with_the_mailed_step_is_not_opened_without_it() {
    let server = start();
    // The first login proves the address.
    server.arrive("w");
    let answer = log_in(&server, "7,w,w@mail.example,true");
    assert_eq!(answer.status, 403, "{answer:?}");
    let text = "this account has a second factor: log in with username, password and code";
    assert_eq!(answer.json(), json!({"detail": text}));
    // Nor by a claim that the provider has not verified: that makes an account of its own.
    let other = Login::of(&log_in(&server, "8,w,w@mail.example,false"));
    let people = server.ask(&other, "GET", "/users/friend_list/", &Value::Null);
    assert_eq!(people.status, 200);
}
