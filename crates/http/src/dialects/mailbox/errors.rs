//! Failures as the dialect tells them: plain text.
//!
//! | status | when |
//! |---|---|
//! | 400 | a body that cannot be read, a field that breaks a rule (the text names it), a wrong password, a name that is taken or that nobody has; `session expired` at `/download_messages` |
//! | 401 | `session expired` |
//! | 403 | a page of another site; registration is closed, or the invite is not good |
//! | 413 | too large |
//! | 429 | too often, or a mailbox that is full; `Retry-After` says when again |
//! | others | as in the native API: 404, 405, 408, 415, 500, 503, 507 |

use actix_web::http::StatusCode;
use sealpost_domain::accounts::RegisterError;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, ResponseBuilder};
use utoipa::{IntoResponses, ToSchema};

use crate::dialects;
use crate::openapi::Responses;
use crate::problem::{FieldError, Problem};

/// What is said of every session that is not good (any more).
pub(super) const SESSION_EXPIRED: &str = "session expired";

/// What the dialect says when it has nothing else to give: for people.
#[derive(Debug, ToSchema)]
#[schema(as = MailboxSaid, example = "session expired")]
#[expect(dead_code, reason = "describes what `say` writes")]
pub(crate) struct Said(String);

/// The failure as the dialect tells it.
pub(crate) fn say(problem: &Problem) -> dialects::Said {
    dialects::Said::text(status(problem), text(problem))
}

fn status(problem: &Problem) -> StatusCode {
    match (problem.code(), problem.status()) {
        ("wrong-credentials" | "wrong-password" | "takes-no-messages" | "user-blocked", _)
        | (_, StatusCode::UNPROCESSABLE_ENTITY | StatusCode::CONFLICT) => StatusCode::BAD_REQUEST,
        (_, status) => status,
    }
}

fn text(problem: &Problem) -> String {
    match (problem.code(), problem.errors()) {
        ("wrong-credentials", _) => "Wrong username or password!".to_owned(),
        ("wrong-password", _) => "Wrong password!".to_owned(),
        (
            "missing-token" | "invalid-token" | "expired-token" | "session-ended" | "account-gone",
            _,
        ) => SESSION_EXPIRED.to_owned(),
        // The dialect has no word for invites: without one it is closed.
        ("invite-required", _) => RegisterError::Closed.to_string(),
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

/// Nobody has this name, as far as the caller may know.
pub(super) fn no_such_user(username: &str) -> Problem {
    /// More than a username has.
    const SHOWN: usize = 64;
    let shown: String = username.chars().take(SHOWN).collect();
    let detail = format!("Username '{shown}' doesn't exist!");
    Problem::bad_request("unknown-user", detail)
}

/// What the routes of the dialect can refuse, for their `responses(…)`.
pub(crate) struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> Responses {
        refusals(&[
            (
                400,
                "A field is missing or breaks a rule: the text names it",
            ),
            (408, "The body came too slowly"),
            (413, "The body is too large"),
            (415, "The body is of another type"),
            (429, "Too often: try again after `Retry-After`"),
            (500, "A defect; nothing about it is told"),
            (503, "Not now: try again after `Retry-After`"),
            (507, "The server has no room left"),
        ])
    }
}

/// What the routes can refuse, too, that a cookie opens.
pub(crate) struct CookieRefusals;

impl IntoResponses for CookieRefusals {
    fn responses() -> Responses {
        refusals(&[
            (401, "`session expired`"),
            (403, "A page of another site asks"),
        ])
    }
}

/// Describes text answers by status.
pub(super) fn refusals(described: &[(u16, &str)]) -> Responses {
    let response = |(status, description): &(u16, &str)| {
        let content = ContentBuilder::new()
            .schema(Some(Ref::from_schema_name("MailboxSaid")))
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
    use sealpost_domain::accounts::PasswordError;
    use sealpost_domain::authentication::{ConfirmPasswordError, LoginError};
    use sealpost_domain::envelopes::{SendEnvelopeError, Tally};
    use sealpost_domain::ports::StoreError;
    use sealpost_domain::sessions::AccessError;

    use super::*;

    #[test]
    fn every_kind_has_its_status_and_text() {
        let told: [(Problem, u16, &str); 9] = [
            (
                PasswordError::Length.into(),
                400,
                "password: a password has 8 to 128 characters",
            ),
            (
                LoginError::WrongCredentials.into(),
                400,
                "Wrong username or password!",
            ),
            (ConfirmPasswordError::Wrong.into(), 400, "Wrong password!"),
            (AccessError::Expired.into(), 401, "session expired"),
            (AccessError::Invalid.into(), 401, "session expired"),
            (
                RegisterError::InviteRequired.into(),
                403,
                "registration is closed on this server",
            ),
            (
                SendEnvelopeError::TakesNoMessages.into(),
                400,
                "this user takes no messages from you",
            ),
            (
                SendEnvelopeError::MailboxFull(Tally::default()).into(),
                413,
                "the mailbox of this user is full: they have to fetch what waits there first",
            ),
            (StoreError::Full.into(), 507, "the store is full"),
        ];
        for (problem, status, text) in told {
            let said = say(&problem);
            assert_eq!(said.status, status, "{text}");
            assert_eq!(said.body, text.as_bytes(), "{text}");
        }
    }

    #[test]
    fn a_name_is_repeated_only_so_far() {
        let said = say(&no_such_user(&"x".repeat(70_000)));
        assert!(said.body.len() < 100);
    }
}
