use actix_web::{get, web};
use utoipa::IntoResponses;

use super::query::SearchQuery;
use super::{ProfileView, TOO_MANY};
use crate::Services;
use crate::extract::{Authenticated, Query};
use crate::limits::{Limits, Spent};
use crate::openapi::{AuthProblems, CONTACTS, CommonProblems, PageProblems, Responses, problems};
use crate::problem::Problem;
use crate::wire::{ListView, encode_cursor};

/// What only a search answers.
struct SearchRefusals;

impl IntoResponses for SearchRefusals {
    fn responses() -> Responses {
        problems(&[
            (
                422,
                "invalid-fields",
                "`invalid-fields`: `q` is empty, too long, or has a character that no username has",
            ),
            (429, "too-many-requests", TOO_MANY),
        ])
    }
}

/// Find users
///
/// By the beginning of their usernames, in the order of these. Only those who want to be found.
#[utoipa::path(
    tag = CONTACTS,
    security(("bearer" = [])),
    params(SearchQuery),
    responses(
        (status = 200, body = ListView<ProfileView>, description = "Some of those whose names begin so"),
        AuthProblems,
        PageProblems,
        SearchRefusals,
        CommonProblems,
    ),
)]
#[get("/users")]
pub(in crate::v1) async fn search_users(
    services: web::Data<Services>,
    limits: web::Data<Limits>,
    Authenticated(actor): Authenticated,
    Query(query): Query<SearchQuery>,
) -> Result<web::Json<ListView<ProfileView>>, Problem> {
    let (prefix, after) = (query.prefix()?, query.after()?);
    limits.spend(Spent::LookUp, actor.account())?;
    let page = services
        .directory
        .search(&actor, prefix, after, query.limit())
        .await?;
    // The look-up itself was worth one of them.
    let more = page.users.len().saturating_sub(1);
    limits.spend_many(Spent::LookUp, actor.account(), more)?;
    Ok(web::Json(ListView {
        data: page.users.iter().map(ProfileView::from).collect(),
        next_cursor: page.next.map(encode_cursor),
    }))
}
