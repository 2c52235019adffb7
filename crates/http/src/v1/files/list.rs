//! `GET /v1/files` and `GET /v1/files/{id}`.

use actix_web::{get, web};
use sealpost_domain::files::FileId;

use super::query::{FilesQuery, Shared};
use super::view::FileView;
use crate::Services;
use crate::extract::{Authenticated, PathId, Query};
use crate::openapi::{AuthProblems, CommonProblems, FILES, PageProblems, UnknownId};
use crate::problem::Problem;
use crate::wire::{ListView, PageLimit, decode_cursor, encode_cursor};

/// See your files
///
/// Newest first. With `shared=with-me` those of others that were shared with you by name.
#[utoipa::path(
    tag = FILES,
    security(("bearer" = [])),
    params(FilesQuery),
    responses(
        (status = 200, body = ListView<FileView>, description = "Some of your files"),
        AuthProblems,
        PageProblems,
        CommonProblems,
    ),
)]
#[get("/files")]
pub(crate) async fn list_files(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
    Query(query): Query<FilesQuery>,
) -> Result<web::Json<ListView<FileView>>, Problem> {
    let before = query.cursor.as_deref().map(decode_cursor).transpose()?;
    let limit = PageLimit::or_default(query.limit);
    let page = match query.shared {
        None => services.files.list(&actor, before, limit).await?,
        Some(Shared::WithMe) => services.files.list_shared(&actor, before, limit).await?,
    };
    Ok(web::Json(ListView {
        data: page.files.iter().map(FileView::from).collect(),
        next_cursor: page.next.map(encode_cursor),
    }))
}

/// See one of your files
#[utoipa::path(
    tag = FILES,
    security(("bearer" = [])),
    params(("id" = String, Path, format = "uuid", description = "Names the file")),
    responses(
        (status = 200, body = FileView, description = "What it is, without its content"),
        AuthProblems,
        UnknownId,
        CommonProblems,
    ),
)]
#[get("/files/{id}")]
pub(crate) async fn view_file(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
    PathId(id): PathId<FileId>,
) -> Result<web::Json<FileView>, Problem> {
    let file = services.files.view(&actor, id).await?;
    Ok(web::Json(FileView::from(&file)))
}
