use actix_web::{get, web};
use sealpost_domain::keys::PublicKey;
use utoipa::IntoResponses;

use super::KeyView;
use super::chain::KeysOfView;
use super::query::ChainQuery;
use crate::Services;
use crate::extract::{Authenticated, PathUsername, Query};
use crate::limits::{Limits, Spent};
use crate::openapi::{AuthProblems, CommonProblems, KEYS, PageProblems, Responses, problems};
use crate::problem::Problem;
use crate::wire::ListView;

fn view(keys: &[PublicKey]) -> web::Json<ListView<KeyView>> {
    web::Json(ListView {
        data: keys.iter().map(KeyView::from).collect(),
        next_cursor: None,
    })
}

/// See your keys
///
/// The good ones, newest first, in one stretch: an account has at most 50.
#[utoipa::path(
    tag = KEYS,
    security(("bearer" = [])),
    responses(
        (status = 200, body = ListView<KeyView>, description = "Your good keys"),
        AuthProblems,
        CommonProblems,
    ),
)]
#[get("/me/keys")]
pub(crate) async fn list_own_keys(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
) -> Result<web::Json<ListView<KeyView>>, Problem> {
    Ok(view(&services.keys.list_own(&actor).await?))
}

/// What only the routes of somebody's keys answer.
pub(super) struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> Responses {
        problems(&[
            (
                404,
                "not-found",
                "`not-found`: nobody has this username, as far as you may know",
            ),
            (
                429,
                "too-many-requests",
                "`too-many-requests`: you have looked up too many users",
            ),
        ])
    }
}

/// See somebody's keys
///
/// The good ones, newest first, the same for everybody who may know of the user. With `have` their chain in the key log comes
/// along, with what proves that everybody is shown the same: the page on the key log says how to check it.
#[utoipa::path(
    tag = KEYS,
    security(("bearer" = [])),
    params(
        ("name" = String, Path, description = "A username, percent-encoded, in any case", example = "alice"),
        ChainQuery,
    ),
    responses(
        (status = 200, body = KeysOfView, description = "Their good keys"),
        AuthProblems,
        PageProblems,
        Refusals,
        CommonProblems,
    ),
)]
#[get("/users/{name}/keys")]
pub(crate) async fn list_keys_of(
    services: web::Data<Services>,
    limits: web::Data<Limits>,
    Authenticated(actor): Authenticated,
    PathUsername(username): PathUsername,
    Query(query): Query<ChainQuery>,
) -> Result<web::Json<KeysOfView>, Problem> {
    limits.spend(Spent::LookUp, actor.account())?;
    if let Some(have) = query.have {
        let shown = services.key_log.show(&actor, username, have).await?;
        return Ok(web::Json(shown.into()));
    }
    let keys = services.keys.list_of(&actor, username).await?;
    Ok(web::Json(KeysOfView {
        data: keys.iter().map(KeyView::from).collect(),
        next_cursor: None,
        log: None,
    }))
}
