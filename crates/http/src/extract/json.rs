//! JSON bodies, bounded in size and time.

use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::StreamExt as _;
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;

use super::json_error;
use crate::middleware::Deadline;
use crate::problem::Problem;
use crate::settings::{BODY_TIMEOUT, JSON_LIMIT};

const ACCEPTED: &str = "application/json";

/// A JSON object of at most `LIMIT` bytes, read into `T`. Structs for `T` say `#[serde(deny_unknown_fields)]`.
#[derive(Debug, Clone)]
pub struct Json<T, const LIMIT: usize = JSON_LIMIT>(pub T);

impl<T: DeserializeOwned + 'static, const LIMIT: usize> FromRequest for Json<T, LIMIT> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let head = check_head(request.headers(), LIMIT);
        let deadline = Deadline::of(request);
        let payload = payload.take();
        Box::pin(async move {
            head?;
            deadline.restart_after(BODY_TIMEOUT);
            let body = tokio::time::timeout(BODY_TIMEOUT, read(payload, LIMIT)).await;
            // The handler has its full time, however slowly the body came.
            deadline.restart_after(Duration::ZERO);
            json_error::parse(&body.map_err(|_| timed_out())??).map(Self)
        })
    }
}

/// Refuses what can be refused before anything of the body is read.
fn check_head(headers: &HeaderMap, limit: usize) -> Result<(), Problem> {
    let length = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok());
    let length: Option<u64> = length.and_then(|text| text.parse().ok());
    match headers.get(header::CONTENT_TYPE) {
        Some(value) if !is_json(value) => return Err(wrong_type()),
        None if length.unwrap_or(0) == 0 && !headers.contains_key(header::TRANSFER_ENCODING) => {
            return Err(json_error::empty());
        }
        None => return Err(wrong_type()),
        Some(_) => {}
    }
    let coding = headers.get(header::CONTENT_ENCODING);
    if coding.is_some_and(|value| !value.as_bytes().eq_ignore_ascii_case(b"identity")) {
        return Err(wrong_coding());
    }
    if length.is_some_and(|length| usize::try_from(length).map_or(true, |length| length > limit)) {
        return Err(too_large(limit));
    }
    Ok(())
}

fn is_json(value: &HeaderValue) -> bool {
    let Ok(text) = value.to_str() else {
        return false;
    };
    let (essence, parameters) = text.split_once(';').unwrap_or((text, ""));
    let parameters = parameters.trim();
    let utf8 = parameters.is_empty()
        || parameters.split_once('=').is_some_and(|(name, value)| {
            name.eq_ignore_ascii_case("charset")
                && value.trim_matches('"').eq_ignore_ascii_case("utf-8")
        });
    essence.trim().eq_ignore_ascii_case(ACCEPTED) && utf8
}

async fn read(mut payload: Payload, limit: usize) -> Result<web::Bytes, Problem> {
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

fn wrong_type() -> Problem {
    Problem::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "unsupported-media-type",
        "send the body as application/json in UTF-8",
    )
    .with_header(
        header::HeaderName::from_static("accept-post"),
        HeaderValue::from_static(ACCEPTED),
    )
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

fn timed_out() -> Problem {
    Problem::new(
        StatusCode::REQUEST_TIMEOUT,
        "body-timeout",
        format!(
            "the body did not arrive within {} seconds",
            BODY_TIMEOUT.as_secs()
        ),
    )
    .closing_connection()
}

#[cfg(test)]
mod tests {
    use actix_http::{BoxedPayloadStream, error::PayloadError};
    use actix_web::ResponseError as _;
    use actix_web::test::TestRequest;
    use futures_util::{Stream, stream};

    use super::*;

    #[test]
    fn json_in_utf8_is_json() {
        for (value, accepted) in [
            ("application/json", true),
            ("Application/JSON; charset=UTF-8", true),
            ("application/json;charset=\"utf-8\"", true),
            ("application/json; charset=latin1", false),
            ("application/jsonp", false),
            ("text/plain", false),
            ("", false),
        ] {
            assert_eq!(
                is_json(&HeaderValue::from_static(value)),
                accepted,
                "{value}"
            );
        }
    }

    fn streamed(chunks: impl Stream<Item = Result<web::Bytes, PayloadError>> + 'static) -> Payload {
        let payload: BoxedPayloadStream = Box::pin(chunks);
        Payload::Stream { payload }
    }

    #[actix_web::test]
    async fn a_body_that_stalls_is_given_up() {
        tokio::time::pause();
        let request = TestRequest::post()
            .insert_header((header::CONTENT_TYPE, ACCEPTED))
            .insert_header((header::TRANSFER_ENCODING, "chunked"))
            .to_http_request();
        let stalled = stream::iter([Ok(web::Bytes::from_static(b"{"))]).chain(stream::pending());
        let mut payload = streamed(stalled);
        let refused = Json::<serde_json::Value>::from_request(&request, &mut payload).await;
        assert_eq!(
            refused.unwrap_err().status_code(),
            StatusCode::REQUEST_TIMEOUT
        );
    }

    #[actix_web::test]
    async fn a_body_without_a_length_is_bounded_too() {
        let chunk = || Ok(web::Bytes::from(vec![b' '; 1_000]));
        let mut payload = streamed(stream::repeat_with(chunk));
        let request = TestRequest::post()
            .insert_header((header::CONTENT_TYPE, ACCEPTED))
            .insert_header((header::TRANSFER_ENCODING, "chunked"))
            .to_http_request();
        let refused = Json::<serde_json::Value>::from_request(&request, &mut payload).await;
        assert_eq!(
            refused.unwrap_err().status_code(),
            StatusCode::PAYLOAD_TOO_LARGE
        );
    }
}
