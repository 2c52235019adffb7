//! An answer as it is kept.

use actix_web::body::{self, BoxBody};
use actix_web::dev::ServiceResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use sealpost_domain::idempotency::Idempotency;
use serde::{Deserialize, Serialize};

use crate::problem::Problem;

/// The headers that are kept; the frame adds the others anew.
const KEPT: [HeaderName; 3] = [header::CONTENT_TYPE, header::LOCATION, header::ETAG];
/// Says that an answer is another request's.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// What a repeat is answered with. All such answers are JSON.
#[derive(Serialize, Deserialize)]
struct Kept {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

/// The answer, and how it is kept; None for one that is larger than what is kept, or no text.
pub(super) async fn record(
    answer: ServiceResponse<BoxBody>,
) -> Result<(ServiceResponse<BoxBody>, Option<Vec<u8>>), Problem> {
    let (request, response) = answer.into_parts();
    let (head, body) = response.into_parts();
    let body = body::to_bytes_limited(body, Idempotency::MAX_ANSWER)
        .await
        .ok()
        .and_then(Result::ok)
        .ok_or_else(Problem::internal)?;
    let headers = KEPT.iter().filter_map(|name| {
        let value = head.headers().get(name)?.to_str().ok()?;
        Some((name.to_string(), value.to_owned()))
    });
    let kept = Kept {
        status: head.status().as_u16(),
        headers: headers.collect(),
        body: String::from_utf8(body.to_vec()).map_err(|_| Problem::internal())?,
    };
    // Texts and numbers always serialize.
    let kept = serde_json::to_vec(&kept).ok();
    let response = head.set_body(BoxBody::new(body));
    Ok((ServiceResponse::new(request, response), kept))
}

/// The kept answer, given again.
pub(super) fn replay(
    request: HttpRequest,
    kept: &[u8],
) -> Result<ServiceResponse<BoxBody>, Problem> {
    let kept: Kept = serde_json::from_slice(kept).map_err(|_| Problem::internal())?;
    let status = StatusCode::from_u16(kept.status).map_err(|_| Problem::internal())?;
    let mut response = HttpResponse::build(status);
    for (name, value) in kept.headers {
        response.insert_header((name, value));
    }
    response.insert_header((REPLAYED, HeaderValue::from_static("true")));
    Ok(ServiceResponse::new(request, response.body(kept.body)))
}
