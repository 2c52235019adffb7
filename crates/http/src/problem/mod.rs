//! Failures as `application/problem+json` (RFC 9457).
//!
//! A [`Problem`] is what handlers and extractors return. It becomes a body at the very end, in the frame around all
//! routes, because only there its request id is known.
//!
//! | status | when |
//! |---|---|
//! | 400 | the request cannot be read: no JSON, a wrong type, an unknown or missing field |
//! | 422 | it can be read and a value breaks a rule; `errors` names every such field at once |
//! | others | one for each [`sealpost_domain::ErrorKind`], see `domain.rs` |

mod domain;
mod fields;
mod render;

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use serde_json::{Map, Value};

pub(crate) use domain::chain;
pub use fields::{FieldError, FieldErrors};
pub(crate) use render::{CONTENT_TYPE, render, title, type_uri};

/// A failure on its way to the caller. None of its texts may carry a secret or a value the caller sent.
#[derive(Debug, Clone)]
pub struct Problem {
    status: StatusCode,
    code: &'static str,
    detail: Cow<'static, str>,
    errors: Vec<FieldError>,
    members: Option<Box<Map<String, Value>>>,
    retry_after: Option<Duration>,
    headers: Vec<(HeaderName, HeaderValue)>,
    closes_connection: bool,
}

impl Problem {
    /// A problem with a stable slug and a sentence for people.
    pub fn new(
        status: StatusCode,
        code: &'static str,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            status,
            code,
            detail: detail.into(),
            errors: Vec::new(),
            members: None,
            retry_after: None,
            headers: Vec::new(),
            closes_connection: false,
        }
    }

    /// A request that cannot be read.
    pub fn bad_request(code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, detail)
    }

    /// Something that is not there, or that the caller may not know of: always the same bytes but for the request id.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", "there is no such thing")
    }

    /// A defect. What it was stands in the log under the request id.
    #[must_use]
    pub fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal-error",
            "the server failed; with the request id its operator can find out why",
        )
    }

    /// The status it has in the native API.
    pub(crate) const fn status(&self) -> StatusCode {
        self.status
    }

    /// The stable slug.
    pub(crate) const fn code(&self) -> &'static str {
        self.code
    }

    /// The sentence for people.
    pub(crate) fn detail(&self) -> &str {
        &self.detail
    }

    /// The fields at fault.
    pub(crate) fn errors(&self) -> &[FieldError] {
        &self.errors
    }

    /// When trying again makes sense.
    pub(crate) const fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// Names the fields at fault.
    #[must_use]
    pub fn with_errors(mut self, errors: Vec<FieldError>) -> Self {
        self.errors = errors;
        self
    }

    /// Adds a member of its own to the body (RFC 9457, section 3.2), for what a program needs to go on.
    #[must_use]
    pub fn with_member(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.members
            .get_or_insert_default()
            .insert(name.to_owned(), value.into());
        self
    }

    /// Says when trying again makes sense.
    #[must_use]
    pub const fn with_retry_after(mut self, after: Duration) -> Self {
        self.retry_after = Some(after);
        self
    }

    /// Adds a header to the answer.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Ends the connection after the answer: what else comes on it cannot be told from the rest of this request.
    #[must_use]
    pub const fn closing_connection(mut self) -> Self {
        self.closes_connection = true;
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.detail)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    /// Leaves the problem beside an empty body; `render` makes the body of it.
    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::new(self.status);
        response.extensions_mut().insert(self.clone());
        response
    }
}
