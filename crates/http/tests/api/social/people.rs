//! Profiles: pictures, addresses, what others see.

use std::time::Duration;

use sealpost_domain::mail::MailMessage;
use serde_json::{Value, json};

use super::client::{Login, PASSWORD, email_of, start};
use crate::support::{Answer, TestServer};

const PICTURE: &[u8] = include_bytes!("../../../assets/avatars/fary.png");

/// A multipart form of texts and one file.
fn form(texts: &[(&str, &str)], file: Option<&[u8]>) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in texts {
        let part =
            format!("--xyz\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(part.as_bytes());
    }
    if let Some(file) = file {
        body.extend_from_slice(
            b"--xyz\r\nContent-Disposition: form-data; name=\"avatar\"; filename=\"../me.png\"\r\n\
              Content-Type: image/png\r\n\r\n",
        );
        body.extend_from_slice(file);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--xyz--\r\n");
    body
}

const MULTIPART: (&str, &str) = ("content-type", "multipart/form-data; boundary=xyz");

fn update_with(server: &TestServer, who: &Login, body: &[u8]) -> Answer {
    let token = who.header();
    let headers = [("authorization", token.as_str()), MULTIPART];
    server.send_bytes("POST", "/users/update/", &headers, body)
}

#[test]
fn a_picture_comes_with_the_registration_or_later() {
    let server = start();
    let texts = [
        ("username", "w"),
        ("email", &email_of("w")),
        ("password1", PASSWORD),
        ("password2", PASSWORD),
    ];
    let registered = server.send_bytes(
        "POST",
        "/auth/registration/",
        &[MULTIPART],
        &form(&texts, Some(b"no picture")),
    );
    assert_eq!(registered.status, 400, "{registered:?}");
    assert_eq!(
        registered.json(),
        json!({"avatar": ["the picture has to be a PNG, a JPEG or a WebP"]})
    );
    let registered = server.send_bytes(
        "POST",
        "/auth/registration/",
        &[MULTIPART],
        &form(&texts, Some(PICTURE)),
    );
    assert_eq!(registered.status, 201, "{registered:?}");
    let w = server.come_in("w");
    let shown = |login: &Login| {
        let people = server
            .ask(login, "GET", "/users/user_list/", &Value::Null)
            .json();
        people[0]["avatar"].as_str().unwrap().to_owned()
    };
    let first = shown(&w);
    assert_eq!(server.get(&first).status, 200);
    // Its own path is taken, and shown with one more `/media` in this answer alone.
    let kept = server.ask(&w, "POST", "/users/update/", &json!({"avatar": first}));
    assert_eq!(kept.json()["avatar"], format!("/media{first}"));
    assert_eq!(server.get(&format!("/media{first}")).status, 200);
    assert_eq!(shown(&w), first);
    let second = update_with(&server, &w, &form(&[], Some(PICTURE)));
    assert_eq!(second.status, 200, "{second:?}");
    assert_eq!(second.json()["avatar"], shown(&w));
    assert_ne!(shown(&w), first);
    assert_eq!(server.get(&first).status, 404);
    // The old one is nobody's any more.
    let gone = server.ask(&w, "POST", "/users/update/", &json!({"avatar": first}));
    assert_eq!(gone.status, 400);
}

#[test]
fn a_new_address_counts_when_it_is_proved_and_the_old_one_hears_of_it() {
    let server = start();
    let w = server.arrive("w");
    let asked = server.ask(
        &w,
        "POST",
        "/users/update/",
        &json!({"email": "new@mail.example"}),
    );
    assert_eq!(asked.status, 200, "{asked:?}");
    let send = |email: &str| {
        server.advance(Duration::from_secs(61));
        server.tell(
            "/twofa/send-code/",
            &json!({"username": "w", "email": email}),
        );
        server.deliver_mail().len()
    };
    let before = server.deliver_mail().len();
    assert_eq!(send("new@mail.example"), before);
    let code = server.mailed_code("new@mail.example");
    let proved = server.ask(&w, "POST", "/users/update/", &json!({"code": code}));
    assert_eq!(proved.status, 200, "{proved:?}");
    let notice = server.deliver_mail().pop().unwrap().outgoing.mail;
    assert_eq!(notice.to.as_str(), email_of("w"));
    assert_eq!(notice.message, MailMessage::EmailChanged);
    let before = server.deliver_mail().len();
    assert_eq!(send(&email_of("w")), before);
    assert_eq!(send("new@mail.example"), before + 1);
}

#[test]
fn who_hides_is_not_listed_and_who_hides_their_presence_is_never_there() {
    let server = start();
    let viewer = server.arrive("viewer");
    server.register("hidden");
    let native = server.open_session("hidden");
    let native = native["access_token"].as_str().unwrap();
    let settings = json!({"discoverable": false, "show_presence": false});
    let merge = [
        ("authorization", format!("Bearer {native}")),
        ("content-type", "application/json".to_owned()),
    ];
    let merge = merge
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    let changed = server.send("PATCH", "/v1/me/settings", &merge, &settings.to_string());
    assert_eq!(changed.status, 200, "{changed:?}");
    let people = server
        .ask(&viewer, "GET", "/users/user_list/", &Value::Null)
        .json();
    assert_eq!(people.as_array().unwrap().len(), 1);
    let start = |name: &str| {
        server.ask(
            &viewer,
            "POST",
            "/conversations/start/",
            &json!({"username": name}),
        )
    };
    // Exactly as a name that nobody has.
    let (hidden, nobody) = (start("hidden"), start("nobody"));
    assert_eq!((hidden.status, hidden.body), (nobody.status, nobody.body));
    let settings = json!({"discoverable": true});
    server.send("PATCH", "/v1/me/settings", &merge, &settings.to_string());
    assert_eq!(
        start("hidden").json(),
        json!({"message": "User is not connected"})
    );
    let people = server
        .ask(&viewer, "GET", "/users/user_list/", &Value::Null)
        .json();
    assert_eq!(people[0]["is_connected"], false);
}

#[test]
fn who_takes_messages_of_friends_alone_is_asked() {
    let server = start();
    let w = server.arrive("w");
    let native = server.log_in("reserved");
    let merge = format!("Bearer {native}");
    let headers = [
        ("authorization", merge.as_str()),
        ("content-type", "application/json"),
    ];
    let settings = json!({"messages_from": "contacts"}).to_string();
    let changed = server.send("PATCH", "/v1/me/settings", &headers, &settings);
    assert_eq!(changed.status, 200, "{changed:?}");
    let body = json!({"friend_username": "reserved"});
    let asked = server.ask(&w, "POST", "/users/add_friend/", &body);
    assert_eq!(
        asked.json(),
        json!({"success": true, "message": "reserved was asked to be your friend."})
    );
    assert_eq!(
        server
            .ask(&w, "GET", "/users/friend_list/", &Value::Null)
            .json(),
        json!([])
    );
}

#[test]
fn a_list_has_500_people_and_says_when_there_are_more() {
    let server = start();
    let last = server.arrive("w");
    let list = || {
        let answer = server.ask(&last, "GET", "/users/user_list/", &Value::Null);
        let names: Vec<String> = answer
            .json()
            .as_array()
            .unwrap()
            .iter()
            .map(|user| user["username"].as_str().unwrap().to_owned())
            .collect();
        let truncated = answer.header("x-truncated").map(str::to_owned);
        (names.len(), names.last().unwrap() == "w", truncated)
    };
    for number in 0..499 {
        server.register(&format!("a{number:03}"));
    }
    assert_eq!(list(), (500, true, None));
    server.register("a499");
    assert_eq!(list(), (500, false, Some("true".to_owned())));
}
