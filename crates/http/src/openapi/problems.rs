//! The failures that many routes share, for their `responses(…)`.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{IntoResponses, ToSchema};

use crate::problem::{CONTENT_TYPE, FieldError, title, type_uri};

/// A failure (RFC 9457).
#[derive(ToSchema)]
#[schema(as = Problem)]
#[expect(
    dead_code,
    reason = "describes what `problem::render` writes; a test compares the two"
)]
pub(crate) struct ProblemBody {
    /// Names the kind of problem; leads nowhere.
    #[schema(example = "urn:sealpost:problem:invalid-fields", rename = "type")]
    r#type: String,
    /// The kind of problem, for people; the same for every occurrence.
    #[schema(example = "Invalid fields")]
    title: String,
    /// The HTTP status.
    #[schema(example = 422)]
    status: u16,
    /// What happened this time, for people.
    #[schema(example = "the request breaks a rule; see errors")]
    detail: String,
    /// The kind of problem, for programs: stable.
    #[schema(example = "invalid-fields")]
    code: String,
    /// Names the request in the server's log.
    #[schema(example = "019aa6b0-7c3a-7d52-9a5e-0242ac120002")]
    request_id: String,
    /// The fields at fault, all at once. Only there if fields are at fault.
    errors: Option<Vec<FieldError>>,
}

/// What routes answer that count guesses or requests.
pub(crate) struct TooMany;

impl IntoResponses for TooMany {
    fn responses() -> Responses {
        problems(&[(
            429,
            "too-many-attempts",
            "`too-many-attempts`: wait as long as `Retry-After` says",
        )])
    }
}

/// What routes for everybody answer that take [`Counted::Media`] or [`Counted::KeyLog`].
///
/// [`Counted::Media`]: crate::limits::Counted::Media
/// [`Counted::KeyLog`]: crate::limits::Counted::KeyLog
pub(crate) struct TooManyRequests;

impl IntoResponses for TooManyRequests {
    fn responses() -> Responses {
        problems(&[(
            429,
            "too-many-requests",
            "`too-many-requests`: 600 a minute from one address",
        )])
    }
}

/// What every route can answer.
pub(crate) struct CommonProblems;

impl IntoResponses for CommonProblems {
    fn responses() -> Responses {
        problems(&[
            (
                500,
                "internal-error",
                "`internal-error`: a defect; nothing about it is told",
            ),
            (
                503,
                "store-unavailable",
                "`store-unavailable`, `overloaded`, `deadline-exceeded`, `tokens-unavailable`, `not-ready`: try again after `Retry-After`",
            ),
        ])
    }
}

/// What every route with a JSON body can answer. Of two sets with the same status the last one named in a route's
/// `responses(…)` wins, so this one comes after [`AuthProblems`] and repeats its 400.
pub(crate) struct BodyProblems;

impl IntoResponses for BodyProblems {
    fn responses() -> Responses {
        problems(&[
            (
                400,
                "unknown-field",
                "The body cannot be read: `empty-body`, `malformed-json`, `wrong-type`, `wrong-value`, `missing-field`, `unknown-field`, `duplicate-field`, `nul-character`, `incomplete-body`; `duplicate-authorization`",
            ),
            (
                408,
                "body-timeout",
                "`body-timeout`: the body came too slowly",
            ),
            (
                413,
                "body-too-large",
                "`body-too-large`: the text names the limit",
            ),
            (
                415,
                "unsupported-media-type",
                "`unsupported-media-type`, `unsupported-content-encoding`: `Accept-Post` or `Accept-Encoding` says what is taken",
            ),
            (
                422,
                "invalid-fields",
                "`invalid-fields`: `errors` names each field that breaks a rule",
            ),
            (
                507,
                "storage-full",
                "`storage-full`: the server has no room left",
            ),
        ])
    }
}

/// What every route that needs a login can answer.
pub(crate) struct AuthProblems;

impl IntoResponses for AuthProblems {
    fn responses() -> Responses {
        problems(&[
            (400, "duplicate-authorization", "`duplicate-authorization`"),
            (
                401,
                "expired-token",
                "`missing-token`, `invalid-token`, `expired-token`, `session-ended`, `account-gone`",
            ),
        ])
    }
}

/// What every route that wants a fresh login can answer. It comes after [`AuthProblems`] and repeats its 401.
pub(crate) struct StepUp;

impl IntoResponses for StepUp {
    fn responses() -> Responses {
        problems(&[(
            401,
            "insufficient-user-authentication",
            "`missing-token`, `invalid-token`, `expired-token`, `session-ended`, `account-gone`; \
             `insufficient-user-authentication`: the login is too old, and `WWW-Authenticate` says how old it may be (RFC \
             9470)",
        )])
    }
}

/// What every route with an id in its path can answer. "No such thing" and "not yours" are the same bytes.
pub(crate) struct UnknownId;

impl IntoResponses for UnknownId {
    fn responses() -> Responses {
        problems(&[(
            404,
            "not-found",
            "`not-found`: there is no such thing, or it is not yours",
        )])
    }
}

/// What every list can answer. It comes after [`AuthProblems`] and repeats its 400.
pub(crate) struct PageProblems;

impl IntoResponses for PageProblems {
    fn responses() -> Responses {
        problems(&[(
            400,
            "invalid-cursor",
            "`invalid-query`, `invalid-cursor`; `duplicate-authorization`",
        )])
    }
}

/// What `IntoResponses` gives.
pub(crate) type Responses = BTreeMap<String, RefOr<Response>>;

/// Describes problems by status, the code of the example, and a text that names all codes.
pub(crate) fn problems(list: &[(u16, &str, &str)]) -> Responses {
    let response = |(status, code, description): &(u16, &str, &str)| {
        (
            status.to_string(),
            RefOr::T(response(*status, code, description)),
        )
    };
    list.iter().map(response).collect()
}

fn response(status: u16, code: &str, description: &str) -> Response {
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name("Problem")))
        .example(Some(example(status, code)))
        .build();
    ResponseBuilder::new()
        .description(description)
        .content(CONTENT_TYPE, content)
        .build()
}

fn example(status: u16, code: &str) -> Value {
    json!({
        "type": type_uri(code),
        "title": title(code),
        "status": status,
        "detail": "what happened this time",
        "code": code,
        "request_id": "019aa6b0-7c3a-7d52-9a5e-0242ac120002",
    })
}
