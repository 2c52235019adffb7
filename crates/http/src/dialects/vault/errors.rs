//! Failures as the dialect tells them: plain text.
//!
//! | status | when |
//! |---|---|
//! | 400 | a header is missing, ambiguous or no UTF-8; a name or password that breaks a rule, or is taken; no token; no file id |
//! | 401 | wrong credentials, or none for `/login`; a token that is expired, revoked or of another kind |
//! | 403 | registration is closed, or the invite is not good; the account is disabled; a page tries to log in |
//! | 404 | no such file, or for its key: somebody else's |
//! | 413 | a file larger than files may be: the text names the limit |
//! | 429 | too often; `Retry-After` says when again |
//! | 507 | the account may store no more: the text names its quota and what it stores; or the server has no room left |
//! | others | as in the native API: 405, 408, 415, 416, 500, 503 |

use actix_web::http::StatusCode;
use sealpost_domain::accounts::RegisterError;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, ResponseBuilder};
use utoipa::{IntoResponses, ToSchema};

use super::file_id::MALFORMED;
use crate::dialects::Said;
use crate::openapi::Responses;
use crate::problem::Problem;

/// What the dialect says when it has nothing else to give.
#[derive(ToSchema)]
#[schema(as = VaultSaid, example = "Could not verify")]
pub(crate) struct SaidText(#[expect(dead_code, reason = "it describes a text")] String);

/// The failure as the dialect tells it.
pub(crate) fn say(problem: &Problem) -> Said {
    let told = |status, text: &str| Said::text(status, text);
    match problem.code() {
        "invalid-token" | "expired-token" | "session-ended" | "account-gone" => {
            told(StatusCode::UNAUTHORIZED, "Token is invalid")
        }
        "wrong-credentials" => told(StatusCode::UNAUTHORIZED, "Could not verify"),
        // Names and passwords are the only values that a rule is for.
        "invalid-fields" => told(
            StatusCode::BAD_REQUEST,
            "The length of the login and password must be more than 5 characters",
        ),
        "not-found" => told(
            StatusCode::NOT_FOUND,
            "No file with such a file ID was found",
        ),
        // Of the dialect's paths only those with an id can be wrong: it is not there, or has a slash in it.
        "unknown-path" => told(StatusCode::BAD_REQUEST, MALFORMED),
        // The dialect has no word for invites: without one it is closed.
        "invite-required" => Said::text(problem.status(), RegisterError::Closed.to_string()),
        // `detail` of a body that cannot be read names the field already.
        _ => told(problem.status(), problem.detail()),
    }
}

/// What every route of the dialect can refuse, for their `responses(…)`.
pub(crate) struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> Responses {
        refusals(&[
            (400, "A header is missing, came twice, or is no UTF-8"),
            (429, "Too often: try again after `Retry-After`"),
            (500, "A defect; nothing about it is told"),
            (503, "Not now: try again after `Retry-After`"),
        ])
    }
}

/// What routes with a token can refuse beside.
pub(super) struct TokenRefusals;

impl IntoResponses for TokenRefusals {
    fn responses() -> Responses {
        refusals(&[
            (
                400,
                "`A valid token is missing`; or the id in the path is none",
            ),
            (401, "`Token is invalid`"),
        ])
    }
}

/// Describes plain texts by status.
pub(super) fn refusals(described: &[(u16, &str)]) -> Responses {
    let response = |(status, description): &(u16, &str)| {
        let content = ContentBuilder::new()
            .schema(Some(Ref::from_schema_name("VaultSaid")))
            .build();
        let response = ResponseBuilder::new()
            .description(*description)
            .content("text/plain", content)
            .build();
        (status.to_string(), RefOr::T(response))
    };
    described.iter().map(response).collect()
}

#[cfg(test)]
mod tests {
    use sealpost_domain::accounts::{PasswordError, UsernameError};
    use sealpost_domain::authentication::LoginError;
    use sealpost_domain::files::{DiscloseKeyError, OpenFileError, UploadFileError};
    use sealpost_domain::ports::StoreError;
    use sealpost_domain::sessions::AccessError;
    use sealpost_domain::storage::StorageRefused;

    use super::*;

    fn said(problem: impl Into<Problem>) -> (u16, String) {
        let said = say(&problem.into());
        assert_eq!(said.content_type, "text/plain; charset=utf-8");
        (said.status.as_u16(), String::from_utf8(said.body).unwrap())
    }

    #[test]
    fn every_kind_has_its_status_and_its_text() {
        let rule = "The length of the login and password must be more than 5 characters";
        let unknown = "No file with such a file ID was found";
        let told: [(Problem, u16, &str); 13] = [
            (PasswordError::Length.into(), 400, rule),
            (UsernameError::Character.into(), 400, rule),
            (LoginError::WrongCredentials.into(), 401, "Could not verify"),
            (AccessError::Invalid.into(), 401, "Token is invalid"),
            (AccessError::Expired.into(), 401, "Token is invalid"),
            (AccessError::Ended.into(), 401, "Token is invalid"),
            (
                RegisterError::InviteRequired.into(),
                403,
                "registration is closed on this server",
            ),
            (OpenFileError::Unknown.into(), 404, unknown),
            (DiscloseKeyError::Unknown.into(), 404, unknown),
            (
                UploadFileError::TooLarge { limit: 7 }.into(),
                413,
                "a file may have at most 7 bytes",
            ),
            (
                UploadFileError::Storage(StorageRefused::OverQuota { limit: 7, used: 5 }).into(),
                507,
                "this account may store 7 bytes, and stores 5",
            ),
            (StoreError::Full.into(), 507, "the store is full"),
            (
                Problem::internal(),
                500,
                "the server failed; with the request id its operator can find out why",
            ),
        ];
        for (problem, status, text) in told {
            assert_eq!(said(problem), (status, text.to_owned()));
        }
    }
}
