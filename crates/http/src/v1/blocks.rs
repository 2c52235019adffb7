//! `/v1/me/blocks`.

use actix_web::{HttpResponse, delete, get, put, web};
use sealpost_domain::contacts::BlockedUser;
use serde::Serialize;
use utoipa::{IntoResponses, ToSchema};

use super::contacts::NoUsername;
use super::conversations::UserView;
use crate::Services;
use crate::extract::{Authenticated, PathUsername, Query};
use crate::limits::{Limits, Spent};
use crate::openapi::{AuthProblems, CONTACTS, CommonProblems, PageProblems, Responses, problems};
use crate::problem::Problem;
use crate::wire::{ListView, PageQuery, WireTime, encode_cursor};

/// Somebody whom you block.
#[derive(Serialize, ToSchema)]
#[schema(as = Block)]
pub(super) struct BlockView {
    user: UserView,
    /// Since when.
    #[schema(value_type = Option<String>, required, format = "date-time", example = "2026-11-21T13:04:05.678Z")]
    since: Option<WireTime>,
}

impl From<&BlockedUser> for BlockView {
    fn from(blocked: &BlockedUser) -> Self {
        Self {
            user: UserView::new(blocked.account, &blocked.username),
            since: blocked.since.map(WireTime),
        }
    }
}

/// See whom you block
///
/// By username.
#[utoipa::path(
    tag = CONTACTS,
    security(("bearer" = [])),
    params(PageQuery),
    responses(
        (status = 200, body = ListView<BlockView>, description = "Some of those whom you block"),
        AuthProblems,
        PageProblems,
        CommonProblems,
    ),
)]
#[get("/me/blocks")]
pub(super) async fn list_blocks(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
    Query(query): Query<PageQuery>,
) -> Result<web::Json<ListView<BlockView>>, Problem> {
    let after = query.cursor()?.unwrap_or_default();
    let page = services
        .contacts
        .list_blocked(&actor, after, query.limit())
        .await?;
    Ok(web::Json(ListView {
        data: page.blocked.iter().map(BlockView::from).collect(),
        next_cursor: page.next.map(encode_cursor),
    }))
}

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
            (409, "too-many-blocks", "`too-many-blocks`: lift one first"),
            (
                422,
                "block-of-oneself",
                "`block-of-oneself`: the username is your own",
            ),
            (
                429,
                "too-many-requests",
                "`too-many-requests`: you have looked up too many users",
            ),
        ])
    }
}

/// Block somebody
///
/// A contact or request between you ends. They can no longer write to you nor see you: to them you do not exist, but for
/// the conversations you have, where you take no messages. You cannot write to them either. 204 also if you blocked them
/// before.
#[utoipa::path(
    tag = CONTACTS,
    security(("bearer" = [])),
    params(("name" = String, Path, description = "A username, percent-encoded, in any case", example = "alice")),
    responses(
        (status = 204, description = "They are blocked"),
        AuthProblems,
        Refusals,
        CommonProblems,
    ),
)]
#[put("/me/blocks/{name}")]
pub(super) async fn block_user(
    services: web::Data<Services>,
    limits: web::Data<Limits>,
    Authenticated(actor): Authenticated,
    PathUsername(username): PathUsername,
) -> Result<HttpResponse, Problem> {
    limits.spend(Spent::LookUp, actor.account())?;
    services.contacts.block(&actor, username).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Lift a block
///
/// What it ended stays ended. 204 also if there was none.
#[utoipa::path(
    tag = CONTACTS,
    security(("bearer" = [])),
    params(("name" = String, Path, description = "A username, percent-encoded, in any case", example = "alice")),
    responses(
        (status = 204, description = "They are not blocked"),
        AuthProblems,
        NoUsername,
        CommonProblems,
    ),
)]
#[delete("/me/blocks/{name}")]
pub(super) async fn unblock_user(
    services: web::Data<Services>,
    Authenticated(actor): Authenticated,
    PathUsername(username): PathUsername,
) -> Result<HttpResponse, Problem> {
    services.contacts.unblock(&actor, username).await?;
    Ok(HttpResponse::NoContent().finish())
}
