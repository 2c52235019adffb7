use actix_web::http::StatusCode;
use actix_web::http::header::HeaderMap;
use sealpost_domain::idempotency::IdempotencyKey;
use utoipa::IntoParams;

use crate::problem::Problem;

/// The header's name.
const NAME: &str = "idempotency-key";

/// What a client says so that a repeat does nothing.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(
    dead_code,
    reason = "describes the header; it is read before the handler"
)]
pub(crate) struct IdempotencyKeyHeader {
    /// Your own name for this request, 1 to 255 visible ASCII characters: a UUID is a good one. Repeat the request with the same
    /// key, within 24 hours, if the answer was lost: it is answered like the original, with `Idempotency-Replayed: true`, and
    /// nothing happens twice. A refused request frees its key. With another request: 422 `idempotency-key-reused`; while the
    /// original runs: 409 `idempotency-key-in-use`; if the server stopped between storing and answering: 409
    /// `idempotency-answer-lost`.
    #[param(rename = "Idempotency-Key", min_length = 1, max_length = 255)]
    idempotency_key: Option<String>,
}

/// The key of a request, if it has one.
pub(super) fn read(headers: &HeaderMap) -> Result<Option<IdempotencyKey>, Problem> {
    let mut values = headers.get_all(NAME);
    let Some(value) = values.next() else {
        return Ok(None);
    };
    let text = value.to_str().unwrap_or_default();
    match IdempotencyKey::parse(text) {
        Ok(key) if values.next().is_none() => Ok(Some(key)),
        Ok(_) => Err(invalid("there is more than one Idempotency-Key")),
        Err(error) => Err(invalid(error.to_string())),
    }
}

fn invalid(detail: impl Into<std::borrow::Cow<'static, str>>) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "invalid-idempotency-key", detail)
}
