//! From a failure of the domain to a problem: the one place where kinds become statuses.

use std::error::Error;
use std::fmt::Write;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use sealpost_domain::sessions::Session;
use sealpost_domain::{DomainError, ErrorKind};

use super::{FieldError, FieldErrors, Problem};

/// The code of every use case that wants a fresher login.
const STEP_UP: &str = "insufficient-user-authentication";

/// Says how old a login may be for what was asked (RFC 9470, section 3).
fn step_up_challenge() -> HeaderValue {
    let seconds = Session::STEP_UP_WINDOW.as_secs();
    let text = format!(r#"Bearer error="insufficient_user_authentication", max_age={seconds}"#);
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static("Bearer"))
}

const fn status(kind: ErrorKind) -> StatusCode {
    match kind {
        ErrorKind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorKind::Unauthenticated => StatusCode::UNAUTHORIZED,
        ErrorKind::Forbidden => StatusCode::FORBIDDEN,
        ErrorKind::NotFound => StatusCode::NOT_FOUND,
        ErrorKind::Conflict => StatusCode::CONFLICT,
        ErrorKind::PreconditionFailed => StatusCode::PRECONDITION_FAILED,
        ErrorKind::Gone => StatusCode::GONE,
        ErrorKind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        ErrorKind::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        ErrorKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        ErrorKind::OverQuota | ErrorKind::StorageFull => StatusCode::INSUFFICIENT_STORAGE,
        ErrorKind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

impl<E: DomainError> From<E> for Problem {
    fn from(error: E) -> Self {
        log(&error);
        match (error.kind(), error.field()) {
            (ErrorKind::Internal, _) => Self::internal(),
            // "No such thing" and "not yours" must be the same bytes, whichever use case says it.
            (ErrorKind::NotFound, _) => Self::not_found(),
            (ErrorKind::Invalid, Some(field)) => FieldErrors::one(field, &error).into_problem(),
            (kind, _) => plain(kind, &error),
        }
    }
}

fn plain(kind: ErrorKind, error: &dyn DomainError) -> Problem {
    let mut problem = Problem::new(status(kind), error.code(), error.to_string());
    if let Some(field) = error.field() {
        problem.errors.push(FieldError::named(field, error));
    }
    if problem.code == STEP_UP {
        problem = problem.with_header(header::WWW_AUTHENTICATE, step_up_challenge());
    }
    problem.retry_after = error.retry_after();
    if matches!(kind, ErrorKind::Unavailable | ErrorKind::RateLimited) {
        problem.retry_after.get_or_insert(Duration::from_secs(1));
    }
    problem
}

/// What the operator has to know of is logged here, with all its causes, and nowhere else.
fn log(error: &dyn DomainError) {
    match error.kind() {
        ErrorKind::Internal => {
            tracing::error!(code = error.code(), error = %chain(error), "a use case failed");
        }
        ErrorKind::Unavailable | ErrorKind::StorageFull => {
            tracing::warn!(code = error.code(), error = %chain(error), "a use case was not possible");
        }
        _ => {}
    }
}

/// The error and its causes in one line.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        // Writing to a String does not fail.
        let _ = write!(text, ": {error}");
        cause = error.source();
    }
    text
}
