//! `DELETE /v1/uploads/{id}`.

use actix_web::middleware::from_fn;
use actix_web::{HttpResponse, delete, web};
use sealpost_domain::files::FileId;
use utoipa::IntoResponses;

use super::tus::{SpeaksTus, say_version};
use crate::Services;
use crate::extract::{Authenticated, PathId};
use crate::openapi::{AuthProblems, CommonProblems, FILES, Responses, UnknownId, problems};
use crate::problem::Problem;

/// What every route of unfinished uploads may answer.
struct OtherVersion;

impl IntoResponses for OtherVersion {
    fn responses() -> Responses {
        problems(&[(
            412,
            "unsupported-tus-version",
            "`unsupported-tus-version`: `Tus-Version` tells which there is",
        )])
    }
}

/// Give an upload up
///
/// tus 1.0.0, extension termination: what came of it is deleted. A complete upload is a file: `DELETE /v1/files/{id}`.
#[utoipa::path(
    tag = FILES,
    security(("bearer" = [])),
    params(
        ("id" = String, Path, format = "uuid", description = "Names the upload"),
        ("tus-resumable" = String, Header, description = "`1.0.0`"),
    ),
    responses(
        (status = 204, description = "It is gone"),
        AuthProblems,
        UnknownId,
        OtherVersion,
        CommonProblems,
    ),
)]
#[delete("/uploads/{id}", wrap = "from_fn(say_version)")]
pub(crate) async fn cancel_upload(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
    _tus: SpeaksTus,
    PathId(id): PathId<FileId>,
) -> Result<HttpResponse, Problem> {
    services.uploads.cancel(&actor, id).await?;
    Ok(HttpResponse::NoContent().finish())
}
