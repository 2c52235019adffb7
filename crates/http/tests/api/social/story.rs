//! Every example of document 002, in the order of the document.

use std::time::Duration;

use serde_json::{Value, json};

use super::client::{Chat, Login, email_of, start};
use crate::support::TestServer;

fn user(name: &str, connected: bool, avatar: &str, friends: &[&str]) -> Value {
    json!({"username": name, "is_connected": connected, "avatar": avatar, "friends": friends})
}

const DEFAULT: &str = "/media/avatars/default.png";

fn register_and_log_in(server: &TestServer) -> Login {
    let registered = server.post(
        "/auth/registration/",
        r#"{
            "username": "w",
            "email": "w@gmail.com",
            "password1": "popopopo0987",
            "password2": "popopopo0987"
        }"#,
    );
    assert_eq!(registered.status, 201, "{registered:?}");
    assert_eq!(
        registered.json(),
        json!({"detail": "User registered successfully. Please log in."})
    );
    let sent = server.post(
        "/twofa/send-code/",
        r#"{
            "username": "w",
            "email": "w@gmail.com"
        }"#,
    );
    assert_eq!(sent.status, 200);
    assert_eq!(
        sent.body,
        "Email sent. Use the code sent in the login process"
    );
    let code = server.mailed_code("w@gmail.com");
    assert!(code.len() == 6 && code.bytes().all(|digit| digit.is_ascii_digit()));
    let body = r#"{
            "username": "w",
            "code": "791983",
            "password": "popopopo0987"
        }"#;
    Login::of(&server.post("/auth/login/", &body.replace("791983", &code)))
}

#[test]
fn registration_login_and_logout() {
    let server = start();
    let w = register_and_log_in(&server);
    assert_eq!(w.token.len(), 40);
    let seen = server.ask(&w, "GET", "/users/user_list/", &Value::Null);
    assert_eq!(seen.json(), json!([user("w", true, DEFAULT, &[])]));
    // With the header as the document has it, and as everybody else has it.
    let refreshed = server.send(
        "POST",
        "/api/token/refresh/",
        &[("bearer", &format!("Token {}", w.refresh))],
        "",
    );
    assert_eq!(refreshed.status, 200, "{refreshed:?}");
    let body = refreshed.json();
    assert_eq!(body.as_object().unwrap().len(), 2);
    let access = body["access_token"].as_str().unwrap();
    for access in [&w.access, access] {
        assert_eq!(server.get_as(access, "/users/user_list/").status, 200);
    }
    let out = server.ask(&w, "POST", "/auth/logout/", &Value::Null);
    assert_eq!(
        (out.status, out.json()),
        (200, json!({"detail": "Successfully logged out."}))
    );
    for answer in [
        server.ask(&w, "GET", "/users/user_list/", &Value::Null),
        server.get_as(&w.access, "/users/user_list/"),
        server.get_as(access, "/users/user_list/"),
    ] {
        assert_eq!(answer.status, 401, "{answer:?}");
    }
}

#[test]
fn the_password_is_changed() {
    let server = start();
    let w = register_and_log_in(&server);
    let changed = server.ask(
        &w,
        "POST",
        "/auth/password/change/",
        &json!({"new_password1": "popopopo1234", "new_password2": "popopopo1234"}),
    );
    assert_eq!(
        (changed.status, changed.json()),
        (200, json!({"detail": "New password has been saved."}))
    );
    // This login goes on, and the next one wants the new password.
    assert_eq!(
        server
            .ask(&w, "GET", "/users/user_list/", &Value::Null)
            .status,
        200
    );
    server.advance(Duration::from_secs(61));
    let body = json!({"username": "w", "email": "w@gmail.com"});
    server.tell("/twofa/send-code/", &body);
    let code = server.mailed_code("w@gmail.com");
    assert_eq!(server.try_login("w", "popopopo0987", &code).status, 400);
    assert_eq!(server.try_login("w", "popopopo1234", &code).status, 200);
}

#[test]
fn people_and_friends() {
    let server = start();
    let [potxolo, carmentxu, jimenetz, _manoli] =
        ["potxolo", "carmentxu", "jimenetz", "manoli"].map(|name| server.arrive(name));
    let add = |who: &Login, name: &str| {
        server.ask(
            who,
            "POST",
            "/users/add_friend/",
            &json!({"friend_username": name}),
        )
    };
    let added = add(&jimenetz, "manoli");
    assert_eq!(
        (added.status, added.json()),
        (
            200,
            json!({"success": true, "message": "manoli added as friend."})
        )
    );
    for _ in 0..2 {
        let body = json!({"friend_username": "manoli"});
        let removed = server.ask(&jimenetz, "POST", "/users/remove_friend/", &body);
        assert_eq!(
            (removed.status, removed.json()),
            (
                200,
                json!({"success": true, "message": "manoli removed as friend."})
            )
        );
    }
    add(&jimenetz, "potxolo");
    add(&carmentxu, "Jimenetz");
    let updated = server.ask(
        &potxolo,
        "POST",
        "/users/update/",
        &json!({"username": "potxoloTheThird", "avatar": "/media/avatars/fary.png"}),
    );
    let fary = "/media/media/avatars/fary.png";
    let third = user("potxoloTheThird", true, fary, &["jimenetz"]);
    assert_eq!((updated.status, updated.json()), (200, third.clone()));
    for path in [fary, "/media/avatars/fary.png", DEFAULT] {
        let picture = server.get(path);
        assert_eq!(picture.status, 200, "{path}");
        assert_eq!(picture.header("content-type"), Some("image/png"));
    }
    server.ask(&carmentxu, "POST", "/auth/logout/", &Value::Null);
    let listed = server.ask(&potxolo, "GET", "/users/user_list/", &Value::Null);
    assert_eq!(listed.header("x-truncated"), None);
    assert_eq!(
        listed.json(),
        json!([
            user("carmentxu", false, DEFAULT, &["jimenetz"]),
            user("jimenetz", true, DEFAULT, &["carmentxu", "potxoloTheThird"]),
            user("manoli", true, DEFAULT, &[]),
            third,
        ])
    );
    let friends = server.ask(&jimenetz, "GET", "/users/friend_list/", &Value::Null);
    assert_eq!(
        friends.json(),
        json!([user("carmentxu", false, DEFAULT, &["jimenetz"]), third])
    );
}

#[test]
fn conversations_and_chat() {
    let server = start();
    let [jimenetz, manoli] = ["jimenetz", "manoli"].map(|name| server.arrive(name));
    let (one, other) = (
        user("jimenetz", true, DEFAULT, &[]),
        user("manoli", true, DEFAULT, &[]),
    );
    let start = json!({"username": "manoli"});
    let started = server.ask(&jimenetz, "POST", "/conversations/start/", &start);
    assert_eq!(started.status, 200, "{started:?}");
    let id = started.json()["conversation_id"].as_u64().unwrap();
    let shape = json!({"conversation_id": id, "initiator": one, "receiver": other});
    assert_eq!(started.json(), shape);
    // The same pair, from the other side, has the same.
    let back = json!({"username": "jimenetz"});
    let again = server.ask(&manoli, "POST", "/conversations/start/", &back);
    assert_eq!((again.status, again.json()), (200, shape));
    let listed = server.ask(&manoli, "GET", "/conversations/", &Value::Null);
    let mut expected = json!([{
        "conversation_id": id, "initiator": one, "receiver": other, "last_message": null,
    }]);
    assert_eq!(listed.json(), expected);
    let path = format!("/conversations/{id}/");
    let whole = server.ask(&jimenetz, "GET", &path, &Value::Null);
    let empty = json!({"initiator": one, "receiver": other, "message_set": []});
    assert_eq!(whole.json(), empty);

    let mut hers = Chat::open(&server, &jimenetz, id);
    let mut theirs = Chat::open(&server, &manoli, id);
    hers.say(&json!({"message": "Kaixo!"}));
    let frame = hers.hear();
    assert_eq!(theirs.hear(), frame);
    assert_eq!(frame["text"], "Kaixo!");
    assert_eq!(frame["sender"], "jimenetz");
    assert_eq!(frame["attachment"], Value::Null);
    assert!(frame["id"].is_u64() && frame["timestamp"].is_string());
    assert_eq!(frame.as_object().unwrap().len(), 5);
    theirs.say(&json!({"message": "Aupa"}));
    let answer = theirs.hear();
    assert_eq!(hers.hear(), answer);
    let whole = server.ask(&manoli, "GET", &path, &Value::Null).json();
    assert_eq!(whole["message_set"], json!([answer, frame]));
    expected[0]["last_message"] = answer;
    let listed = server.ask(&jimenetz, "GET", "/conversations/", &Value::Null);
    assert_eq!(listed.json(), expected);
}

#[test]
fn without_the_last_slash_and_as_forms_too() {
    let server = start();
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let body = "username=w&email=w%40mail.example&password1=popopopo0987&password2=popopopo0987";
    let registered = server.send("POST", "/auth/registration", &form, body);
    assert_eq!(registered.status, 201, "{registered:?}");
    let email = email_of("w").replace('@', "%40");
    let body = format!("username=w&email={email}");
    assert_eq!(
        server.send("POST", "/twofa/send-code", &form, &body).status,
        200
    );
    let code = server.mailed_code(&email_of("w"));
    let body = format!("username=w&code={code}&password=popopopo0987");
    let w = Login::of(&server.send("POST", "/auth/login", &form, &body));
    for path in ["/users/user_list", "/users/friend_list", "/conversations"] {
        assert_eq!(
            server.ask(&w, "GET", path, &Value::Null).status,
            200,
            "{path}"
        );
    }
    let refresh = json!({"refresh": w.refresh});
    assert_eq!(server.tell("/api/token/refresh", &refresh).status, 200);
}
