//! Failures as the dialect tells them.
//!
//! | status | body | when |
//! |---|---|---|
//! | 400 | `{"field": ["…"]}`, `{"non_field_errors": ["…"]}` | fields are missing, break a rule, or clash with what is there |
//! | 400 | `{"error": "Invalid credentials"}` | anything about a login is wrong |
//! | 400, 403, 404 | `{"message"}` | no conversation can be started |
//! | 400 | `{"detail"}` | a body that cannot be read |
//! | 401 | `{"detail"}` | a token that is missing or not good (any more); `WWW-Authenticate: Token` |
//! | 403 | `{"detail"}` | a login that is too old for what is asked; registration is closed |
//! | 404 | `{"detail": "Not found."}` | unknown, or not the caller's |
//! | 405 | `{"detail": "Method \"GET\" not allowed."}` | a wrong method |
//! | 429 | `{"detail"}` | too often; `Retry-After` says when again |
//! | others | `{"detail"}` | as in the native API: 408, 413, 415, 426, 500, 503, 507 |

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use serde::Serialize;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, ResponseBuilder};
use utoipa::{IntoResponses, ToSchema};

use crate::dialects;
use crate::openapi::Responses;
use crate::problem::{FieldError, Problem};

/// The code of what only [`login_refused`] says.
const INVALID_CREDENTIALS: &str = "invalid-credentials";
/// The code of what only [`not_started`] says.
const NOT_STARTED: &str = "chat-not-started";
/// The code of use cases that want a fresher login.
const STEP_UP: &str = "insufficient-user-authentication";

/// What the dialect says when it has nothing else to give.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SocialDetail)]
pub(crate) struct Detail {
    /// For people.
    #[schema(example = "Authentication credentials were not provided.")]
    pub(super) detail: String,
}

#[derive(Serialize)]
struct Message<'a> {
    message: &'a str,
}

#[derive(Serialize)]
struct Error<'a> {
    error: &'a str,
}

/// The failure as the dialect tells it.
pub(crate) fn say(problem: &Problem) -> dialects::Said {
    let (status, detail) = (status(problem), problem.detail());
    match problem.code() {
        INVALID_CREDENTIALS => dialects::Said::json(status, &Error { error: detail }),
        NOT_STARTED => dialects::Said::json(status, &Message { message: detail }),
        _ if status == StatusCode::BAD_REQUEST && !problem.errors().is_empty() => {
            dialects::Said::json(status, &by_field(problem.errors()))
        }
        _ => dialects::Said::json(
            status,
            &Detail {
                detail: text(problem),
            },
        ),
    }
}

fn status(problem: &Problem) -> StatusCode {
    match problem.status() {
        _ if problem.code() == STEP_UP => StatusCode::FORBIDDEN,
        StatusCode::UNPROCESSABLE_ENTITY | StatusCode::CONFLICT => StatusCode::BAD_REQUEST,
        status => status,
    }
}

fn text(problem: &Problem) -> String {
    match problem.code() {
        "not-found" | "unknown-path" => "Not found.".to_owned(),
        _ => problem.detail().to_owned(),
    }
}

fn by_field(errors: &[FieldError]) -> BTreeMap<&str, Vec<&str>> {
    let mut fields: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for error in errors {
        let field = match error.pointer.trim_start_matches('/') {
            "" => "non_field_errors",
            field => field,
        };
        fields.entry(field).or_default().push(&error.detail);
    }
    fields
}

/// A login that comes to nothing, whatever was wrong with it.
pub(super) fn login_refused() -> Problem {
    Problem::bad_request(INVALID_CREDENTIALS, "Invalid credentials")
}

/// A conversation that is not started.
pub(super) fn not_started(status: StatusCode, text: impl Into<String>) -> Problem {
    Problem::new(status, NOT_STARTED, text.into())
}

/// A request without a good token.
pub(super) fn unauthorized(detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "invalid-token", detail.into())
        .with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Token"))
}

/// The same failure of a field that the domain calls by another name.
pub(super) fn of_field(problem: Problem, from: &str, to: &'static str) -> Problem {
    let renamed = problem.errors().iter().map(|error| {
        let pointer = if error.pointer.trim_start_matches('/') == from {
            format!("/{to}").into()
        } else {
            error.pointer.clone()
        };
        FieldError::new(pointer, error.detail.clone(), error.code)
    });
    let renamed = renamed.collect();
    problem.with_errors(renamed)
}

/// What the routes of the dialect can refuse, for their `responses(…)`.
pub(crate) struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> Responses {
        refusals(&[
            (
                400,
                "Fields are missing, break a rule, or clash with what is there: `{\"field\": [\"…\"]}`",
            ),
            (408, "The body came too slowly"),
            (413, "The body is too large"),
            (415, "The body is neither JSON nor a form"),
            (429, "Too often: try again after `Retry-After`"),
            (500, "A defect; nothing about it is told"),
            (503, "Not now: try again after `Retry-After`"),
            (507, "The server has no room left"),
        ])
    }
}

/// What routes for people who are logged in can refuse besides.
pub(super) struct AuthRefusals;

impl IntoResponses for AuthRefusals {
    fn responses() -> Responses {
        refusals(&[(401, "The token is missing, or not good (any more)")])
    }
}

/// Describes `{"detail"}` answers by status.
pub(super) fn refusals(described: &[(u16, &str)]) -> Responses {
    let response = |(status, description): &(u16, &str)| {
        let content = ContentBuilder::new()
            .schema(Some(Ref::from_schema_name("SocialDetail")))
            .build();
        let response = ResponseBuilder::new()
            .description(*description)
            .content("application/json", content)
            .build();
        (status.to_string(), RefOr::T(response))
    };
    described.iter().map(response).collect()
}

#[cfg(test)]
mod tests {
    use sealpost_domain::accounts::{ChangePasswordError, PasswordError, RegisterError};
    use sealpost_domain::ports::StoreError;

    use super::*;

    fn said(problem: impl Into<Problem>) -> (u16, String) {
        let said = say(&problem.into());
        (said.status.as_u16(), String::from_utf8(said.body).unwrap())
    }

    #[test]
    fn each_failure_has_its_shape() {
        let told: [(Problem, u16, &str); 7] = [
            (
                PasswordError::Length.into(),
                400,
                r#"{"password":["a password has 8 to 128 characters"]}"#,
            ),
            (
                RegisterError::UsernameTaken.into(),
                400,
                r#"{"username":["this username is taken: choose another"]}"#,
            ),
            (
                ChangePasswordError::StepUp.into(),
                403,
                r#"{"detail":"changing the password needs a login not older than 15 minutes: log in again"}"#,
            ),
            (login_refused(), 400, r#"{"error":"Invalid credentials"}"#),
            (
                not_started(StatusCode::BAD_REQUEST, "User is not connected"),
                400,
                r#"{"message":"User is not connected"}"#,
            ),
            (Problem::not_found(), 404, r#"{"detail":"Not found."}"#),
            (
                StoreError::Full.into(),
                507,
                r#"{"detail":"the store is full"}"#,
            ),
        ];
        for (problem, status, body) in told {
            assert_eq!(said(problem), (status, body.to_owned()));
        }
    }

    #[test]
    fn errors_of_one_field_stand_together_and_those_of_none_by_themselves() {
        let error = |pointer: &'static str, text: &'static str| FieldError::new(pointer, text, "x");
        let problem = Problem::bad_request("x", "y").with_errors(vec![
            error("/b", "one"),
            error("", "two"),
            error("/b", "three"),
        ]);
        let body = r#"{"b":["one","three"],"non_field_errors":["two"]}"#;
        assert_eq!(said(problem.clone()), (400, body.to_owned()));
        let renamed = said(of_field(problem, "b", "c")).1;
        assert_eq!(renamed, body.replace("\"b\"", "\"c\""));
    }
}
