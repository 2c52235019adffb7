use actix_web::{get, web};
use utoipa::IntoResponses;

use super::{ProfileView, TOO_MANY};
use crate::Services;
use crate::extract::{Authenticated, PathUsername};
use crate::limits::{Limits, Spent};
use crate::openapi::{AuthProblems, CONTACTS, CommonProblems, Responses, problems};
use crate::problem::Problem;

/// What only this route answers.
struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> Responses {
        problems(&[
            (
                404,
                "not-found",
                "`not-found`: nobody has this username, as far as you may know",
            ),
            (429, "too-many-requests", TOO_MANY),
        ])
    }
}

/// See a user
///
/// By their exact username. Who does not want to be found is there only for their contacts (those who asked to be one as
/// well), for those who talk with them, and for those who block them. Who blocks you is not there.
#[utoipa::path(
    tag = CONTACTS,
    security(("bearer" = [])),
    params(("name" = String, Path, description = "A username, percent-encoded, in any case", example = "alice")),
    responses(
        (status = 200, body = ProfileView, description = "The user"),
        AuthProblems,
        Refusals,
        CommonProblems,
    ),
)]
#[get("/users/{name}")]
pub(in crate::v1) async fn view_user(
    services: web::Data<Services>,
    limits: web::Data<Limits>,
    Authenticated(actor): Authenticated,
    PathUsername(username): PathUsername,
) -> Result<web::Json<ProfileView>, Problem> {
    limits.spend(Spent::LookUp, actor.account())?;
    let profile = services.directory.view(&actor, username).await?;
    Ok(web::Json(ProfileView::from(&profile)))
}
