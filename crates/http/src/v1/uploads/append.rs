//! `PATCH /v1/uploads/{id}`.

use actix_web::middleware::from_fn;
use actix_web::{HttpRequest, HttpResponse, patch, web};
use sealpost_domain::files::FileId;
use sealpost_domain::uploads::UploadPart;
use utoipa::IntoResponses;

use super::checksum;
use super::tus::{self, OFFSET, SpeaksTus, say_version};
use crate::Services;
use crate::extract::{Authenticated, PathId, Upload};
use crate::openapi::{AuthProblems, CommonProblems, FILES, Responses, UnknownId, problems};
use crate::problem::Problem;
use crate::transfer::feed;

/// What only this route answers.
struct AppendRefusals;

impl IntoResponses for AppendRefusals {
    fn responses() -> Responses {
        problems(&[
            (
                400,
                "incomplete-body",
                "`invalid-upload-header`, `invalid-content-digest`; `incomplete-body`: what came is kept; \
                 `checksum-mismatch` of a `Content-Digest`: nothing is; `duplicate-authorization`",
            ),
            (
                408,
                "body-timeout",
                "`body-timeout`: the body paused for 15 seconds, or came with less than 1 KiB a second; what came is kept",
            ),
            (
                409,
                "wrong-offset",
                "`wrong-offset`: `Upload-Offset` tells where the upload goes on",
            ),
            (
                410,
                "upload-expired",
                "`upload-expired`, `upload-lost`: begin a new one",
            ),
            (
                412,
                "unsupported-tus-version",
                "`unsupported-tus-version`: `Tus-Version` tells which there is",
            ),
            (
                413,
                "longer-than-declared",
                "`longer-than-declared`: more than `Upload-Length`; `too-long-to-check`: a part with a checksum has at most 4 MiB",
            ),
            (
                415,
                "unsupported-media-type",
                "`unsupported-media-type`, `unsupported-content-encoding`",
            ),
            (
                423,
                "upload-locked",
                "`upload-locked`: another request is adding to it",
            ),
            (
                460,
                "checksum-mismatch",
                "`checksum-mismatch` of an `Upload-Checksum`: nothing of the part is kept",
            ),
            (
                507,
                "storage-full",
                "`storage-full`: the server has no room left",
            ),
        ])
    }
}

/// Add to an upload
///
/// tus 1.0.0: the body goes on at `Upload-Offset`. When this is answered, the bytes survive a crash of the server; those of a
/// request that breaks off are kept too. With the last byte the upload becomes a file, which `Upload-File` names.
#[utoipa::path(
    tag = FILES,
    security(("bearer" = [])),
    params(
        ("id" = String, Path, format = "uuid", description = "Names the upload"),
        ("tus-resumable" = String, Header, description = "`1.0.0`"),
        ("upload-offset" = u64, Header, description = "Where the part begins: as many bytes as there are"),
        ("upload-checksum" = Option<String>, Header, description = "`sha256 BASE64`; also `sha1` and `sha512`"),
        ("content-digest" = Option<String>, Header, description = "`sha-256=:BASE64:` or `sha-512=:BASE64:`"),
    ),
    request_body(content = Vec<u8>, content_type = "application/offset+octet-stream", description = "The part"),
    responses(
        (
            status = 204, description = "It is there",
            headers(
                ("upload-offset" = u64, description = "How many bytes are there now"),
                ("upload-expires" = String, description = "When it is given up unless more comes"),
                ("upload-file" = String, description = "Where the file is, once all of it came"),
            ),
        ),
        AuthProblems,
        UnknownId,
        AppendRefusals,
        CommonProblems,
    ),
)]
#[patch("/uploads/{id}", wrap = "from_fn(say_version)")]
pub(crate) async fn append_to_upload(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
    _tus: SpeaksTus,
    PathId(id): PathId<FileId>,
    request: HttpRequest,
    upload: Upload,
) -> Result<HttpResponse, Problem> {
    let headers = request.headers();
    if !tus::is_part(tus::content_type(headers)) {
        return Err(tus::no_part());
    }
    let offset = tus::number(headers, &OFFSET)?.ok_or_else(|| tus::not_a_number(&OFFSET))?;
    let (checksums, is_tus_checksum) = checksum::expected(headers)?;
    let part = UploadPart {
        offset,
        length: upload.length,
        checksums,
    };
    let uploads = services.uploads.clone();
    let outcome = feed(upload, move |body| async move {
        uploads.append(&actor, id, &part, body).await
    });
    let upload = outcome
        .await?
        .map_err(|error| tus::refuse(error, is_tus_checksum))?;
    let mut answer = HttpResponse::NoContent();
    tus::tell(&mut answer, &upload);
    Ok(answer.finish())
}
