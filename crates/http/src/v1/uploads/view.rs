//! `GET` and `HEAD /v1/uploads/{id}`.

use actix_web::middleware::from_fn;
use actix_web::{HttpResponse, get, web};
use sealpost_domain::files::{FileId, FileName};
use sealpost_domain::uploads::Upload;
use serde::Serialize;
use utoipa::{IntoResponses, ToSchema};

use super::metadata;
use super::tus::{self, LENGTH, SpeaksTus, say_version};
use crate::Services;
use crate::extract::{Authenticated, PathId};
use crate::openapi::{AuthProblems, CommonProblems, FILES, Responses, UnknownId, problems};
use crate::problem::Problem;
use crate::v1::files::FileView;
use crate::wire::WireTime;

/// An upload.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Upload)]
pub(crate) struct UploadView {
    /// Names the upload, and the file that it becomes.
    #[schema(format = "uuid", example = "019aa6b0-7c3a-7d52-9a5e-0242ac120004")]
    id: String,
    /// As its owner named the file; null if they did not.
    #[schema(required, example = "holiday.jpg")]
    name: Option<String>,
    /// As its owner declared the file.
    #[schema(example = "image/jpeg")]
    content_type: String,
    /// Who seals it: `server` or, before it came, its client (`e2ee`).
    #[schema(value_type = String, example = "server")]
    protection: &'static str,
    /// How many bytes are there, and survive a crash of the server.
    #[schema(example = 524_288)]
    offset: u64,
    /// How many there will be; sealed ones with `e2ee`.
    #[schema(example = 1_048_576)]
    length: u64,
    /// When it is given up unless more comes; null once it is complete.
    #[schema(required, value_type = Option<String>, format = "date-time", example = "2026-11-22T13:04:05.678Z")]
    expires_at: Option<WireTime>,
    /// The file, once it is complete.
    #[schema(required)]
    file: Option<FileView>,
}

impl From<&Upload> for UploadView {
    fn from(upload: &Upload) -> Self {
        Self {
            id: upload.id.to_string(),
            name: upload
                .name
                .as_ref()
                .map(FileName::as_str)
                .map(str::to_owned),
            content_type: upload.content_type.as_str().to_owned(),
            protection: upload.protection.name(),
            offset: upload.offset,
            length: upload.length,
            expires_at: upload.expires_at.map(WireTime),
            file: upload.file.as_ref().map(FileView::from),
        }
    }
}

/// What only this route answers.
struct ViewRefusals;

impl IntoResponses for ViewRefusals {
    fn responses() -> Responses {
        problems(&[
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
        ])
    }
}

/// See how far an upload has come
///
/// tus 1.0.0: HEAD answers the headers alone. The upload goes on at `Upload-Offset`. One that is complete stays known for as
/// long as its file is there.
#[utoipa::path(
    tag = FILES,
    security(("bearer" = [])),
    params(
        ("id" = String, Path, format = "uuid", description = "Names the upload"),
        ("tus-resumable" = Option<String>, Header, description = "`1.0.0`"),
    ),
    responses(
        (
            status = 200, body = UploadView, description = "How far it has come",
            headers(
                ("upload-offset" = u64, description = "How many bytes are there"),
                ("upload-length" = u64, description = "How many there will be"),
                ("upload-metadata" = String, description = "Name and type of the file, in base64"),
                ("upload-expires" = String, description = "When it is given up unless more comes"),
                ("upload-file" = String, description = "Where the file is, once all of it came"),
            ),
        ),
        AuthProblems,
        UnknownId,
        ViewRefusals,
        CommonProblems,
    ),
)]
#[get("/uploads/{id}", wrap = "from_fn(say_version)")]
pub(crate) async fn view_upload(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
    _tus: SpeaksTus,
    PathId(id): PathId<FileId>,
) -> Result<HttpResponse, Problem> {
    let viewed = services.uploads.view(&actor, id).await;
    let upload = viewed.map_err(|error| tus::refuse(error, false))?;
    let mut answer = HttpResponse::Ok();
    tus::tell(&mut answer, &upload);
    answer
        .insert_header((LENGTH, upload.length))
        .insert_header((metadata::NAME, metadata::write(&upload)));
    Ok(answer.json(UploadView::from(&upload)))
}
