use actix_web::{HttpResponse, delete, web};
use sealpost_domain::app_passwords::AppPasswordId;

use crate::Services;
use crate::extract::{Authenticated, PathId};
use crate::openapi::{ACCOUNTS, AuthProblems, CommonProblems, UnknownId};
use crate::problem::Problem;

/// Revoke an app password
///
/// Every session that it opened is ended, with its sockets.
#[utoipa::path(
    tag = ACCOUNTS,
    security(("bearer" = [])),
    params(("id" = String, Path, format = "uuid", description = "Names the app password")),
    responses(
        (status = 204, description = "It opens nothing any more"),
        AuthProblems,
        UnknownId,
        CommonProblems,
    ),
)]
#[delete("/me/app-passwords/{id}")]
pub(in crate::v1) async fn revoke_app_password(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
    PathId(id): PathId<AppPasswordId>,
) -> Result<HttpResponse, Problem> {
    services.app_passwords.revoke(&actor, id).await?;
    Ok(HttpResponse::NoContent().finish())
}
