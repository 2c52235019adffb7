//! `POST /v1/files`.

use actix_web::http::header;
use actix_web::middleware::from_fn;
use actix_web::{HttpResponse, post, web};
use sealpost_domain::files::{ContentType, FileName, NewFile};
use utoipa::IntoResponses;

use super::query::UploadQuery;
use super::view::FileView;
use crate::Services;
use crate::extract::{Authenticated, Query, Upload};
use crate::idempotency::{IdempotencyKeyHeader, idempotent_upload};
use crate::openapi::{AuthProblems, CommonProblems, FILES, Responses, problems};
use crate::problem::{FieldErrors, Problem};
use crate::transfer::receive;

/// What only this route answers.
struct UploadRefusals;

impl IntoResponses for UploadRefusals {
    fn responses() -> Responses {
        problems(&[
            (
                400,
                "incomplete-body",
                "`invalid-query`, `incomplete-body`; `duplicate-authorization`",
            ),
            (
                408,
                "body-timeout",
                "`body-timeout`: the body paused for 15 seconds, or came with less than 1 KiB a second",
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
                "`invalid-fields`: the name or the content type",
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
#[utoipa::path(
    tag = FILES,
    security(("bearer" = [])),
    params(UploadQuery, IdempotencyKeyHeader),
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
    upload: Upload,
) -> Result<HttpResponse, Problem> {
    let new = describe(query, &upload)?;
    let file = Box::pin(receive(&services, &actor, new, upload)).await?;
    let view = FileView::from(&file);
    let location = format!("/v1/files/{}", file.id);
    Ok(HttpResponse::Created()
        .insert_header((header::LOCATION, location))
        .json(view))
}

fn describe(query: UploadQuery, upload: &Upload) -> Result<NewFile, Problem> {
    let mut errors = FieldErrors::default();
    let name = query
        .name
        .map(|name| errors.check("name", FileName::parse(&name)));
    let content_type = match &upload.content_type {
        Some(text) => errors.check("content_type", ContentType::parse(text)),
        None => Some(ContentType::unknown()),
    };
    let name = name.map_or(Some(None), |parsed| parsed.map(Some));
    name.zip(content_type)
        .map(|(name, content_type)| NewFile {
            name,
            content_type,
            length: upload.length,
        })
        .ok_or_else(|| errors.into_problem().closing_connection())
}
