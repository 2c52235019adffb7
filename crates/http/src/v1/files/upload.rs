//! `POST /v1/files`.

use actix_web::http::header;
use actix_web::middleware::from_fn;
use actix_web::{HttpRequest, HttpResponse, post, web};
use sealpost_domain::files::{ContentType, FileId, FileName, NewFile, NewSealedFile, WrappedKey};
use utoipa::IntoResponses;

use super::query::UploadQuery;
use super::view::FileView;
use crate::Services;
use crate::extract::{Authenticated, Query, Upload};
use crate::idempotency::{IdempotencyKeyHeader, idempotent_upload};
use crate::openapi::{AuthProblems, CommonProblems, FILES, Responses, problems};
use crate::problem::{FieldError, FieldErrors, Problem};
use crate::transfer::{Incoming, content_digest, receive};

/// Where the key is that the owner's client has wrapped for itself.
pub(crate) const WRAPPED_KEY: &str = "wrapped-key";

/// What only this route answers.
struct UploadRefusals;

impl IntoResponses for UploadRefusals {
    fn responses() -> Responses {
        problems(&[
            (
                400,
                "incomplete-body",
                "`invalid-query`, `incomplete-body`, `invalid-content-digest`; `checksum-mismatch`: the body is not what \
                 `Content-Digest` says; `duplicate-authorization`",
            ),
            (
                408,
                "body-timeout",
                "`body-timeout`: the body paused for 15 seconds, or came with less than 1 KiB a second",
            ),
            (
                409,
                "unreserved-file-id",
                "`unreserved-file-id`: the id was not handed out to you, is over, or is a file's; `idempotency-key-in-use`",
            ),
            (
                413,
                "file-too-large",
                "`file-too-large`: the text names the limit",
            ),
            (
                415,
                "unsupported-content-encoding",
                "`unsupported-content-encoding`: send the body without compression",
            ),
            (
                422,
                "invalid-fields",
                "`invalid-fields`: the name, the content type, the protection, the id or the wrapped key; `not-a-sealed-file`: no file is sealed to so many bytes",
            ),
            (
                507,
                "storage-full",
                "`quota-exceeded`: you may store no more: `limit` says how many bytes you may, `used` how many you do; \
                 `storage-full`: the server has no room left",
            ),
        ])
    }
}

/// Store a file
///
/// The body is the file, of any type and size; it is encrypted as it comes (C2SP `chunked-encryption` v1, AES-256-GCM
/// under a key of its own) and never rests in clear. `Content-Type` and `name` are kept, sealed. The answer comes
/// when the file is durable; an upload that breaks off leaves nothing.
///
/// With `protection=e2ee` the body is sealed already, in the same format, under a key that the server never sees and for the id
/// that `POST /v1/files/ids` has handed out; `Wrapped-Key` is that key, as your client wrapped it for itself (1 to 4096
/// visible characters of ASCII, for example a compact JWE). The bytes are kept as they come.
#[utoipa::path(
    tag = FILES,
    security(("bearer" = [])),
    params(
        UploadQuery,
        IdempotencyKeyHeader,
        ("wrapped-key" = Option<String>, Header, description = "Only with `protection=e2ee`: the file's key, wrapped"),
        ("content-digest" = Option<String>, Header, description = "`sha-256=:BASE64:` or `sha-512=:BASE64:` (RFC 9530); what comes to something else is not stored"),
    ),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The file"),
    responses(
        (
            status = 201, body = FileView, description = "The file is stored",
            headers(("location" = String, description = "Where it is found")),
        ),
        AuthProblems,
        UploadRefusals,
        CommonProblems,
    ),
)]
#[post("/files", wrap = "from_fn(idempotent_upload)")]
pub(crate) async fn upload_file(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
    Query(query): Query<UploadQuery>,
    request: HttpRequest,
    upload: Upload,
) -> Result<HttpResponse, Problem> {
    let new = describe(&query, &request, &upload)?;
    let file = Box::pin(receive(&services, &actor, new, upload)).await?;
    let view = FileView::from(&file);
    let location = format!("/v1/files/{}", file.id);
    Ok(HttpResponse::Created()
        .insert_header((header::LOCATION, location))
        .json(view))
}

fn describe(
    query: &UploadQuery,
    request: &HttpRequest,
    upload: &Upload,
) -> Result<Incoming, Problem> {
    let checksums = content_digest(request.headers())?;
    let mut errors = FieldErrors::default();
    let name = query
        .name
        .as_deref()
        .map(|name| errors.check("name", FileName::parse(name)));
    let content_type = match &upload.content_type {
        Some(text) => errors.check("content_type", ContentType::parse(text)),
        None => Some(ContentType::unknown()),
    };
    let sealed = sealing(query, request, &mut errors);
    let name = name.map_or(Some(None), |parsed| parsed.map(Some));
    let new = name.zip(content_type).map(|(name, content_type)| NewFile {
        name,
        content_type,
        length: upload.length,
        checksums,
    });
    new.zip(sealed)
        .map(|(file, sealed)| match sealed {
            None => Incoming::Plain(file),
            Some((id, wrapped_key)) => Incoming::Sealed(Box::new(NewSealedFile {
                id,
                wrapped_key,
                file,
            })),
        })
        .ok_or_else(|| errors.into_problem().closing_connection())
}

/// What a file that its client has sealed has beside; Some(None) for one that the server is to seal.
#[expect(clippy::option_option, reason = "whether it is right, and what it is")]
fn sealing(
    query: &UploadQuery,
    request: &HttpRequest,
    errors: &mut FieldErrors,
) -> Option<Option<(FileId, WrappedKey)>> {
    let wrapped = request.headers().get(WRAPPED_KEY);
    let mut refuse = |field: &'static str, detail: &'static str| {
        errors.push(FieldError::new(field, detail, "invalid-protection"));
        None
    };
    match query.protection.as_deref() {
        None | Some("server") if query.id.is_some() => {
            refuse("/id", "only with protection=e2ee a file's id is named")
        }
        None | Some("server") if wrapped.is_some() => refuse(
            "/wrapped_key",
            "only with protection=e2ee a file's key is wrapped by its client",
        ),
        None | Some("server") => Some(None),
        Some("e2ee") => {
            let wrapped = wrapped.and_then(|wrapped| wrapped.to_str().ok());
            let wrapped = WrappedKey::parse(wrapped.unwrap_or_default());
            let wrapped = errors.check("wrapped_key", wrapped);
            let id = query.id.as_deref().unwrap_or_default().parse();
            let id = errors.check_as("id", "invalid-id", id);
            id.zip(wrapped).map(Some)
        }
        Some(_) => refuse("/protection", "the protection is server or e2ee"),
    }
}
