//! Failures as the dialect tells them: `{"msg": "…"}`.
//!
//! | status | when |
//! |---|---|
//! | 400 | a body that cannot be read, a field that breaks a rule (the text names it) |
//! | 401 | wrong credentials; a token that is missing, expired, revoked or of another kind |
//! | 403 | registration is closed, or the invite is not good; the other user takes no messages |
//! | 404 | an unknown user, a user without an end-to-end key, nothing to acknowledge; a path that is not served |
//! | 409 | the username is taken |
//! | 422 | an `Authorization` header that is not `Bearer` and a token |
//! | 429 | too often; `Retry-After` says when again |
//! | others | as in the native API: 405, 408, 413, 415, 500, 503, 507 |

use actix_web::http::StatusCode;
use sealpost_domain::accounts::RegisterError;
use serde::Serialize;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, ResponseBuilder};
use utoipa::{IntoResponses, ToSchema};

use crate::dialects;
use crate::openapi::Responses;
use crate::problem::{FieldError, Problem};

/// The code of a malformed `Authorization` header, which alone is a 422 here.
pub(super) const MALFORMED_AUTHORIZATION: &str = "malformed-authorization";

/// What the dialect says when it has nothing else to give.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MessengerSaid)]
pub(crate) struct Said {
    /// For people.
    #[schema(example = "password: too weak")]
    msg: String,
}

impl Said {
    /// That all went well.
    pub(super) fn ok() -> Self {
        Self {
            msg: "OK".to_owned(),
        }
    }

    /// A sentence.
    pub(super) fn new(msg: &str) -> Self {
        Self {
            msg: msg.to_owned(),
        }
    }
}

/// The failure as the dialect tells it.
pub(crate) fn say(problem: &Problem) -> dialects::Said {
    dialects::Said::json(status(problem), &Said { msg: text(problem) })
}

fn status(problem: &Problem) -> StatusCode {
    match problem.status() {
        StatusCode::UNPROCESSABLE_ENTITY if problem.code() != MALFORMED_AUTHORIZATION => {
            StatusCode::BAD_REQUEST
        }
        status => status,
    }
}

fn text(problem: &Problem) -> String {
    match (problem.code(), problem.errors()) {
        ("not-found", _) => {
            "there is no such user, or they have no key for end-to-end messages".to_owned()
        }
        // The dialect has no word for invites: without one it is closed.
        ("invite-required", _) => RegisterError::Closed.to_string(),
        // Everybody logs in with a username here.
        ("wrong-credentials", _) => "wrong username or password".to_owned(),
        (_, []) => problem.detail().to_owned(),
        (_, errors) => {
            let named: Vec<String> = errors.iter().map(name).collect();
            named.join("; ")
        }
    }
}

fn name(error: &FieldError) -> String {
    match error.pointer.trim_start_matches('/') {
        "" => error.detail.to_string(),
        field => format!("{field}: {}", error.detail),
    }
}

/// What the routes of the dialect can refuse, for their `responses(…)`.
pub(crate) struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> Responses {
        let described = [
            (
                400,
                "A field is missing or breaks a rule: the text names it",
            ),
            (408, "The body came too slowly"),
            (413, "The body is too large"),
            (415, "The body is not `application/json`"),
            (429, "Too often: try again after `Retry-After`"),
            (500, "A defect; nothing about it is told"),
            (503, "Not now: try again after `Retry-After`"),
            (507, "The server has no room left"),
        ];
        refusals(&described)
    }
}

/// Describes `{"msg"}` answers by status.
pub(super) fn refusals(described: &[(u16, &str)]) -> Responses {
    let response = |(status, description): &(u16, &str)| {
        let content = ContentBuilder::new()
            .schema(Some(Ref::from_schema_name("MessengerSaid")))
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
    use sealpost_domain::accounts::{PasswordError, RegisterError};
    use sealpost_domain::authentication::LoginError;
    use sealpost_domain::conversations::{StartConversationError, StartSealedError};
    use sealpost_domain::ports::StoreError;
    use sealpost_domain::sessions::AccessError;

    use super::*;

    fn said(problem: impl Into<Problem>) -> (u16, String) {
        let said = say(&problem.into());
        (said.status.as_u16(), String::from_utf8(said.body).unwrap())
    }

    #[test]
    fn every_kind_has_its_status_and_says_it_in_msg() {
        let expected = |status: u16, text: &str| (status, format!(r#"{{"msg":"{text}"}}"#));
        let told: [(Problem, _); 8] = [
            (
                PasswordError::Length.into(),
                expected(400, "password: a password has 8 to 128 characters"),
            ),
            (
                LoginError::WrongCredentials.into(),
                expected(401, "wrong username or password"),
            ),
            (
                AccessError::Expired.into(),
                expected(
                    401,
                    "the access token has expired: refresh the session or log in again",
                ),
            ),
            (
                RegisterError::Closed.into(),
                expected(403, "registration is closed on this server"),
            ),
            (
                RegisterError::InviteRequired.into(),
                expected(403, "registration is closed on this server"),
            ),
            (
                RegisterError::UsernameTaken.into(),
                expected(409, "username: this username is taken: choose another"),
            ),
            (
                StartSealedError::Start(StartConversationError::TakesNoMessages).into(),
                expected(403, "this user takes no messages from you"),
            ),
            (StoreError::Full.into(), expected(507, "the store is full")),
        ];
        for (problem, expected) in told {
            assert_eq!(said(problem), expected);
        }
        let unknown = StartSealedError::Start(StartConversationError::UnknownUser);
        assert_eq!(said(unknown), said(StartSealedError::NoKey));
        assert_eq!(said(StartSealedError::NoKey).0, 404);
    }
}
