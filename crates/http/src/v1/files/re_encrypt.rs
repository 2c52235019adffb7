//! `POST /v1/files/{id}/re-encrypt`.

use actix_web::{post, web};
use sealpost_domain::files::FileId;
use utoipa::IntoResponses;

use super::view::FileView;
use crate::Services;
use crate::extract::{Authenticated, PathId};
use crate::openapi::{AuthProblems, CommonProblems, FILES, Responses, UnknownId, problems};
use crate::problem::Problem;

/// What only this route answers.
struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> Responses {
        problems(&[
            (
                409,
                "end-to-end-encrypted",
                "`end-to-end-encrypted`: only your client can, by storing it anew; `file-changed`: somebody did so meanwhile",
            ),
            (
                507,
                "storage-full",
                "`storage-full`: for a while there are two of it, and the server has no room for that",
            ),
        ])
    }
}

/// Encrypt a file anew
///
/// Under a new key: whoever has the old one, because you took it or gave it on, opens nothing with it that is here from now on.
/// The content, the id and whom it is shared with stay; its links end. Until the answer the old one is whole.
#[utoipa::path(
    tag = FILES,
    security(("bearer" = [])),
    params(("id" = String, Path, format = "uuid", description = "Names the file")),
    responses(
        (status = 200, body = FileView, description = "It has a new key, which nobody has seen"),
        AuthProblems,
        UnknownId,
        Refusals,
        CommonProblems,
    ),
)]
#[post("/files/{id}/re-encrypt")]
pub(crate) async fn re_encrypt_file(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
    PathId(id): PathId<FileId>,
) -> Result<web::Json<FileView>, Problem> {
    let file = Box::pin(services.files.re_encrypt(&actor, id)).await?;
    Ok(web::Json(FileView::from(&file)))
}
