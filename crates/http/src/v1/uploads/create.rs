//! `POST /v1/uploads`.

use actix_web::http::header;
use actix_web::middleware::from_fn;
use actix_web::{HttpRequest, HttpResponse, post, web};
use sealpost_domain::sessions::Actor;
use sealpost_domain::uploads::{NewUpload, UploadPart};
use utoipa::IntoResponses;

use super::tus::{self, LENGTH, SpeaksTus, say_version};
use super::{checksum, metadata};
use crate::Services;
use crate::extract::{Authenticated, Upload};
use crate::openapi::{AuthProblems, CommonProblems, FILES, Responses, problems};
use crate::problem::Problem;
use crate::transfer::feed;

/// What only this route answers.
struct CreateRefusals;

impl IntoResponses for CreateRefusals {
    fn responses() -> Responses {
        problems(&[
            (
                400,
                "invalid-upload-header",
                "`invalid-upload-header`, `invalid-content-digest`; `duplicate-authorization`",
            ),
            (
                409,
                "too-many-uploads",
                "`too-many-uploads`: the text names the limit; `unreserved-file-id`: the id was not handed out to you, is over, or is used up",
            ),
            (
                412,
                "unsupported-tus-version",
                "`unsupported-tus-version`: `Tus-Version` tells which there is",
            ),
            (
                413,
                "file-too-large",
                "`file-too-large`: the text names the limit",
            ),
            (
                415,
                "unsupported-media-type",
                "`unsupported-media-type`: the body is no part of an upload; `unsupported-content-encoding`",
            ),
            (
                422,
                "invalid-fields",
                "`invalid-fields`: the name, the type, the protection, the id or the wrapped key in `Upload-Metadata`; \
                 `not-a-sealed-file`: no file is sealed to so many bytes",
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

/// Begin an upload
///
/// tus 1.0.0, extensions creation and creation-with-upload: the answer names the upload, to which parts are then added. Its id
/// is the id that the file will have. With the content type `application/offset+octet-stream` the body is the first part;
/// if that fails, `Upload-Offset` tells how much of it is kept.
///
/// With `protection` `e2ee` in `Upload-Metadata` the bytes are sealed already, as those of `POST /v1/files?protection=e2ee`: `id` is the
/// id out of `POST /v1/files/ids` that they are sealed for, which is used up with this, and `wrapped_key` the file's key, as your
/// client wrapped it for itself. `Upload-Length` and `Upload-Offset` count sealed bytes then, which are kept as they come.
#[utoipa::path(
    tag = FILES,
    security(("bearer" = [])),
    params(
        ("tus-resumable" = String, Header, description = "`1.0.0`"),
        ("upload-length" = u64, Header, description = "How many bytes the file has; sealed ones with `e2ee`"),
        ("upload-metadata" = Option<String>, Header, description = "`filename BASE64,filetype BASE64`; kept, sealed. With `e2ee` also `protection`, `id` and `wrapped_key`"),
        ("upload-checksum" = Option<String>, Header, description = "`sha256 BASE64`, of the part in the body"),
        ("content-digest" = Option<String>, Header, description = "`sha-256=:BASE64:`, of the part in the body"),
    ),
    request_body(content = Option<Vec<u8>>, content_type = "application/offset+octet-stream", description = "The first part"),
    responses(
        (
            status = 201, description = "The upload is begun",
            headers(
                ("location" = String, description = "Where parts are added"),
                ("upload-offset" = u64, description = "How many bytes are there"),
                ("upload-expires" = String, description = "When it is given up unless more comes"),
                ("upload-file" = String, description = "Where the file is, if all of it came"),
            ),
        ),
        AuthProblems,
        CreateRefusals,
        CommonProblems,
    ),
)]
#[post("/uploads", wrap = "from_fn(say_version)")]
pub(crate) async fn create_upload(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
    _tus: SpeaksTus,
    request: HttpRequest,
    upload: Upload,
) -> Result<HttpResponse, Problem> {
    let headers = request.headers();
    let length = tus::number(headers, &LENGTH)?
        .ok_or_else(|| tus::invalid("Upload-Length says how many bytes the file has"))?;
    let described = metadata::read(headers)?;
    let new = NewUpload {
        name: described.name,
        content_type: described.content_type,
        length,
        sealed: described.sealed,
    };
    let begun = if tus::is_part(tus::content_type(headers)) {
        let (checksums, _) = checksum::expected(headers)?;
        let part = UploadPart {
            offset: 0,
            length: upload.length,
            checksums,
        };
        begin_with(&services, actor, new, part, upload).await?
    } else if upload.length.is_none_or(|length| length == 0) {
        let begun = services.uploads.create(&actor, &new).await;
        begun.map_err(|error| tus::refuse(error, false))?
    } else {
        return Err(tus::no_part());
    };
    let mut answer = HttpResponse::Created();
    answer.insert_header((header::LOCATION, format!("/v1/uploads/{}", begun.id)));
    tus::tell(&mut answer, &begun);
    Ok(answer.finish())
}

/// Begins the upload and takes the body. Once the upload is there the client is told so, whatever becomes of the body.
async fn begin_with(
    services: &web::Data<Services>,
    actor: Actor,
    new: NewUpload,
    part: UploadPart,
    upload: Upload,
) -> Result<sealpost_domain::uploads::Upload, Problem> {
    let uploads = services.uploads.clone();
    let outcome = feed(upload, move |body| async move {
        uploads.create_with(&actor, &new, &part, body).await
    });
    outcome.await?.map_err(|error| tus::refuse(error, false))
}
