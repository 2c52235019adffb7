//! `DELETE /v1/files/{id}`.

use actix_web::{HttpResponse, delete, web};
use sealpost_domain::files::FileId;

use crate::Services;
use crate::extract::{Authenticated, PathId};
use crate::openapi::{AuthProblems, CommonProblems, FILES, UnknownId};
use crate::problem::Problem;

/// Delete a file
///
/// Its key is destroyed first: once this is answered, nobody can open what is left, not even the server.
#[utoipa::path(
    tag = FILES,
    security(("bearer" = [])),
    params(("id" = String, Path, format = "uuid", description = "Names the file")),
    responses(
        (status = 204, description = "It is gone"),
        AuthProblems,
        UnknownId,
        CommonProblems,
    ),
)]
#[delete("/files/{id}")]
pub(crate) async fn delete_file(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
    PathId(id): PathId<FileId>,
) -> Result<HttpResponse, Problem> {
    services.files.delete(&actor, id).await?;
    Ok(HttpResponse::NoContent().finish())
}
