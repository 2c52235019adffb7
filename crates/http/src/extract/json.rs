//! JSON bodies, bounded in size and time.

use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{FromRequest, HttpRequest};
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;

use super::{body, json_error};
use crate::middleware::Deadline;
use crate::problem::Problem;
use crate::settings::{BODY_TIMEOUT, JSON_LIMIT};

const ACCEPTED: &str = "application/json";
/// What a PATCH takes as well (RFC 7396).
const MERGE_PATCH: &str = "application/merge-patch+json";

/// A JSON object of at most `LIMIT` bytes, read into `T`. Structs for `T` say `#[serde(deny_unknown_fields)]`.
#[derive(Debug, Clone)]
pub struct Json<T, const LIMIT: usize = JSON_LIMIT>(pub T);

impl<T: DeserializeOwned + 'static, const LIMIT: usize> FromRequest for Json<T, LIMIT> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let head = check_head(request, LIMIT);
        let deadline = Deadline::of(request);
        let payload = payload.take();
        Box::pin(async move {
            head?;
            let body = body::read(payload, LIMIT, BODY_TIMEOUT, &deadline).await?;
            json_error::parse(&body).map(Self)
        })
    }
}

/// The same, where there may be no body at all.
#[derive(Debug, Clone)]
pub struct MaybeJson<T>(pub Option<T>);

impl<T: DeserializeOwned + 'static> FromRequest for MaybeJson<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let headers = request.headers();
        let empty = body::declared_length(headers).unwrap_or(0) == 0
            && !headers.contains_key(header::TRANSFER_ENCODING);
        if empty {
            return Box::pin(async { Ok(Self(None)) });
        }
        let read = Json::<T, JSON_LIMIT>::from_request(request, payload);
        Box::pin(async move { read.await.map(|Json(value)| Self(Some(value))) })
    }
}

/// Refuses what can be refused before anything of the body is read.
fn check_head(request: &HttpRequest, limit: usize) -> Result<(), Problem> {
    let headers = request.headers();
    let patch = request.method() == Method::PATCH;
    let length = body::declared_length(headers);
    match headers.get(header::CONTENT_TYPE) {
        Some(value) if !is_json(value, patch) => return Err(wrong_type()),
        None if length.unwrap_or(0) == 0 && !headers.contains_key(header::TRANSFER_ENCODING) => {
            return Err(json_error::empty());
        }
        None => return Err(wrong_type()),
        Some(_) => {}
    }
    body::check_head(headers, limit)
}

fn is_json(value: &HeaderValue, patch: bool) -> bool {
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
    let is = |accepted: &str| essence.trim().eq_ignore_ascii_case(accepted);
    (is(ACCEPTED) || (patch && is(MERGE_PATCH))) && utf8
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

#[cfg(test)]
mod tests {
    use actix_http::{BoxedPayloadStream, error::PayloadError};
    use actix_web::ResponseError as _;
    use actix_web::test::TestRequest;
    use actix_web::web;
    use futures_util::{Stream, StreamExt as _, stream};

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
            for patch in [false, true] {
                let value = HeaderValue::from_static(value);
                assert_eq!(is_json(&value, patch), accepted, "{value:?}");
            }
        }
        let merge_patch = HeaderValue::from_static(MERGE_PATCH);
        assert!(is_json(&merge_patch, true) && !is_json(&merge_patch, false));
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
