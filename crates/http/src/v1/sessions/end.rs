use actix_web::{HttpResponse, delete, web};
use sealpost_domain::sessions::SessionId;

use crate::Services;
use crate::extract::{Authenticated, PathId};
use crate::openapi::{AuthProblems, CommonProblems, SESSIONS, UnknownId};
use crate::problem::Problem;

/// End one of your sessions
///
/// Its tokens are dead at once, on every instance of the server within a second. Its sockets are closed.
#[utoipa::path(
    tag = SESSIONS,
    security(("bearer" = [])),
    params(("id" = String, Path, format = "uuid", description = "Names the session")),
    responses(
        (status = 204, description = "The session has ended"),
        AuthProblems,
        UnknownId,
        CommonProblems,
    ),
)]
#[delete("/sessions/{id}")]
pub(crate) async fn end_session(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
    PathId(id): PathId<SessionId>,
) -> Result<HttpResponse, Problem> {
    services.sessions.end(&actor, id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Log out
///
/// Ends the session whose access token is sent.
#[utoipa::path(
    tag = SESSIONS,
    security(("bearer" = [])),
    responses(
        (status = 204, description = "The session has ended"),
        AuthProblems,
        UnknownId,
        CommonProblems,
    ),
)]
#[delete("/sessions/current")]
pub(crate) async fn end_current_session(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
) -> Result<HttpResponse, Problem> {
    services.sessions.end(&actor, actor.session()).await?;
    Ok(HttpResponse::NoContent().finish())
}
