//! The golden table: every line of the contract.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sealpost_domain::accounts::RegistrationPolicy;
use sealpost_domain::ports::AccessClaims;
use sealpost_domain::sessions::Dialect;
use sealpost_http::{Dialects, Settings};
use serde_json::{Value, json};

use super::client::{PASSWORD, UNKNOWN, assert_said};
use crate::support::{MAX_FILE, TestServer, access_token};

const RULE: &str = "The length of the login and password must be more than 5 characters";

fn say(server: &TestServer, method: &str, path: &str, body: &Value) -> crate::support::Answer {
    let headers = [("content-type", "application/json")];
    server.send(method, path, &headers, &body.to_string())
}

#[test]
fn registration() {
    let server = TestServer::start();
    let done = server.sign_up("User1", PASSWORD);
    assert_said(&done, 200, "Registration user User1 is done!");
    assert_said(&server.sign_up("User1", PASSWORD), 400, "User User1 exist!");
    // Unique without regard to case, and told as it was asked.
    assert_said(&server.sign_up("USER1", PASSWORD), 400, "User USER1 exist!");
    let json = json!({"New_User_Name": "User", "New_User_Password": PASSWORD, "more": 1});
    let done = say(&server, "POST", "/registration/", &json);
    assert_said(&done, 200, "Registration user User is done!");
    let long = "x".repeat(33);
    for (name, password) in [
        ("w", "seven77"),
        ("w", "pass\tword"),
        ("a b", PASSWORD),
        ("a@b", PASSWORD),
        ("..", PASSWORD),
        (&*long, PASSWORD),
        ("w", &"x".repeat(129)),
    ] {
        assert_said(&server.sign_up(name, password), 400, RULE);
    }
    assert_eq!(server.sign_up("w", "eight888").status, 200);
}

#[test]
fn registration_without_a_header() {
    let server = TestServer::start();
    let missing = "The request does not contain New_User_Name and New_User_Password";
    for headers in [
        &[][..],
        &[("New_User_Name", "User1")],
        &[("New_User_Password", PASSWORD)],
        &[("New_User_Name", ""), ("New_User_Password", PASSWORD)],
        &[("User_Name", "User1"), ("User_Password", PASSWORD)],
    ] {
        let answer = server.send("POST", "/registration", headers, "");
        assert_said(&answer, 400, missing);
    }
    for body in [json!({}), json!({"New_User_Name": "User1"})] {
        assert_said(&say(&server, "POST", "/registration", &body), 400, missing);
    }
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let form = server.send("POST", "/registration", &form, "New_User_Name=User1");
    assert_said(&form, 400, missing);
    let wrong = json!({"New_User_Name": 7, "New_User_Password": PASSWORD});
    let wrong = say(&server, "POST", "/registration", &wrong);
    assert_said(&wrong, 400, "/New_User_Name: expected a string");
}

#[test]
fn login() {
    let server = TestServer::start();
    assert_eq!(server.sign_up("User", PASSWORD).status, 200);
    let entered = server.sign_in("user", PASSWORD);
    assert_said(&entered, 200, &entered.body);
    assert_eq!(entered.header("vary"), Some("*"));
    assert_eq!(entered.body.split('.').count(), 3, "the bare token");

    let missing = "Not login or password";
    for headers in [
        &[][..],
        &[("User_Name", "User")],
        &[("User_Password", PASSWORD)],
    ] {
        assert_said(&server.send("GET", "/login", headers, ""), 401, missing);
    }
    for method in ["GET", "POST"] {
        let body = json!({"User_Name": "User", "User_Password": PASSWORD});
        assert_eq!(say(&server, method, "/login", &body).status, 200);
        let body = json!({"User_Name": "User"});
        assert_said(&say(&server, method, "/login", &body), 401, missing);
        let headers = [("User_Name", "User"), ("User_Password", PASSWORD)];
        assert_eq!(server.send(method, "/login/", &headers, "").status, 200);
    }
}

#[test]
fn a_token_says_whose_it_is_for_thirty_minutes() {
    let server = TestServer::start();
    let token = server.keeper("User");
    let payload = token.split('.').nth(1).unwrap();
    let payload: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap();
    assert_eq!(payload["public_id"], payload["sub"]);
    assert_eq!(payload["public_id"].as_str().unwrap().len(), 36);
    let times = ["exp", "iat"].map(|claim| payload[claim].as_i64().unwrap());
    assert_eq!(times[0] - times[1], 30 * 60);
    let ok = "Login is OK, your name: User";
    assert_said(&server.fetch(&token, "/test_login"), 200, ok);
    server.advance(Duration::from_secs(30 * 60 - 1));
    assert_said(&server.fetch(&token, "/test_login"), 200, ok);
}

/// Every route with a token, and what asks it.
fn guarded() -> [(&'static str, String); 4] {
    [
        ("GET", "/test_login".to_owned()),
        ("POST", "/load".to_owned()),
        ("GET", format!("/download/{UNKNOWN}")),
        ("GET", format!("/get_crypto_key/{UNKNOWN}")),
    ]
}

#[test]
fn every_route_with_a_token_refuses_none_and_a_bad_one() {
    let server = TestServer::start();
    let token = server.keeper("User");
    let native = access_token(
        &server
            .post(
                "/v1/sessions",
                &json!({"identifier": "User", "password": PASSWORD}).to_string(),
            )
            .json(),
    );
    let claims = server.signer.verify(&token).unwrap();
    let of = |audience: &str| {
        let claims = AccessClaims {
            audience: audience.to_owned(),
            ..claims.clone()
        };
        server.signer.sign(&claims).unwrap()
    };
    let mut bad: Vec<String> = Dialect::ALL
        .into_iter()
        .filter(|dialect| *dialect != Dialect::Vault)
        .map(|dialect| of(dialect.audience()))
        .collect();
    assert_eq!(bad.len(), 5);
    assert_eq!(
        server.fetch(&of("sealpost:vault"), "/test_login").status,
        200
    );
    bad.extend([
        native.clone(),
        server.signer.sign_refresh(&claims).unwrap(),
        "a.b.c".to_owned(),
        "x".repeat(5_000),
        format!("{token}x"),
        format!("Bearer {token}"),
    ]);
    let refuse_all = |bad: &[String]| {
        for (method, path) in guarded() {
            for token in bad {
                let headers = [("x-access-tokens", token.as_str())];
                let answer = server.send(method, &path, &headers, "");
                assert_said(&answer, 401, "Token is invalid");
            }
        }
    };
    refuse_all(&bad);
    for (method, path) in guarded() {
        for headers in [
            &[][..],
            &[("x-access-tokens", "")],
            &[("authorization", &format!("Bearer {token}"))],
            &[("x_access_tokens", &token)],
        ] {
            let answer = server.send(method, &path, headers, "");
            assert_said(&answer, 400, "A valid token is missing");
        }
    }
    // Nor is the dialect's token good anywhere else.
    assert_eq!(server.get_as(&token, "/v1/me").status, 401);
    // Logged out by its owner, elsewhere.
    let path = format!("/v1/sessions/{}", claims.session);
    assert_eq!(server.send_as(&native, "DELETE", &path, "").status, 204);
    refuse_all(std::slice::from_ref(&token));
    let expired = server.sign_in("User", PASSWORD).body;
    server.advance(Duration::from_secs(30 * 60 + 5));
    refuse_all(&[expired]);
}

#[test]
fn ids_that_are_none_and_files_that_are_none() {
    let server = TestServer::start();
    let token = server.keeper("User");
    for route in ["download", "get_crypto_key"] {
        let bare = UNKNOWN.replace('-', "");
        for id in [
            "",
            "/",
            "/x",
            "/7",
            "/x/y",
            &format!("/{bare}"),
            "/..%2f..",
            "/%00",
        ] {
            assert_said(
                &server.fetch(&token, &format!("/{route}{id}")),
                400,
                "The request does not contain correct file ID",
            );
        }
        for slash in ["", "/"] {
            assert_said(
                &server.fetch(&token, &format!("/{route}/{UNKNOWN}{slash}")),
                404,
                "No file with such a file ID was found",
            );
        }
    }
}

#[test]
fn both_forms_of_the_last_slash_are_served() {
    let server = TestServer::start();
    let token = server.keeper("User");
    let id = server.load(&token, b"content");
    for path in [
        "/test_login".to_owned(),
        format!("/download/{id}"),
        format!("/get_crypto_key/{id}"),
    ] {
        let [without, with] =
            ["", "/"].map(|slash| server.fetch(&token, &format!("{path}{slash}")));
        assert_eq!(without.status, 200, "{path}");
        assert_eq!(without.without_date(), with.without_date());
    }
    let headers = [("x-access-tokens", token.as_str())];
    assert_eq!(server.send("POST", "/load/", &headers, "x").status, 200);
    let headers = [("New_User_Name", "User2"), ("New_User_Password", PASSWORD)];
    let made = server.send("POST", "/registration/", &headers, "");
    assert_eq!(made.status, 200);
    let headers = [("User_Name", "User2"), ("User_Password", PASSWORD)];
    assert_eq!(server.send("GET", "/login/", &headers, "").status, 200);
}

#[test]
fn a_file_that_is_too_large_is_refused_with_the_limit() {
    let server = TestServer::start();
    let token = server.keeper("User");
    let limit = usize::try_from(MAX_FILE).unwrap();
    let head = "POST /load HTTP/1.1\r\nhost: test\r\nx-access-tokens: ";
    let announced = format!("{head}{token}\r\ncontent-length: {}\r\n\r\n", limit + 1);
    let chunk = format!("100000\r\n{}\r\n", "x".repeat(0x10_0000));
    let chunked = format!(
        "{head}{token}\r\ntransfer-encoding: chunked\r\n\r\n{}1\r\nx\r\n0\r\n\r\n",
        chunk.repeat(3)
    );
    for request in [announced, chunked] {
        let refused = server.send_raw(request.as_bytes());
        assert_said(&refused, 413, "a file may have at most 3145728 bytes");
    }
    assert_eq!(server.blobs(), 0);
    server.load(&token, &vec![b'x'; limit]);
    assert_eq!(server.blobs(), 1);
}

#[test]
fn a_file_beyond_the_quota_is_refused_with_the_quota() {
    let server = TestServer::start();
    let (keeper, native) = (server.keeper("User"), server.log_in("native"));
    let own = json!({"identifier": "User", "password": PASSWORD}).to_string();
    let own = access_token(&server.post("/v1/sessions", &own).json());
    server.set_quota(&own, 10);
    server.load(&keeper, b"1234567");
    let head = format!("POST /load HTTP/1.1\r\nhost: test\r\nx-access-tokens: {keeper}\r\n");
    let announced = format!("{head}content-length: 4\r\n\r\n");
    let chunked = format!("{head}transfer-encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n");
    for request in [announced, chunked] {
        let refused = server.send_raw(request.as_bytes());
        assert_said(
            &refused,
            507,
            "this account may store 10 bytes, and stores 7",
        );
    }
    assert_eq!(server.blobs(), 1, "nothing of the refused ones");
    server.load(&keeper, b"abc");
    assert_eq!((server.used(&own), server.used(&native)), (10, 0));
}

#[test]
fn the_frame_speaks_the_dialect_too() {
    let server = TestServer::start();
    for (path, allowed) in [("/registration", "POST"), ("/load/", "POST")] {
        let answer = server.get(path);
        assert_said(&answer, 405, &format!("this path takes {allowed}"));
    }
    let put = server.send("PUT", "/login", &[], "");
    assert_said(&put, 405, "this path takes GET, POST, HEAD");
    let huge = json!({"New_User_Name": "x".repeat(65 * 1024)});
    let huge = say(&server, "POST", "/registration", &huge);
    assert_said(&huge, 413, "the body may have at most 65536 bytes");
}

fn settings() -> Settings {
    Settings {
        drain_delay: Duration::ZERO,
        ..Settings::default()
    }
}

#[test]
fn closed_registration_and_invites() {
    let closed = "registration is closed on this server";
    let server = TestServer::start_set(RegistrationPolicy::Closed, settings());
    assert_said(&server.sign_up("User", PASSWORD), 403, closed);
    drop(server);
    let server = TestServer::start_set(RegistrationPolicy::Invite, settings());
    assert_said(&server.sign_up("User", PASSWORD), 403, closed);
    let (_, code) = server.invite(1);
    let invited = |code: &str| {
        let headers = [
            ("New_User_Name", "User"),
            ("New_User_Password", PASSWORD),
            ("sealpost-invite", code),
        ];
        server.send("POST", "/registration", &headers, "")
    };
    let refused = "this invite is not good, or not any more";
    assert_said(&invited("spi_wrong"), 403, refused);
    assert_eq!(invited(code.expose()).status, 200);
}

#[test]
fn switched_off_it_is_not_there() {
    let settings = Settings {
        dialects: Dialects {
            vault: false,
            ..Dialects::ALL
        },
        ..settings()
    };
    let server = TestServer::start_set(RegistrationPolicy::Open, settings);
    let open = [
        ("POST", "/registration".to_owned()),
        ("GET", "/login".to_owned()),
        ("POST", "/login".to_owned()),
    ];
    for (method, path) in guarded().into_iter().chain(open) {
        for slash in ["", "/"] {
            let answer = server.send(method, &format!("{path}{slash}"), &[], "");
            assert_eq!(answer.problem()["code"], "unknown-path", "{path}{slash}");
        }
    }
}
