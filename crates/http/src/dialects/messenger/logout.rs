use actix_web::{post, web};
use utoipa::IntoResponses;

use super::auth::Caller;
use super::errors::refusals;
use super::{Refusals, Said};
use crate::Services;
use crate::limits::{Limits, Spent};
use crate::openapi::{MESSENGER, Responses};
use crate::problem::Problem;

/// What only this route answers.
struct Refused;

impl IntoResponses for Refused {
    fn responses() -> Responses {
        refusals(&[
            (
                401,
                "The access token is missing, expired, revoked or of another kind",
            ),
            (404, "The session has ended meanwhile"),
            (422, "The `Authorization` header is malformed"),
        ])
    }
}

/// Log out
///
/// Ends the session: its refresh token and all its access tokens are dead, and its sockets close.
#[utoipa::path(
    tag = MESSENGER,
    security(("bearer" = [])),
    responses((status = 200, body = Said, description = "The session has ended"), Refused, Refusals),
)]
#[post("/logout/")]
pub(super) async fn messenger_logout(
    services: web::Data<Services>,
    limits: web::Data<Limits>,
    Caller(actor): Caller,
) -> Result<web::Json<Said>, Problem> {
    limits.spend(Spent::Logout, actor.account())?;
    services.sessions.end(&actor, actor.session()).await?;
    Ok(web::Json(Said::new("Access token has been revoked.")))
}
