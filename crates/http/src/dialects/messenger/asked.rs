//! What somebody asks of `get_messages`: in the query, or in the body.

use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderMap};
use actix_web::{FromRequest, HttpRequest};
use futures_util::FutureExt as _;
use futures_util::future::LocalBoxFuture;
use sealpost_domain::Timestamp;
use sealpost_domain::messages::Span;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::extract::{Json, Query};
use crate::problem::{FieldError, FieldErrors, Problem};

/// Whose messages, and of when.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = MessengerGetMessages)]
pub(super) struct Request {
    /// Who sent them.
    #[schema(example = "another_user")]
    pub(super) username: String,
    /// Seconds since the epoch: what was taken at this moment does not come any more.
    #[schema(example = 1614847488.862, minimum = 0)]
    from_ts: f64,
    /// Seconds since the epoch: what was taken at this moment still comes. 0 is no bound.
    #[schema(example = 0, minimum = 0)]
    to_ts: f64,
}

/// The same in the query.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct RequestQuery {
    /// Who sent them.
    username: Option<String>,
    /// Seconds since the epoch, exclusive.
    from_ts: Option<String>,
    /// Seconds since the epoch, inclusive; 0 is no bound.
    to_ts: Option<String>,
}

impl TryFrom<RequestQuery> for Request {
    type Error = Problem;

    fn try_from(query: RequestQuery) -> Result<Self, Problem> {
        let mut errors = FieldErrors::default();
        for (pointer, value) in [
            ("/username", &query.username),
            ("/from_ts", &query.from_ts),
            ("/to_ts", &query.to_ts),
        ] {
            if value.is_none() {
                let missing = FieldError::new(pointer, "this field is missing", "missing-field");
                errors.push(missing);
            }
        }
        match (query.username, query.from_ts, query.to_ts) {
            (Some(username), Some(from_ts), Some(to_ts)) => Ok(Self {
                username,
                // What is no number is refused like one that makes no sense.
                from_ts: from_ts.parse().unwrap_or(f64::NAN),
                to_ts: to_ts.parse().unwrap_or(f64::NAN),
            }),
            _ => Err(errors.into_problem()),
        }
    }
}

/// The request, from the body, which a GET may have here; without a body from the query.
#[derive(Debug)]
pub(super) struct Asked(pub(super) Request);

impl FromRequest for Asked {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        if has_body(request.headers()) || request.query_string().is_empty() {
            let body = Json::<Request>::from_request(request, payload);
            return body.map(|body| body.map(|body| Self(body.0))).boxed_local();
        }
        let query = Query::<RequestQuery>::from_request(request, payload);
        query
            .map(|query| query.and_then(|query| query.0.try_into()).map(Self))
            .boxed_local()
    }
}

/// Whether the head announces a body (RFC 9112, section 6).
fn has_body(headers: &HeaderMap) -> bool {
    let length = headers.get(header::CONTENT_LENGTH);
    headers.contains_key(header::TRANSFER_ENCODING) || length.is_some_and(|length| length != "0")
}

impl Request {
    /// What is asked for.
    pub(super) fn span(&self) -> Result<Span, Problem> {
        let mut errors = FieldErrors::default();
        let mut read = |field: &'static str, seconds: f64| {
            let moment = moment(seconds);
            if moment.is_none() {
                errors.push(FieldError::new(
                    format!("/{field}"),
                    "expected seconds since the epoch: a number that is not negative",
                    "invalid-time",
                ));
            }
            moment
        };
        let (after, until) = (read("from_ts", self.from_ts), read("to_ts", self.to_ts));
        match (after, until) {
            (Some(after), Some(until)) => Ok(Span {
                after,
                until: (until > Timestamp::from_seconds(0)).then_some(until),
            }),
            _ => Err(errors.into_problem()),
        }
    }
}

/// The moment so many seconds after the epoch, to the nearest microsecond: what a client made of a date with milliseconds
/// becomes that very millisecond again.
fn moment(seconds: f64) -> Option<Timestamp> {
    if !seconds.is_finite() || seconds < 0.0 {
        return None;
    }
    // What is too large is later than everything.
    let micros = Duration::try_from_secs_f64(seconds).map_or(i64::MAX, |since| {
        i64::try_from((since.as_nanos() + 500) / 1_000).unwrap_or(i64::MAX)
    });
    Some(Timestamp::from_micros(micros))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_with_milliseconds_becomes_that_very_millisecond() {
        for millis in (1_614_847_488_000_i64..1_614_847_490_000).step_by(7) {
            let text = format!("{}.{:03}", millis / 1_000, millis % 1_000);
            let micros = moment(text.parse().unwrap()).unwrap().as_micros();
            assert_eq!(micros, millis * 1_000, "{text}");
        }
    }

    #[test]
    fn what_is_no_moment_is_none() {
        for seconds in [-1.0, -0.001, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(moment(seconds), None, "{seconds}");
        }
        assert_eq!(moment(0.0), Some(Timestamp::from_seconds(0)));
        assert_eq!(moment(-0.0), Some(Timestamp::from_seconds(0)));
        assert_eq!(moment(1e300), Some(Timestamp::from_micros(i64::MAX)));
    }
}
