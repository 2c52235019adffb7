//! `GET /v1/files/{id}/content` and `/ciphertext`.

use actix_web::{HttpRequest, HttpResponse, get, web};
use sealpost_domain::files::FileId;

use crate::Services;
use crate::extract::{Authenticated, PathId};
use crate::openapi::{AuthProblems, CommonProblems, FILES, UnknownId};
use crate::problem::Problem;
use crate::transfer::{NeedsKey, RangeRefusals, send};

/// Read a file
///
/// Its content in clear, or a part of it (`Range`, one range). Each chunk is authenticated before any byte of it leaves: a
/// damaged file ends the transfer with a broken connection, never with wrong bytes. A file that is end-to-end encrypted the
/// server cannot open: take its ciphertext.
#[utoipa::path(
    tag = FILES,
    security(("bearer" = [])),
    params(
        ("id" = String, Path, format = "uuid", description = "Names the file"),
        ("range" = Option<String>, Header, description = "`bytes=FIRST-LAST`, `bytes=FIRST-` or `bytes=-LENGTH`"),
        ("if-range" = Option<String>, Header, description = "The `ETag` of what the client has a part of"),
        ("if-none-match" = Option<String>, Header, description = "The `ETag` of what the client has"),
    ),
    responses(
        (status = 200, body = Vec<u8>, content_type = "application/octet-stream", description = "The content, with the file's own content type"),
        (status = 206, body = Vec<u8>, content_type = "application/octet-stream", description = "A part of it; `Content-Range` says which"),
        (status = 304, description = "The client has it"),
        AuthProblems,
        UnknownId,
        NeedsKey,
        RangeRefusals,
        CommonProblems,
    ),
)]
#[get("/files/{id}/content")]
pub(crate) async fn read_content(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
    PathId(id): PathId<FileId>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    send(&services.files, &request, async || {
        services.files.open(&actor, id).await
    })
    .await
}

/// Read a file's ciphertext
///
/// The bytes as they rest, or a part of them: C2SP `chunked-encryption` v1. `GET /v1/files/{id}/key` gives the key, unless
/// the file is end-to-end encrypted: then you have it.
#[utoipa::path(
    tag = FILES,
    security(("bearer" = [])),
    params(
        ("id" = String, Path, format = "uuid", description = "Names the file"),
        ("range" = Option<String>, Header, description = "`bytes=FIRST-LAST`, `bytes=FIRST-` or `bytes=-LENGTH`"),
        ("if-range" = Option<String>, Header, description = "The `ETag` of what the client has a part of"),
        ("if-none-match" = Option<String>, Header, description = "The `ETag` of what the client has"),
    ),
    responses(
        (status = 200, body = Vec<u8>, content_type = "application/octet-stream", description = "The ciphertext"),
        (status = 206, body = Vec<u8>, content_type = "application/octet-stream", description = "A part of it; `Content-Range` says which"),
        (status = 304, description = "The client has it"),
        AuthProblems,
        UnknownId,
        RangeRefusals,
        CommonProblems,
    ),
)]
#[get("/files/{id}/ciphertext")]
pub(crate) async fn read_ciphertext(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
    PathId(id): PathId<FileId>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    send(&services.files, &request, async || {
        services.files.find_ciphertext(&actor, id).await
    })
    .await
}
