//! Bad input: a clear problem each.

use serde_json::{Value, json};

use crate::support::{Answer, TestServer};

const JSON: (&str, &str) = ("content-type", "application/json");

fn golden(status: u16, code: &str, title: &str, detail: &str, errors: Value) -> Value {
    let mut problem = json!({
        "type": format!("urn:sealpost:problem:{code}"),
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
    });
    if !errors.is_null() {
        problem["errors"] = errors;
    }
    problem
}

fn in_field(code: &str, title: &str, pointer: &str, detail: &str) -> Value {
    let place = if pointer.is_empty() {
        "the body"
    } else {
        pointer
    };
    let errors = json!([{"pointer": pointer, "detail": detail, "code": code}]);
    golden(400, code, title, &format!("{place}: {detail}"), errors)
}

fn malformed(reason: &str) -> Value {
    golden(
        400,
        "malformed-json",
        "Malformed json",
        &format!("the body is not JSON: {reason}"),
        Value::Null,
    )
}

#[test]
fn a_body_that_cannot_be_read_says_why() {
    let server = TestServer::start();
    for (body, expected) in [
        ("nope", malformed("expected ident at line 1 column 2")),
        (
            r#"{"username":"alice""#,
            malformed("EOF while parsing an object at line 1 column 19"),
        ),
        (
            r#"{"username":"alice","password":"correct horse"} x"#,
            malformed("trailing characters at line 1 column 49"),
        ),
        (
            r#"{"username":7,"password":"correct horse"}"#,
            in_field("wrong-type", "Wrong type", "/username", "expected a string"),
        ),
        (
            r#"["alice"]"#,
            in_field("wrong-type", "Wrong type", "", "expected a JSON object"),
        ),
        (
            r#"{"username":"alice","password":"correct horse","admin":true}"#,
            in_field(
                "unknown-field",
                "Unknown field",
                "/admin",
                "there is no such field here",
            ),
        ),
        (
            r#"{"username":"alice"}"#,
            in_field(
                "missing-field",
                "Missing field",
                "/password",
                "this field is missing",
            ),
        ),
        (
            r#"{"username":"alice","username":"bob","password":"correct horse"}"#,
            in_field(
                "duplicate-field",
                "Duplicate field",
                "/username",
                "this field came twice",
            ),
        ),
        (
            r#"{"username":"al\u0000ice","password":"correct horse"}"#,
            golden(
                400,
                "nul-character",
                "Nul character",
                "no text may contain the character NUL",
                Value::Null,
            ),
        ),
        (
            " ",
            golden(
                400,
                "empty-body",
                "Empty body",
                "this needs a JSON object as its body",
                Value::Null,
            ),
        ),
    ] {
        let refused = server.post("/v1/accounts", body);
        assert_eq!(refused.problem(), expected, "{body}");
    }
    assert_eq!(
        server.send("POST", "/v1/accounts", &[], "").problem()["code"],
        "empty-body"
    );
    assert_eq!(
        server.send("POST", "/v1/accounts", &[JSON], "").problem()["code"],
        "empty-body"
    );
}

#[test]
fn a_body_that_is_too_large_is_refused_with_the_limit() {
    let server = TestServer::start();
    let expected = golden(
        413,
        "body-too-large",
        "Body too large",
        "the body may have at most 65536 bytes",
        Value::Null,
    );
    let large = format!(r#"{{"username":"{}"}}"#, "x".repeat(65_536));
    assert_eq!(server.post("/v1/accounts", &large).problem(), expected);
    // The length alone is enough; nothing of the body has to come.
    let announced = b"POST /v1/accounts HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\
        content-type: application/json\r\ncontent-length: 99999999999\r\n\r\n";
    assert_eq!(server.send_raw(announced).problem(), expected);
    let exactly = format!(
        r#"{{"username":"{}","password":"correct horse"}}"#,
        "x".repeat(65_494)
    );
    assert_eq!(exactly.len(), 65_536);
    assert_eq!(server.post("/v1/accounts", &exactly).status, 422);
}

#[test]
fn a_body_of_another_type_is_refused() {
    let server = TestServer::start();
    let body = r#"{"username":"alice","password":"correct horse"}"#;
    let expected = golden(
        415,
        "unsupported-media-type",
        "Unsupported media type",
        "send the body as application/json in UTF-8",
        Value::Null,
    );
    for headers in [
        vec![],
        vec![("content-type", "text/plain")],
        vec![("content-type", "application/x-www-form-urlencoded")],
        vec![("content-type", "application/json; charset=iso-8859-1")],
    ] {
        let refused = server.send("POST", "/v1/accounts", &headers, body);
        assert_eq!(refused.problem(), expected, "{headers:?}");
        assert_eq!(refused.header("accept-post"), Some("application/json"));
    }
    let packed = server.send(
        "POST",
        "/v1/accounts",
        &[JSON, ("content-encoding", "gzip")],
        body,
    );
    assert_eq!(packed.problem()["code"], "unsupported-content-encoding");
    assert_eq!(packed.header("accept-encoding"), Some("identity"));
}

#[test]
fn a_wrong_method_is_told_from_an_unknown_path() {
    let server = TestServer::start();
    let unknown = golden(
        404,
        "unknown-path",
        "Unknown path",
        "nothing is served at this path; /openapi.json lists what is",
        Value::Null,
    );
    for path in [
        "/",
        "/v1",
        "/v1/",
        "/v1/nothing",
        "/v1/me/",
        "/v2/me",
        "/docs/a/b",
    ] {
        assert_eq!(server.get(path).problem(), unknown, "{path}");
    }
    for (method, path, allow) in [
        ("GET", "/v1/accounts", "POST"),
        ("DELETE", "/v1/sessions", "GET, POST, HEAD"),
        ("GET", "/v1/sessions/current", "DELETE"),
        ("GET", "/v1/sessions/refresh", "POST"),
        ("GET", "/v1/me/password", "PUT"),
        ("POST", "/v1/me", "GET, PATCH, DELETE, HEAD"),
        ("OPTIONS", "/v1/me", "GET, PATCH, DELETE, HEAD"),
        ("BREW", "/v1/server", "GET, HEAD"),
        ("POST", "/docs/", "GET, HEAD"),
        ("HEAD", "/v1/accounts", "POST"),
    ] {
        let refused: Answer = server.send(method, path, &[], "");
        assert_eq!(
            (refused.status, refused.header("allow")),
            (405, Some(allow)),
            "{method} {path}"
        );
        if method != "HEAD" {
            let detail = format!("this path takes {allow}");
            let expected = golden(
                405,
                "method-not-allowed",
                "Method not allowed",
                &detail,
                Value::Null,
            );
            assert_eq!(refused.problem(), expected, "{method} {path}");
        }
    }
}
