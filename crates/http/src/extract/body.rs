//! Bodies that are read as a whole, bounded in size and time.

use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::StreamExt as _;
use futures_util::future::LocalBoxFuture;

use crate::middleware::Deadline;
use crate::problem::Problem;
use crate::settings::{BODY_RATE, BODY_TIMEOUT};

/// A body of any type and at most `LIMIT` bytes.
#[derive(Debug, Clone)]
pub struct Body<const LIMIT: usize>(pub web::Bytes);

impl<const LIMIT: usize> FromRequest for Body<LIMIT> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let head = check_head(request.headers(), LIMIT);
        let deadline = Deadline::of(request);
        let payload = payload.take();
        let transfer = u64::try_from(LIMIT).unwrap_or(u64::MAX) / BODY_RATE;
        let patience = BODY_TIMEOUT + Duration::from_secs(transfer);
        Box::pin(async move {
            head?;
            read(payload, LIMIT, patience, &deadline).await.map(Self)
        })
    }
}

/// What the head says of the body's length, if it does.
pub(super) fn declared_length(headers: &HeaderMap) -> Option<u64> {
    let length = headers.get(header::CONTENT_LENGTH)?;
    length.to_str().ok()?.parse().ok()
}

/// Refuses what can be refused before anything of the body is read.
pub(super) fn check_head(headers: &HeaderMap, limit: usize) -> Result<(), Problem> {
    let coding = headers.get(header::CONTENT_ENCODING);
    if coding.is_some_and(|value| !value.as_bytes().eq_ignore_ascii_case(b"identity")) {
        return Err(wrong_coding());
    }
    let length = declared_length(headers).map(usize::try_from);
    if length.is_some_and(|length| length.map_or(true, |length| length > limit)) {
        return Err(too_large(limit));
    }
    Ok(())
}

/// The whole body, which may take so long. The handler has its full time afterwards, however slowly the body came.
pub(super) async fn read(
    payload: Payload,
    limit: usize,
    patience: Duration,
    deadline: &Deadline,
) -> Result<web::Bytes, Problem> {
    deadline.restart_after(patience);
    let body = tokio::time::timeout(patience, collect(payload, limit)).await;
    deadline.restart_after(Duration::ZERO);
    body.map_err(|_| timed_out(patience))?
}

async fn collect(mut payload: Payload, limit: usize) -> Result<web::Bytes, Problem> {
    let mut body = web::BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| {
            Problem::bad_request(
                "incomplete-body",
                "the body ended before all of it was there",
            )
        })?;
        if body.len() + chunk.len() > limit {
            return Err(too_large(limit));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

fn wrong_coding() -> Problem {
    Problem::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "unsupported-content-encoding",
        "send the body without compression",
    )
    .with_header(
        header::ACCEPT_ENCODING,
        HeaderValue::from_static("identity"),
    )
}

fn too_large(limit: usize) -> Problem {
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "body-too-large",
        format!("the body may have at most {limit} bytes"),
    )
}

fn timed_out(patience: Duration) -> Problem {
    let seconds = patience.as_secs();
    Problem::new(
        StatusCode::REQUEST_TIMEOUT,
        "body-timeout",
        format!("the body did not arrive within {seconds} seconds"),
    )
    .closing_connection()
}
