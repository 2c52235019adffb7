use actix_web::{HttpResponse, delete, web};
use sealpost_domain::keys::KeyId;

use crate::Services;
use crate::extract::{Authenticated, PathId};
use crate::openapi::{AuthProblems, CommonProblems, KEYS, UnknownId};
use crate::problem::Problem;

/// Withdraw a key
///
/// Nobody is to seal to it or to trust its signatures from now on. It stays in your keys' history, and cannot be
/// published again.
#[utoipa::path(
    tag = KEYS,
    security(("bearer" = [])),
    params(("id" = String, Path, format = "uuid", description = "Names the key")),
    responses(
        (status = 204, description = "The key is withdrawn"),
        AuthProblems,
        UnknownId,
        CommonProblems,
    ),
)]
#[delete("/me/keys/{id}")]
pub(crate) async fn revoke_key(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
    PathId(id): PathId<KeyId>,
) -> Result<HttpResponse, Problem> {
    services.keys.revoke(&actor, id).await?;
    Ok(HttpResponse::NoContent().finish())
}
