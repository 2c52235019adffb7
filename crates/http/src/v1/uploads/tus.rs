//! What every request and every answer of the protocol has.

use std::future::{Ready, ready};
use std::time::{Duration, SystemTime};

use actix_web::body::BoxBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue, HttpDate};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, FromRequest, HttpRequest, HttpResponseBuilder};
use sealpost_domain::Timestamp;
use sealpost_domain::storage::StorageRefused;
use sealpost_domain::uploads::{Upload, UploadError};

use crate::problem::Problem;

pub(super) const RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
pub(super) const VERSION: HeaderName = HeaderName::from_static("tus-version");
pub(super) const OFFSET: HeaderName = HeaderName::from_static("upload-offset");
pub(super) const LENGTH: HeaderName = HeaderName::from_static("upload-length");
const EXPIRES: HeaderName = HeaderName::from_static("upload-expires");
/// Ours: where the file is that a complete upload has become.
const FILE: HeaderName = HeaderName::from_static("upload-file");
/// The media type of a part.
pub(super) const PART: &str = "application/offset+octet-stream";
/// The one version there is.
pub(super) const TUS: &str = "1.0.0";

/// Says in each answer, refusals too, which version this is.
pub(super) async fn say_version(
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let mut answer = next.call(request).await?;
    let version = HeaderValue::from_static(TUS);
    answer.headers_mut().insert(RESUMABLE, version);
    Ok(answer)
}

/// A request that speaks this version. Who only looks, with GET or HEAD, need not say so. Asked for after who it is.
pub(super) struct SpeaksTus;

impl FromRequest for SpeaksTus {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let right = match request.headers().get(RESUMABLE) {
            Some(version) => version == TUS,
            None => request.method() == Method::GET,
        };
        ready(right.then_some(Self).ok_or_else(other_version))
    }
}

fn other_version() -> Problem {
    Problem::new(
        StatusCode::PRECONDITION_FAILED,
        "unsupported-tus-version",
        "say Tus-Resumable: 1.0.0",
    )
    .with_header(VERSION, HeaderValue::from_static(TUS))
    .closing_connection()
}

/// A header that is a number, if it is there.
pub(super) fn number(headers: &HeaderMap, name: &HeaderName) -> Result<Option<u64>, Problem> {
    let mut values = headers.get_all(name);
    let value = values.next();
    match (value, values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value
            .to_str()
            .ok()
            .filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))
            .and_then(|text| text.parse().ok())
            .map(Some)
            .ok_or_else(|| not_a_number(name)),
        (Some(_), Some(_)) => Err(not_a_number(name)),
    }
}

pub(super) fn not_a_number(name: &HeaderName) -> Problem {
    invalid(format!("{name} is one whole number"))
}

/// A header of the protocol cannot be read.
pub(super) fn invalid(detail: impl Into<std::borrow::Cow<'static, str>>) -> Problem {
    Problem::bad_request("invalid-upload-header", detail).closing_connection()
}

/// Whether the body is a part of an upload.
pub(super) fn is_part(content_type: Option<&str>) -> bool {
    content_type.is_some_and(|text| text.eq_ignore_ascii_case(PART))
}

/// The body is not what an upload is made of.
pub(super) fn no_part() -> Problem {
    Problem::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "unsupported-media-type",
        format!("a part of an upload has the content type {PART}"),
    )
    .closing_connection()
}

/// The statuses that the protocol names, where they are not those of the domain's kinds.
pub(super) fn refuse(error: UploadError, was_tus_checksum: bool) -> Problem {
    let status = match &error {
        UploadError::Locked => StatusCode::LOCKED,
        UploadError::Broken(_) => StatusCode::BAD_REQUEST,
        // "460 Checksum Mismatch", the protocol's own.
        UploadError::Mismatch(_) if was_tus_checksum => {
            StatusCode::from_u16(460).unwrap_or(StatusCode::BAD_REQUEST)
        }
        UploadError::Mismatch(_) => StatusCode::BAD_REQUEST,
        UploadError::WrongOffset { offset } => {
            let offset = *offset;
            return Problem::from(error)
                .with_header(OFFSET, HeaderValue::from(offset))
                .closing_connection();
        }
        UploadError::Storage(StorageRefused::OverQuota { limit, used }) => {
            let (limit, used) = (*limit, *used);
            return Problem::from(error)
                .with_member("limit", limit)
                .with_member("used", used)
                .closing_connection();
        }
        _ => return Problem::from(error).closing_connection(),
    };
    let code = sealpost_domain::DomainError::code(&error);
    Problem::new(status, code, error.to_string()).closing_connection()
}

/// Says how far an upload has come.
pub(super) fn tell(answer: &mut HttpResponseBuilder, upload: &Upload) {
    answer.insert_header((OFFSET, upload.offset));
    if let Some(expires_at) = upload.expires_at {
        answer.insert_header((EXPIRES, date(expires_at)));
    }
    if let Some(file) = &upload.file {
        answer.insert_header((FILE, format!("/v1/files/{}", file.id)));
    }
}

fn date(at: Timestamp) -> HttpDate {
    let seconds = u64::try_from(at.as_seconds()).unwrap_or(0);
    (SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)).into()
}

/// The content type of a request, if it is readable.
pub(super) fn content_type(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::CONTENT_TYPE)?.to_str().ok()
}
