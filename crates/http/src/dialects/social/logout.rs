use actix_web::{post, web};

use super::Refusals;
use super::auth::Caller;
use super::errors::{AuthRefusals, Detail, unauthorized};
use crate::Services;
use crate::openapi::SOCIAL;
use crate::problem::Problem;

/// Log out
///
/// The three tokens of the login are dead, its sockets close, and you are not connected any more.
#[utoipa::path(
    tag = SOCIAL,
    security(("bearer" = [])),
    responses((status = 200, body = Detail, description = "Logged out"), AuthRefusals, Refusals),
)]
#[post("/auth/logout/")]
pub(super) async fn social_logout(
    services: web::Data<Services>,
    Caller(actor): Caller,
) -> Result<web::Json<Detail>, Problem> {
    let ended = services.presence.log_out(&actor).await;
    // Another request ended it just now.
    ended.map_err(|error| match Problem::from(error) {
        problem if problem.code() == "not-found" => unauthorized("Invalid token."),
        problem => problem,
    })?;
    Ok(web::Json(Detail {
        detail: "Successfully logged out.".to_owned(),
    }))
}
