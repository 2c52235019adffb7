//! Canaries: what must never be logged, not even at the most verbose level. The log is that of the whole process, the
//! store's and the framework's lines included.

use serde_json::json;

use crate::support::{TestServer, logged};

#[test]
fn no_secret_reaches_the_log() {
    let server = TestServer::start();
    let password = "canary-password-9137";
    let body = format!(
        r#"{{"username":"loggy","password":"{password}","email":"canary-mail-9137@x.example"}}"#
    );
    assert_eq!(server.post("/v1/accounts", &body).status, 201);
    let login = format!(r#"{{"identifier":"loggy","password":"{password}"}}"#);
    let session = server.post("/v1/sessions", &login).json();
    let access = session["access_token"].as_str().unwrap();
    assert_eq!(
        server.get_as(access, "/v1/me?q=canary-query-9137").status,
        200
    );

    // The same in all the wrong places.
    for body in [
        format!(r#"{{"username":"{password}","password":7}}"#),
        format!(r#"{{"username":"x","password":"{password}","{password}":1}}"#),
        format!(r#"{{"username":"x","password":"{password}""#),
        format!(r#""{password}""#),
        password.to_owned(),
    ] {
        assert_eq!(server.post("/v1/accounts", &body).status, 400);
    }
    assert_eq!(server.post("/v1/accounts", &body).status, 409);
    let wrong = r#"{"identifier":"loggy","password":"canary-wrong-9137"}"#;
    assert_eq!(server.post("/v1/sessions", wrong).status, 401);
    assert_eq!(server.get_as("canary-token-9137", "/v1/me").status, 401);
    assert_eq!(
        server
            .send(
                "GET",
                "/v1/me",
                &[("authorization", "Basic canary-basic-9137")],
                ""
            )
            .status,
        401
    );
    assert_eq!(
        server
            .send("GET", "/livez", &[("cookie", "canary-cookie-9137")], "")
            .status,
        200
    );
    assert_eq!(server.get("/canary-path-9137").status, 404);

    server.register("reader");
    let conversation = server.start_conversation(access, "reader");
    for (client_id, status) in [("c-1", 201), ("c-1", 409), ("", 422)] {
        let text = format!("canary-message-9137-{status}");
        let said = server.say(access, &conversation, client_id, &text);
        assert_eq!(said.status, status);
    }
    let change = format!(r#"{{"current_password":"{password}","new_password":"canary-new-9137"}}"#);
    let changed = server.send_as(access, "PUT", "/v1/me/password", &change);
    assert_eq!(changed.status, 204);

    let refresh = session["refresh_token"].as_str().unwrap().to_owned();
    let body = json!({"refresh_token": refresh}).to_string();
    let next = server.post("/v1/sessions/refresh", &body).json();
    let next = next["refresh_token"].as_str().unwrap().to_owned();
    let access = access.to_owned();
    drop(server);
    let log = logged();
    assert!(
        log.contains("sealpost_http::access") && log.contains("/v1/sessions"),
        "the log was captured"
    );
    for secret in ["canary-", &access, &refresh, &next, "$argon2id$"] {
        let line = log.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "logged");
    }
}

#[test]
fn the_access_log_names_route_status_and_request() {
    let server = TestServer::start();
    server.send(
        "GET",
        "/v1/me?secret=1",
        &[("x-request-id", "log-line-1")],
        "",
    );
    server.send("BREW", "/v1/me", &[("x-request-id", "log-line-2")], "");
    server.send(
        "GET",
        "/users/somebody",
        &[("x-request-id", "log-line-3")],
        "",
    );
    drop(server);
    let log = logged();
    let line = |id: &str| {
        let found = log
            .lines()
            .find(|line| line.contains(id) && line.contains("sealpost_http::access"));
        found.unwrap_or_default().to_owned()
    };
    for (id, parts) in [
        (
            "log-line-1",
            ["method=\"GET\"", "route=\"/v1/me\"", "status=401"],
        ),
        (
            "log-line-2",
            ["method=\"other\"", "route=\"/v1/me\"", "status=405"],
        ),
        (
            "log-line-3",
            ["method=\"GET\"", "route=\"unknown\"", "status=404"],
        ),
    ] {
        let line = line(id);
        for part in parts {
            assert!(line.contains(part), "{part} in {line}");
        }
        assert!(line.contains("duration_ms="), "{line}");
    }
}
